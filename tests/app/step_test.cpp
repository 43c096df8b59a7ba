// elbow step as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kSmall = {"run.epochs=0",       "run.steps=12",
                                         "data.name=glyphs",   "data.train_count=256",
                                         "data.test_count=64", "data.validation=64",
                                         "model.hidden=[16]",  "model.latent=3",
                                         "log.every=1",        "optimizer.batch_size=32",
                                         "pictures.every=0",   "probes.every=0",
                                         "probes.epochs=0"};

ProgramResult run(std::vector<std::string> argv, const std::vector<std::string>& more = {}) {
  argv.insert(argv.end(), more.begin(), more.end());
  argv.insert(argv.end(), {"--threads", "1"});
  return run_program(argv);
}

json record(const std::filesystem::path& metrics, int step) {
  std::istringstream lines(read_file(metrics));
  for (std::string line; std::getline(lines, line);) {
    json found = json::parse(line);
    if (found["step"] == step && found["split"] == "train") return found;
  }
  return {};
}

/// Name -> content and time of every file below.
std::map<std::string, std::string> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    all[entry.path().string()] = read_file(entry.path()) +
                                 std::to_string(entry.last_write_time().time_since_epoch().count());
  }
  return all;
}

void expect_same_numbers(const json& turn, const json& logged) {
  EXPECT_EQ(turn["loss"]["value"], logged[turn["loss"]["key"].get<std::string>()]);
  int compared = 0;
  for (const json& term : turn["terms"]) {
    const std::string name = term["name"];
    if (!logged.contains(name)) continue;
    EXPECT_EQ(term["mean"], logged[name]) << name;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

TEST(StepSlow, OfAConfigIsTheFirstStepOfTraining) {
  const TempDir dir;
  for (const char* config : {"configs/vae/beta.toml", "configs/gan/non_saturating.toml"}) {
    const auto folder = dir / std::filesystem::path(config).stem().string();
    const auto trained = run({"elbow", "train", config, "--run-dir", folder.string()}, kSmall);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    const auto result = run({"elbow", "step", config, "--format", "json"}, kSmall);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    for (const json& turn : json::parse(result.out)["turns"]) {
      expect_same_numbers(turn, record(folder / "metrics.jsonl", 1));
    }
  }
}

TEST(StepSlow, OfARunIsTheStepAfterItsCheckpointAndChangesNothing) {
  const TempDir dir;
  const std::string folder = (dir / "run").string();
  ASSERT_EQ(run({"elbow", "train", "configs/gan/non_saturating.toml", "--run-dir", folder}, kSmall)
                .exit_code,
            0);
  const auto before = snapshot(folder);
  const auto result = run({"elbow", "step", folder, "--format", "json", "--parameters"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(snapshot(folder), before);
  const json step = json::parse(result.out);
  EXPECT_EQ(step["step"], 13);
  const auto resumed = run(
      {"elbow", "train", folder + "/config.toml", "run.steps=13", "--run-dir", folder, "--resume"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  for (const json& turn : step["turns"]) {
    expect_same_numbers(turn, record(folder + "/metrics.jsonl", 13));
    EXPECT_GT(turn["parameters"].size(), 2u) << "one a tensor";
    for (const json& p : turn["parameters"]) {
      EXPECT_GT(p["update_norm"].get<double>(), 0.0) << "with the moments of the checkpoint";
    }
  }
}

TEST(StepSlow, TextAndPageShowTheNumbersAndTheChecks) {
  const TempDir dir;
  const std::string page = (dir / "step.html").string();
  const auto config =
      dir.write("a<b>&.toml", "extends = \"" ELBOW_SOURCE_DIR "/configs/vae/elbo.toml\"\n");
  const auto result = run({"elbow", "step", config.string(), "--html", page}, kSmall);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"L = −1 × E_q ln p(x|z) + 1 × KL(q(z|x)‖p(z))", "V1 holds", "G8 holds",
                           "‖Δθ‖/‖θ‖", "none", "100.0 %"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  const std::string html = read_file(page);
  for (const char* part :
       {"V1 holds", "G8 holds", "KL(q(z|x)‖p(z))", "a&lt;b&gt;&amp;.toml", "</html>"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  for (const char* part : {"http", "<script", "src=", "a<b>"})
    EXPECT_THAT(html, Not(HasSubstr(part)));
}

TEST(StepSlow, OneSampleHasItsOwnEquation) {
  const auto result =
      run({"elbow", "step", "configs/vae/elbo.toml", "--sample", "3", "--format", "json"}, kSmall);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json turn = json::parse(result.out)["turns"].at(0);
  double products = 0.0;
  for (const json& term : turn["terms"]) {
    if (term["weight"] != 0.0) {
      products += term["weight"].get<double>() * term["sample"].get<double>();
      EXPECT_TRUE(term.contains("sample_gradient_norm"));
    }
  }
  EXPECT_GT(products, 0.0);
  EXPECT_TRUE(turn.contains("row"));
  EXPECT_TRUE(turn.contains("label"));
}

TEST(StepSlow, TermsThatDoNotAddUpAreExitCodeFive) {
  for (const auto& [mutant, id] :
       {std::pair{"flipped_kl", "V1 fails"}, std::pair{"detached_kl", "G8 fails"}}) {
    const auto result = run({ELBOW_MUTANT_PROGRAM, "step", "configs/vae/elbo.toml",
                             std::string("objective.name=") + mutant},
                            kSmall);
    EXPECT_EQ(result.exit_code, 5) << mutant;
    EXPECT_THAT(result.out, HasSubstr(id));
  }
}

TEST(StepSlow, BadInputIsAUsageErrorThatNamesIt) {
  const TempDir dir;
  EXPECT_EQ(run({"elbow", "step", "configs/none.toml"}).exit_code, 2);
  const auto empty = run({"elbow", "step", dir.path().string()});
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.err, HasSubstr("is no run"));
  const auto sample = run({"elbow", "step", "configs/vae/elbo.toml", "--sample", "32"}, kSmall);
  EXPECT_EQ(sample.exit_code, 2);
  EXPECT_THAT(sample.err, HasSubstr("0 to 31"));
}

}  // namespace
}  // namespace elbow::testing
