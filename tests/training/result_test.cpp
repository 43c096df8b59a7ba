#include "training/result.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace elbow {
namespace {

TEST(Result, HoldsValuesWithTheirErrors) {
  RunResult result;
  result.summary = {.outcome = Outcome::finished, .step = 12, .wall = 3.5, .message = ""};
  result.epoch = 0.5;
  result.splits["test"].set("elbo", {-100.25, 0.5, 1000});
  result.splits["test"].set("bad", std::nan(""));
  result.checks["fails"] = 2;
  result.failed_checks = {{.id = "V1.model",
                           .kind = "exact",
                           .statement = "a = b",
                           .page = "docs/conventions.md#V1",
                           .fails = 2,
                           .evaluations = 9,
                           .first_step = 4,
                           .first_split = "train",
                           .lhs = 1.5,
                           .rhs = INFINITY}};
  result.step_ms_median = 4.0;
  const auto json = nlohmann::json::parse(result_json(result));
  EXPECT_EQ(json["outcome"], "finished");
  EXPECT_EQ(json["step"], 12);
  EXPECT_EQ(json["splits"]["test"]["elbo"]["mean"], -100.25);
  EXPECT_EQ(json["splits"]["test"]["elbo"]["se"], 0.5);
  EXPECT_EQ(json["splits"]["test"]["bad"]["mean"], "nan");
  EXPECT_TRUE(json["splits"]["test"]["bad"]["se"].is_null()) << "one number has no error";
  EXPECT_EQ(json["checks"]["fails"], 2);
  const auto& failed = json["failed_checks"].at(0);
  EXPECT_EQ(failed["id"], "V1.model");
  EXPECT_EQ(failed["statement"], "a = b");
  EXPECT_EQ(failed["page"], "docs/conventions.md#V1");
  EXPECT_EQ(failed["first"]["step"], 4);
  EXPECT_EQ(failed["first"]["rhs"], "inf");
  EXPECT_EQ(json["timings"]["seconds"], 3.5);
  EXPECT_EQ(json["timings"]["step_ms_median"], 4.0);
  EXPECT_TRUE(json["timings"].contains("samples_per_second_median"));
}

TEST(Result, ValuesReadBackToTheSameBits) {
  Values values;
  values.set("a", {0.1 + 0.2, 1e-300, 7});
  values.set("b", INFINITY);
  values.set("c", -INFINITY);
  values.set("d", std::nan(""));
  const Values read = values_from_json(values_to_json(values));
  EXPECT_EQ(read.at("a").mean, 0.1 + 0.2);
  EXPECT_EQ(read.at("a").se, 1e-300);
  EXPECT_EQ(read.at("a").count, 7);
  EXPECT_EQ(read["b"], INFINITY);
  EXPECT_EQ(read["c"], -INFINITY);
  EXPECT_TRUE(std::isnan(read["d"]));
}

TEST(Result, OutcomesHaveTheDocumentedCodesAndWords) {
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::finished)), 0);
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::early_stopped)), 0);
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::failed)), 1);
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::diverged)), 4);
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::stopped)), 75);
  EXPECT_EQ(static_cast<int>(exit_code(Outcome::interrupted)), 130);
  EXPECT_EQ(status_of(Outcome::early_stopped), "finished");
  EXPECT_EQ(status_of(Outcome::stopped), "interrupted");
  EXPECT_EQ(status_of(Outcome::diverged), "diverged");
}

}  // namespace
}  // namespace elbow
