#include "instrumentation/evaluation_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

std::vector<Measurement> rows() {
  Measurement first{"iwae/k50",
                    "iwae",
                    {.value = -98.125, .se = 0.5, .bias = Bias::lower, .note = "k̂ \"fine\""},
                    "bound"};
  Measurement second{
      "pareto_k", "pareto_k", {.value = -std::numeric_limits<double>::infinity(), .exact = true}};
  return {first, second};
}

TEST(EvaluationFile, ALineIsOneObject) {
  const auto line = nlohmann::json::parse(to_json(rows()[0]));
  EXPECT_EQ(line.at("quantity"), "iwae/k50");
  EXPECT_EQ(line.at("estimator"), "iwae");
  EXPECT_EQ(line.at("value"), -98.125);
  EXPECT_EQ(line.at("se"), 0.5);
  EXPECT_EQ(line.at("bias"), "lower");
  EXPECT_EQ(line.at("exact"), false);
  EXPECT_EQ(line.at("note"), "k̂ \"fine\"");
  const auto second = nlohmann::json::parse(to_json(rows()[1]));
  EXPECT_TRUE(second.at("se").is_null());
  EXPECT_EQ(second.at("value"), "-inf");
}

TEST(EvaluationFile, KeepsWhatIsFinishedByItsSettings) {
  const TempDir dir;
  const auto path = dir.path() / "eval.jsonl";
  EvaluationFile(path, false).add("importance", "k=50", rows());
  EvaluationFile again(path, false);
  const auto found = again.find("importance", "k=50");
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->at(0).estimate.value, -98.125);
  EXPECT_EQ(*found->at(0).estimate.se, 0.5);
  EXPECT_EQ(found->at(0).meaning, "bound");
  EXPECT_EQ(found->at(1).estimate.value, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(found->at(1).estimate.exact);
  EXPECT_FALSE(again.find("importance", "k=5000").has_value());
  EXPECT_FALSE(again.find("ais", "k=50").has_value());
  EXPECT_FALSE(EvaluationFile(path, true).find("importance", "k=50").has_value());
}

TEST(EvaluationFile, AWriteThatWasCutShortDoesNotCount) {
  const TempDir dir;
  const auto path = dir.path() / "eval.jsonl";
  EvaluationFile(path, false).add("importance", "k=50", rows());
  std::string text;
  {
    std::ifstream file(path);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::ofstream(path, std::ios::trunc) << text.substr(0, text.size() - 30);
  EvaluationFile cut(path, false);
  EXPECT_FALSE(cut.find("importance", "k=50").has_value()) << "one of two lines";
  cut.add("ais", "T=5", rows());
  EvaluationFile again(path, false);
  EXPECT_TRUE(again.find("ais", "T=5").has_value()) << "on lines of its own";
  again.add("importance", "k=50", rows());
  EXPECT_EQ(EvaluationFile(path, false).find("importance", "k=50")->size(), 2u);
}

}  // namespace
}  // namespace elbow::testing
