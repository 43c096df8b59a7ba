// The program as a user meets it: exit codes, what goes to stdout and what to stderr, messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/identity_page.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Built-in data and a small network: a second of training.
const std::vector<std::string> kSmall = {
    "run.epochs=0",         "run.steps=12",       "data.name=glyphs",
    "data.train_count=256", "data.test_count=64", "data.validation=64",
    "model.hidden=[16]",    "model.latent=4",     "optimizer.batch_size=32",
    "log.every=1",          "checkpoint.every=5", "pictures.every=0",
    "probes.every=4"};

ProgramResult train(const std::string& config, const TempDir& dir,
                    std::vector<std::string> more = {}) {
  std::vector<std::string> argv = {"elbow", "train", config};
  argv.insert(argv.end(), kSmall.begin(), kSmall.end());
  argv.insert(argv.end(), {"--run-dir", dir / "run", "--threads", "1"});
  argv.insert(argv.end(), more.begin(), more.end());
  return run_program(argv);
}

TEST(CommandLineSlow, WithoutACommandIsAUsageErrorThatNamesTheCommands) {
  const auto result = run_program({"elbow"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  const auto help = run_program({"elbow", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"train", "config", "data", "list", "explain", "doctor"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
  const auto unknown = run_program({"elbow", "trian"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no command 'trian'; did you mean 'train'?"));
}

TEST(CommandLineSlow, TrainPutsTheRunDirectoryOnStdoutAndTheRestOnStderr) {
  const TempDir dir;
  const auto result = train("configs/vae/elbo.toml", dir);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, (dir / "run").string() + "\n");
  EXPECT_THAT(result.err, HasSubstr("-ELBO"));
  EXPECT_THAT(result.err, HasSubstr("all exact hold"));
  for (const char* file :
       {"config.toml", "overrides.txt", "environment.json", "status.json", "metrics.jsonl",
        "terms.json", "checks.jsonl", "result.json", "log.txt", "checkpoints/latest"}) {
    EXPECT_TRUE(std::filesystem::exists(dir / "run" / file)) << file;
  }
  const auto status = nlohmann::json::parse(read_file(dir / "run/status.json"));
  EXPECT_EQ(status["status"], "finished");
  EXPECT_EQ(status["step"], 12);
}

TEST(CommandLineSlow, EveryLoggedKeyIsExplainedInTermsJson) {
  for (const char* config : {"configs/vae/beta.toml", "configs/gan/non_saturating.toml"}) {
    const TempDir dir;
    std::vector<std::string> more;
    if (std::string(config).find("gan") != std::string::npos) more = {"data.binarize=none"};
    const auto result = train(config, dir, more);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto terms = nlohmann::json::parse(read_file(dir / "run/terms.json"));
    std::istringstream lines(read_file(dir / "run/metrics.jsonl"));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto record = nlohmann::json::parse(line);
      for (const auto& [key, value] : record.items()) {
        EXPECT_TRUE(terms.contains(key)) << key << " of " << config;
      }
    }
    EXPECT_GE(count, 12);
  }
}

TEST(CommandLineSlow, TheSavedConfigRepeatsTheRun) {
  const TempDir a, b;
  ASSERT_EQ(train("configs/vae/elbo.toml", a).exit_code, 0);
  const auto again = run_program(
      {"elbow", "train", a / "run/config.toml", "--run-dir", b / "run", "--threads", "1"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(read_file(a / "run/checks.jsonl"), read_file(b / "run/checks.jsonl"));
}

TEST(CommandLineSlow, AnUnknownKeyIsNamedWithWhatWasMeant) {
  const TempDir dir;
  const auto result = train("configs/vae/elbo.toml", dir, {"objective.bta=4"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("objective.bta=4"));
  EXPECT_THAT(result.err, HasSubstr("'bta'"));
  EXPECT_FALSE(std::filesystem::exists(dir / "run"));
}

TEST(CommandLineSlow, FiveMistakesAreFiveErrorsInOneReport) {
  const TempDir dir;
  const auto file = dir.write("five.toml",
                              "[run]\nepochs = \"ten\"\n\n[data]\nname = \"minst\"\n\n"
                              "[objective]\nname = \"beta\"\nbta = 4.0\n\n"
                              "[optimizer]\nlr = -1.0\n\n[model]\nencoder = \"mlp\"\n"
                              "channels = [3]\n");
  const auto result = run_program({"elbow", "config", "check", file});
  EXPECT_EQ(result.exit_code, 2);
  for (const char* position : {":2:", ":5:", ":9:", ":12:", ":16:"}) {
    EXPECT_THAT(result.err, HasSubstr(file.string() + position)) << result.err;
  }
  EXPECT_THAT(result.err, HasSubstr("did you mean 'beta'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'mnist'"));
}

TEST(CommandLineSlow, ConfigShowIsAConfigAgain) {
  const TempDir dir;
  const auto shown = run_program({"elbow", "config", "show", "configs/vae/beta.toml", "--origin"});
  ASSERT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, HasSubstr("beta.toml:"));
  EXPECT_THAT(shown.out, HasSubstr("default"));
  const auto file = dir.write("again.toml", shown.out);
  const auto plain = run_program({"elbow", "config", "show", "configs/vae/beta.toml"});
  const auto again = run_program({"elbow", "config", "show", file});
  EXPECT_EQ(plain.out, again.out);
}

TEST(CommandLineSlow, MissingDataIsExitCodeThreeWithTheRemedy) {
  const TempDir dir;
  const std::map<std::string, std::string> nowhere = {
      {"ELBOW_DATA", dir / "none"}, {"XDG_DATA_HOME", dir / "none"}, {"HOME", dir / "none"}};
  // From an empty directory: ./data of the sources may hold MNIST.
  const auto result = run_program(
      {"sh", "-c", "cd \"$1\" && exec \"$2\" train \"$3\" data.name=mnist --run-dir run", "sh",
       dir.path(), ELBOW_PROGRAM, ELBOW_SOURCE_DIR "/configs/vae/elbo.toml"},
      nowhere);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("get_mnist.sh"));
  const auto check = run_program({"elbow", "data", "check", dir / "none"}, nowhere);
  EXPECT_EQ(check.exit_code, 3);
}

TEST(CommandLineSlow, ARunDirectoryIsNeverOverwrittenUnasked) {
  const TempDir dir;
  ASSERT_EQ(train("configs/vae/elbo.toml", dir).exit_code, 0);
  const auto before = read_file(dir / "run/metrics.jsonl");
  const auto again = train("configs/vae/elbo.toml", dir);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("--overwrite"));
  EXPECT_EQ(read_file(dir / "run/metrics.jsonl"), before);
  EXPECT_EQ(train("configs/vae/elbo.toml", dir, {"--overwrite"}).exit_code, 0);
}

TEST(CommandLineSlow, ResumingWithAnotherConfigIsRefused) {
  const TempDir dir;
  ASSERT_EQ(train("configs/vae/beta.toml", dir).exit_code, 0);
  const auto result = train("configs/vae/beta.toml", dir, {"objective.beta=7", "--resume"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("objective.beta"));
}

// What train refuses before it trains, config check refuses in the same words.
TEST(CommandLineSlow, ConfigCheckRefusesWhatTrainRefuses) {
  const std::string vae = "configs/vae/elbo.toml", squares = "configs/gan/least_squares.toml",
                    hinge = "configs/gan/hinge.toml";
  const std::vector<std::vector<std::string>> bad = {
      {vae, "optimizer.batch_size=1000"},
      {vae, "optimizer.batch_size=1", "model.normalization=batch"},
      {vae, "early_stopping.term=nothing"},
      {vae, "early_stopping.term=elbo/kl"},
      {vae, "data.validation=300"},
      {vae, "objective.name=hinge"},
      {squares, "objective.c=0"},
      {squares, "objective.a=1"},
      {hinge, "dynamics.generator_steps=0", "dynamics.discriminator_steps=0"},
      {hinge, "objective.name=elbo"}};
  const TempDir dir;
  for (const std::vector<std::string>& config : bad) {
    std::vector<std::string> check = {"elbow",
                                      "config",
                                      "check",
                                      config[0],
                                      "data.name=glyphs",
                                      "data.train_count=300",
                                      "data.test_count=60",
                                      "data.validation=60",
                                      "run.epochs=0",
                                      "run.steps=2"};
    check.insert(check.end(), config.begin() + 1, config.end());
    std::vector<std::string> train = {"elbow", "train"};
    train.insert(train.end(), check.begin() + 3, check.end());
    train.insert(train.end(), {"--run-dir", dir / "run", "--progress", "none"});
    const auto checked = run_program(check), trained = run_program(train);
    EXPECT_EQ(checked.exit_code, 2) << config[1];
    EXPECT_EQ(trained.exit_code, 2) << config[1];
    // The first message; how busy the machine is may be said before it.
    const std::string said = checked.err.substr(0, checked.err.find('\n'));
    EXPECT_FALSE(said.empty()) << config[1];
    EXPECT_THAT(trained.err, HasSubstr(said)) << config[1];
    EXPECT_FALSE(std::filesystem::exists(dir / "run")) << config[1];
  }
}

TEST(CommandLineSlow, ADivergingRunEndsWithExitCodeFour) {
  const TempDir dir;
  const auto result = train("configs/vae/elbo.toml", dir, {"optimizer.lr=1e30"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const auto status = nlohmann::json::parse(read_file(dir / "run/status.json"));
  EXPECT_EQ(status["status"], "diverged");
}

// The loss stays finite; a term of weight 0 does not, in the last record.
TEST(CommandLineSlow, ADivergenceInTheLastStepsEndsWithExitCodeFourToo) {
  const TempDir dir;
  const auto result =
      train("configs/vae/elbo.toml", dir, {"model.latent=2", "run.steps=2", "optimizer.lr=1"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Try a smaller optimizer.lr"));
  EXPECT_THAT(result.err, Not(HasSubstr("FAILED")));
  const auto status = nlohmann::json::parse(read_file(dir / "run/status.json"));
  EXPECT_EQ(status["status"], "diverged");
}

/// A run of the program with planted mistakes: exit code 5 and a failed check of that id.
void expect_caught(const std::string& program, const std::string& config,
                   const std::vector<std::string>& more, const std::string& id) {
  const TempDir dir;
  auto argv = std::vector<std::string>{program, "train", config};
  argv.insert(argv.end(), kSmall.begin(), kSmall.end());
  argv.insert(argv.end(), {"probes.every=1", "--run-dir", dir / "run", "--threads", "1"});
  argv.insert(argv.end(), more.begin(), more.end());
  const auto result = run_program(argv);
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_THAT(result.err, HasSubstr(id));
  // The statement is named and its page linked, wherever the run speaks.
  const std::string page = identity_page(id);
  EXPECT_THAT(result.err, HasSubstr(page));
  EXPECT_THAT(read_file(dir / "run/log.txt"), HasSubstr(page));
  std::set<std::string> pages;
  const auto written = nlohmann::json::parse(read_file(dir / "run/result.json"));
  for (const auto& check : written["failed_checks"])
    if (check["id"] == id && !check["statement"].empty()) pages.insert(check["page"]);
  EXPECT_EQ(pages.count(page), 1u);
  EXPECT_EQ(result.out, (dir / "run").string() + "\n");
  std::istringstream checks(read_file(dir / "run/checks.jsonl"));
  bool found = false;
  for (std::string line; std::getline(checks, line);) {
    const auto check = nlohmann::json::parse(line);
    found = found || (check["id"] == id && check["verdict"] == "fails");
    // What is back-propagated is the sum of the terms even where a term itself is wrong.
    if (check["id"] == "V1" && id != "V1") {
      EXPECT_EQ(check["verdict"], "holds");
    }
  }
  EXPECT_TRUE(found) << id;
}

// The loss of one objective is not what its terms say; that of another is, but its gradient is not;
// the third has a wrong term.
TEST(CommandLineSlow, AFailingExactIdentityIsAnErrorAndExitCodeFive) {
  const std::string config = "configs/vae/elbo.toml";
  expect_caught(ELBOW_MUTANT_PROGRAM, config, {"objective.name=flipped_kl"}, "V1");
  expect_caught(ELBOW_MUTANT_PROGRAM, config, {"objective.name=detached_kl"}, "G8");
  expect_caught(ELBOW_MUTANT_PROGRAM, config, {"objective.name=averaged_kl"}, "V2");
}

TEST(CommandLineSlow, LossesOfAGameWithoutAllTheirGradientAreCaught) {
  const std::string config = "configs/gan/non_saturating.toml";
  const std::vector<std::string> mutant = {"objective.name=detached_game"};
  expect_caught(ELBOW_MUTANT_PROGRAM, config, mutant, "G8.discriminator");
  expect_caught(ELBOW_MUTANT_PROGRAM, config, mutant, "G8.generator");
}

TEST(CommandLineSlow, APenaltyOverTheWholeBatchIsCaught) {
  const TempDir dir;
  const auto config = [&](const std::string& penalty) {
    return dir
        .write(penalty + ".toml", "extends = \"" ELBOW_SOURCE_DIR
                                  "/configs/base/gan.toml\"\n"
                                  "[objective]\nname = \"non_saturating\"\n"
                                  "[[penalty]]\nname = \"" +
                                      penalty + "\"\n")
        .string();
  };
  expect_caught(ELBOW_MUTANT_PROGRAM, config("whole_batch"), {"data.binarize=none"}, "G6");
  for (const char* right : {"gradient_penalty", "r1"}) {
    const TempDir run;
    const auto result = train(config(right), run, {"data.binarize=none"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(read_file(run / "run/checks.jsonl"), HasSubstr("\"G6\"")) << right;
  }
}

// The weight of the aggregate posterior enters once per dimension: the terms no longer sum to the
// KL at the same codes, which the probe takes from the posteriors themselves.
TEST(CommandLineSlow, WeightsOfTheAggregatePosteriorOncePerDimensionAreCaught) {
  expect_caught(ELBOW_MUTANT_ESTIMATORS, "configs/vae/elbo.toml", {}, "V54");
}

TEST(CommandLineSlow, ListAndExplainKnowEveryComponent) {
  const auto objectives = run_program({"elbow", "list", "objectives"});
  ASSERT_EQ(objectives.exit_code, 0);
  for (const char* name :
       {"elbo", "beta", "minimax", "non_saturating", "least_squares", "hinge", "wasserstein"}) {
    EXPECT_THAT(objectives.out, HasSubstr(name));
    const auto explained = run_program({"elbow", "explain", name});
    EXPECT_EQ(explained.exit_code, 0);
    EXPECT_THAT(explained.out, HasSubstr("reference"));
  }
  const auto kl = run_program({"elbow", "explain", "elbo/kl"});
  EXPECT_THAT(kl.out, HasSubstr("nats"));
  EXPECT_THAT(run_program({"elbow", "explain", "kl/dim/7"}).out, HasSubstr("KL"));
  EXPECT_THAT(run_program({"elbow", "explain", "probes.every"}).out, HasSubstr("default 100"));
  EXPECT_THAT(run_program({"elbow", "explain", "objective.beta"}).out, HasSubstr("default 4.0"));
  const auto quantity = run_program({"elbow", "explain", "kl"});
  for (const char* part :
       {"∫ p ln(p/q)", "nats", "[0, ∞)", "argument order", "knn_kl", "reverse_kl"})
    EXPECT_THAT(quantity.out, HasSubstr(part));
  const auto identity = run_program({"elbow", "explain", "V1"});
  EXPECT_THAT(identity.out, HasSubstr("V1.generator (exact)"));
  EXPECT_THAT(identity.out, HasSubstr("docs/conventions.md#V1"));
  EXPECT_THAT(run_program({"elbow", "explain", "run.stepz"}).err, HasSubstr("run.steps"));
  const auto wrong = run_program({"elbow", "explain", "hinje"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("hinge"));
  EXPECT_EQ(run_program({"elbow", "list", "objektives"}).exit_code, 2);
}

TEST(CommandLineSlow, ProgressNoneIsSilentAndNoColorWritesNoEscapes) {
  const TempDir a, b;
  EXPECT_EQ(train("configs/vae/elbo.toml", a, {"--progress", "none"}).err, "");
  const auto plain = train("configs/vae/elbo.toml", b);
  EXPECT_THAT(plain.err, Not(HasSubstr("\x1b")));
  EXPECT_EQ(run_program({"elbow", "train", "configs/vae/elbo.toml", "--progress", "loud",
                         "--run-dir", b / "other"})
                .exit_code,
            2);
}

}  // namespace
}  // namespace elbow::testing
