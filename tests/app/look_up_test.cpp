// elbow list, explain and doctor as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

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
