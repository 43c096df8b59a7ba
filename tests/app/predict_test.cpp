// elbow train --predict: what is refused, what is kept, and that training does not hear of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::vector<std::string> command(const fs::path& run, std::vector<std::string> more,
                                 const std::string& config = "configs/vae/elbo.toml") {
  std::vector<std::string> argv = {"elbow",
                                   "train",
                                   config,
                                   "run.epochs=0",
                                   "run.steps=6",
                                   "data.name=glyphs",
                                   "log.every=1",
                                   "model.latent=4",
                                   "data.train_count=256",
                                   "probes.every=3",
                                   "pictures.every=0",
                                   "data.test_count=64",
                                   "data.validation=64",
                                   "model.hidden=[16]",
                                   "checkpoint.every=3"};
  argv.insert(argv.end(), {"--run-dir", run.string(), "--threads", "1"});
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

Json predictions(const fs::path& run) { return Json::parse(read_file(run / "predictions.json")); }

std::string without_times(const fs::path& run) {
  return std::regex_replace(read_file(run / "metrics.jsonl"), std::regex(R"("wall":[^,]*,)"), "");
}

TEST(PredictSlow, KeepsTheGuessBesideTheResultAndChangesNothing) {
  const TempDir dir;
  const auto plain = run_program(command(dir / "plain", {}));
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_FALSE(fs::exists(dir / "plain/predictions.json"));
  EXPECT_THAT(plain.err, Not(HasSubstr("guess")));
  const auto guessed = run_program(
      command(dir / "guessed", {"--predict", "elbo/kl=20", "--predict", "train:loss=1e2",
                                "--predict", "probe/iwae8=-90", "--predict", "truth/gap/elbo=1"}));
  ASSERT_EQ(guessed.exit_code, 0) << guessed.err;
  EXPECT_EQ(guessed.out, (dir / "guessed").string() + "\n");
  EXPECT_THAT(guessed.err, HasSubstr("elbo/kl: your guess 20, what happened "));
  EXPECT_THAT(guessed.err, HasSubstr("truth/gap/elbo: your guess 1, what happened is not logged"));
  EXPECT_EQ(without_times(dir / "plain"), without_times(dir / "guessed"));
  EXPECT_EQ(read_file(dir / "plain/checkpoints/latest/weights.safetensors"),
            read_file(dir / "guessed/checkpoints/latest/weights.safetensors"));

  const auto all = predictions(dir / "guessed");
  ASSERT_EQ(all.size(), 4u);
  const auto result = Json::parse(read_file(dir / "guessed/result.json"));
  const auto& kl = result["splits"]["test"]["elbo/kl"];
  EXPECT_EQ(all[0]["guess"], 20.0);
  EXPECT_EQ(all[0]["result"]["split"], "test");
  EXPECT_EQ(all[0]["result"]["step"], 6);
  EXPECT_EQ(all[0]["result"]["value"], kl["mean"]);
  EXPECT_EQ(all[0]["result"]["se"], kl["se"]);
  EXPECT_EQ(all[1]["result"]["split"], "train");
  EXPECT_EQ(all[2]["result"]["step"], 6);
  EXPECT_TRUE(all[3]["result"].is_null());
}

TEST(PredictSlow, RefusesBeforeAnyWork) {
  const TempDir dir;
  const auto refused = [&](std::vector<std::string> more, const std::string& message) {
    const auto result = run_program(command(dir / "run", std::move(more)));
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_FALSE(fs::exists(dir / "run"));
  };
  refused({"--predict", "elbo/kll=2"}, "no term 'elbo/kll'; did you mean 'elbo/kl'?");
  refused({"--predict", "loss/discriminator=2"}, "this run logs no term 'loss/discriminator'");
  refused({"--predict", "kl/dim/*=2"}, "no term 'kl/dim/*'");
  refused({"--predict", "elbo=many"}, "'elbo=many' has no finite number");
  refused({"--predict", "elbo=inf"}, "'elbo=inf' has no finite number");
  refused({"--predict", "elbo="}, "'elbo=' has no finite number");
  refused({"--predict", "tset:elbo=2"}, "'tset' is no split");
  refused({"--predict", "elbo=2", "--predict", "elbo=3"}, "'elbo' is given twice");
  refused({"--predict", "run.seed=2"}, "stands before it");
  // There is nobody to ask.
  refused({"--predict", "elbo/kl"}, "asks on a terminal, and this is none");
  refused({"--predict"}, "--predict loss=20");
}

TEST(PredictSlow, AResumedRunKeepsItsGuesses) {
  const TempDir dir;
  const auto first = run_program(command(dir / "run", {"--predict", "elbo/kl=20"}));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  // The same command line, or with another number: asked for nothing, and the first guess stands.
  const auto same =
      run_program(command(dir / "run", {"run.steps=8", "--resume", "--predict", "elbo/kl"}));
  ASSERT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.err, Not(HasSubstr("stands: ")));
  const auto other =
      run_program(command(dir / "run", {"run.steps=10", "--resume", "--predict", "elbo/kl=3"}));
  ASSERT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.err, HasSubstr("before the run began stands: elbo/kl=20"));
  // What has trained is not guessed any more, under whatever name.
  for (const char* late : {"valid:elbo=-9", "test:elbo/kl=4", "elbo"}) {
    const auto refused =
        run_program(command(dir / "run", {"run.steps=11", "--resume", "--predict", late}));
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("was not guessed before this run began"));
  }
  const auto plain = run_program(command(dir / "run", {"run.steps=12", "--resume"}));
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(plain.err, HasSubstr("elbo/kl: your guess 20, "));
  const auto all = predictions(dir / "run");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["guess"], 20.0);
  EXPECT_EQ(all[0]["result"]["step"], 12);
  // A new run in the directory has none.
  const auto anew = run_program(command(dir / "run", {"--overwrite"}));
  ASSERT_EQ(anew.exit_code, 0) << anew.err;
  EXPECT_FALSE(fs::exists(dir / "run/predictions.json"));
}

