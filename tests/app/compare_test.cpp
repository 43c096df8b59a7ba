// elbow compare on runs of the program: streams, formats, and what cannot be compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/app/small_vae.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

void train(const std::string& directory, const std::vector<std::string>& more) {
  std::vector<std::string> argv = {"elbow", "train", "configs/vae/beta.toml"};
  for (const auto& word : small_vae()) argv.push_back(word);
  argv.insert(argv.end(), more.begin(), more.end());
  argv.insert(argv.end(), {"--run-dir", directory, "--threads", "1", "--progress", "none"});
  const auto trained = run_program(argv);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
}

TEST(CompareSlow, TwoBetas) {
  const TempDir dir;
  const std::string one = dir / "one", four = dir / "four";
  train(one, {"objective.beta=1"});
  train(four, {"objective.beta=4"});
  const auto table = run_program({"elbow", "compare", one, four, "--html", dir / "page.html"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.err, AllOf(HasSubstr("page.html"), Not(HasSubstr("elbo/kl"))));
  EXPECT_THAT(table.out, StartsWith("runs\n  A  " + one));
  EXPECT_THAT(table.out, HasSubstr("objective.beta  1.0  4.0"));
  EXPECT_LT(table.out.find("settings that differ"), table.out.find("at the end"));
  EXPECT_THAT(table.out, HasSubstr("loss: what is minimised: beta(beta = 1.0"));
  EXPECT_THAT(table.out, HasSubstr("One seed says nothing about other seeds"));
  EXPECT_THAT(table.out, HasSubstr("the same records as at equal steps"));
  EXPECT_THAT(read_file(dir / "page.html"), HasSubstr("Rate and distortion"));

  // The numbers are those of the runs, and the error of a difference is made from both.
  const auto text = run_program({"elbow", "compare", one, four, "--format", "json", "--at", "end"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  const auto json = nlohmann::json::parse(text.out);
  const auto at_the_end = [](const std::string& run) {
    return nlohmann::json::parse(read_file(run + "/result.json"))["splits"]["test"]["elbo/kl"];
  };
  const auto a = at_the_end(one), b = at_the_end(four);
  bool found = false;
  for (const auto& row : json["sections"][0]["rows"]) {
    if (row["term"] != "elbo/kl") continue;
    found = true;
    EXPECT_EQ(row["values"][0]["value"], a["mean"]);
    EXPECT_EQ(row["values"][1]["value"], b["mean"]);
    const double se = std::hypot(a["se"].get<double>(), b["se"].get<double>());
    EXPECT_NEAR(row["differences"][1]["se"].get<double>(), se, 1e-12);
    EXPECT_NEAR(row["differences"][1]["value"].get<double>(),
                b["mean"].get<double>() - a["mean"].get<double>(), 1e-12);
    EXPECT_EQ(row["differences"][1]["test"], "unpaired");
    EXPECT_LT(row["differences"][1]["value"], 0.0) << "a larger beta presses the KL";
  }
  EXPECT_TRUE(found);
  const auto csv = run_program(
      {"elbow", "compare", one, four, "--format", "csv", "--terms", "elbo/kl", "--at", "end"});
  EXPECT_THAT(csv.out, StartsWith("at,split,term,unit,group,directory,value,se,"));
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 3);
}

TEST(CompareSlow, WhatCannotBeComparedIsNamed) {
  const TempDir dir;
  const std::string run = dir / "run";
  train(run, {});
  const auto fails = [&](const std::vector<std::string>& more, const std::string& why) {
    std::vector<std::string> argv = {"elbow", "compare"};
    argv.insert(argv.end(), more.begin(), more.end());
    const auto result = run_program(argv);
    EXPECT_EQ(result.exit_code, 2) << why;
    EXPECT_THAT(result.out, IsEmpty()) << why;
    EXPECT_THAT(result.err, HasSubstr(why));
  };
  fails({}, "RUNS is required");
  fails({run}, "at least two run directories");
  fails({run, run}, "one and the same");
  fails({run, dir / "absent"}, "there is no run directory");
  fails({run, dir.path()}, "holds no run");
  fails({run, run, "--format", "xml"}, "xml");
  dir.write("broken/config.toml", "[run]\nseed = 2\n");
  dir.write("broken/metrics.jsonl", "{\"step\":1,\n{\"step\":2}\n");
  const auto damaged = run_program({"elbow", "compare", run, dir / "broken"});
  EXPECT_EQ(damaged.exit_code, 3);
  EXPECT_THAT(damaged.err, HasSubstr("metrics.jsonl:1"));
}

}  // namespace
}  // namespace elbow::testing
