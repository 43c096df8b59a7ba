// elbow list, explain and doctor as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/app/small_vae.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names(const std::string& kind) {
  const auto result = run_program({"elbow", "list", kind, "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::string> all;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const json row = json::parse(line);
    EXPECT_EQ(row["kind"], kind);
    all.push_back(row["name"]);
  }
  EXPECT_FALSE(all.empty()) << kind;
  return all;
}

TEST(LookUpSlow, WhatIsListedCanBeExplained) {
  for (const char* kind : {"objectives", "penalties", "dynamics", "likelihoods", "priors",
                           "datasets", "estimators", "problems", "terms", "identities", "keys"}) {
    const auto all = names(kind);
    for (const std::string& name : {all.front(), all.back()}) {
      const auto result = run_program({"elbow", "explain", name});
      EXPECT_EQ(result.exit_code, 0) << kind << " " << name << result.err;
      EXPECT_THAT(result.out, Not(::testing::IsEmpty()));
    }
  }
  EXPECT_THAT(run_program({"elbow", "list", "identities"}).out, HasSubstr("V1"));
  EXPECT_THAT(run_program({"elbow", "explain", "glyphs"}).out, HasSubstr("data.name=glyphs"));
}

/// Values of `keys`, or all keys where there are none, of each JSON object in a text of lines.
void collect(const std::string& lines, const std::vector<std::string>& keys,
             std::set<std::string>& found) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const auto object = nlohmann::json::parse(line);
    for (const std::string& key : keys) found.insert(object.at(key).get<std::string>());
    if (!keys.empty()) continue;
    for (const auto& [key, value] : object.items()) found.insert(key);
  }
}

// Every key of a record, every check and every row that the commands print has an explanation.
TEST(LookUpSlow, WhatCommandsPrintCanBeExplained) {
  const TempDir dir;
  std::set<std::string> names = {"V53/run"};
  for (const std::string config : {"configs/vae/beta.toml", "configs/gan/non_saturating.toml"}) {
    std::vector<std::string> argv = {"elbow", "train", config, "--run-dir", dir / config};
    std::vector<std::string> small = small_vae();
    for (std::string& setting : small) {
      if (setting == "probes.every=0") setting = "probes.every=10";
      const bool of_vae = config.find("gan") == std::string::npos;
      const bool shape = setting.starts_with("model.") || setting.starts_with("sinks.");
      if (of_vae || !shape) argv.push_back(setting);
    }
    argv.insert(argv.end(), {"ema.decay=0.9", "--threads", "1"});
    const auto trained = run_program(argv);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    collect(read_file(dir / config / "metrics.jsonl"), {}, names);
    collect(read_file(dir / config / "checks.jsonl"), {"id"}, names);
  }
  for (const std::vector<std::string>& laws :
       {std::vector<std::string>{"normal(0,1)", "laplace(0,1)"},
        {"normal([0,0],[[1,0],[0,1]])", "normal([1,0],[[1,0],[0,1]])"},
        {"bernoulli(0.3)", "bernoulli(0.5)"}}) {
    const auto rows = run_program({"elbow", "divergence", laws[0], laws[1], "--samples", "50",
                                   "--f", "t*ln(t)", "--format", "json"});
    ASSERT_EQ(rows.exit_code, 0) << rows.err;
    collect(rows.out, {"quantity", "estimator"}, names);
  }
  const auto verified = run_program({"elbow", "verify", "dirac_gan", "--format", "json"});
  ASSERT_EQ(verified.exit_code, 0) << verified.err;
  collect(verified.out, {"id"}, names);
  EXPECT_GT(names.size(), 300u);
  std::vector<std::string> argv = {"elbow", "explain"};
  argv.insert(argv.end(), names.begin(), names.end());
  const auto result = run_program(argv);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* nothing : {"G9999", "G9999/re", "exact", "tier"})
    EXPECT_EQ(run_program({"elbow", "explain", nothing}).exit_code, 2) << nothing;
}

TEST(LookUpSlow, DoctorSaysWhatIsThereAndWhatHelps) {
  const TempDir dir;
  const std::map<std::string, std::string> nowhere = {{"ELBOW_DATA", dir.path().string()},
                                                      {"XDG_DATA_HOME", dir.path().string()},
                                                      {"XDG_CACHE_HOME", (dir / "cache").string()}};
  const auto result = run_program({"elbow", "doctor", "--threads", "1"}, nowhere);
  for (const char* part :
       {"LibTorch", "cores", "threads", "BLAS", "GFLOP/s", "MNIST", "runs", "cache", "GiB free"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
  // Four files that are no MNIST.
  for (const char* file : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    dir.write(std::string("bad/") + file, "nothing");
  }
  const auto bad =
      run_program({"elbow", "doctor", "--threads", "1", "--data-dir", dir / "bad"}, nowhere);
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr("train-images-idx3-ubyte"));
  EXPECT_THAT(bad.out, HasSubstr("scripts/get_mnist.sh"));
  EXPECT_THAT(bad.err, HasSubstr("problem"));
}

}  // namespace
}  // namespace elbow::testing