bool has_terminals() { return run_program({"script", "-qec", "true", "/dev/null"}).exit_code == 0; }

// `script` of util-linux gives the program a terminal.
TEST(PredictSlow, AsksOnATerminal) {
  if (!has_terminals()) GTEST_SKIP() << "script(1) makes no terminal here";
  const TempDir dir;
  std::string line = ELBOW_PROGRAM;
  const auto argv = command(dir / "run", {"--progress", "plain", "--predict", "elbo", "--predict",
                                          "elbo/kl", "--predict", "valid:elbo=-7"});
  for (std::size_t i = 1; i < argv.size(); ++i) line += " '" + argv[i] + "'";
  const auto result = run_program(
      {"bash", "-c", "printf 'many\\n-95\\n\\n' | script -qec \"$1\" /dev/null", "bash", line});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("Your guess for elbo (ELBO, nats) at the end"));
  EXPECT_THAT(result.out, HasSubstr("'many' is no finite number"));
  const auto all = predictions(dir / "run");
  ASSERT_EQ(all.size(), 2u) << "an empty line passes";
  EXPECT_EQ(all[0]["guess"], -95.0);
  EXPECT_EQ(all[1]["guess"], -7.0);
}

TEST(PredictSlow, ADirectoryIsRefusedBeforeAnythingIsAsked) {
  if (!has_terminals()) GTEST_SKIP() << "script(1) makes no terminal here";
  const TempDir dir;
  dir.write("run/notes.txt", "mine");
  std::string line = ELBOW_PROGRAM;
  const auto argv = command(dir / "run", {"--predict", "elbo"});
  for (std::size_t i = 1; i < argv.size(); ++i) line += " '" + argv[i] + "'";
  const auto result = run_program(
      {"bash", "-c", "printf -- '-95\\n' | script -qec \"$1\" /dev/null", "bash", line});
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.out, HasSubstr("is not empty"));
  EXPECT_THAT(result.out, Not(HasSubstr("Your guess")));
}

// Without a term it asks for the losses, of whatever family.
TEST(PredictSlow, TheLossesAreAskedForByDefault) {
  const TempDir dir;
  const auto result = run_program(
      command(dir / "run", {"data.binarize=none", "--predict"}, "configs/gan/non_saturating.toml"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--predict loss/discriminator=20"));
}

}  // namespace
}  // namespace elbow::testing
