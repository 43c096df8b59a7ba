#include "instrumentation/evaluation_checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace elbow::testing {
namespace {

Measurement row(const std::string& quantity, double value, double se) {
  return {quantity, "", {.value = value, .se = se}, ""};
}

std::vector<std::string> failed(const std::vector<Measurement>& rows) {
  std::vector<std::string> ids;
  for (const CheckResult& check : evaluation_checks(rows)) {
    if (check.verdict == Verdict::fails) ids.push_back(check.id);
  }
  return ids;
}

const std::vector<Measurement> kGood = {
    row("elbo", -103.0, 0.4),
    row("iwae/k50", -98.0, 0.4),
    row("iwae/k5000", -97.0, 0.4),
    row("bdmc/elbo", -125.0, 1.0),
    row("bdmc/lower", -118.0, 1.0),
    row("bdmc/gap", -0.03, 0.05),
    row("ais/above_elbo", 5.0, 0.2),
    row("aggregate/kl", 26.0, 0.1),
    row("aggregate/mutual_information", 10.7, 0.02),
    row("aggregate/total_correlation", 15.0, 0.1),
    row("aggregate/dimension_wise_kl", 0.25, 0.01),
    row("aggregate/marginal_kl", 15.3, 0.1),
    row("aggregate/mutual_information/batch", 4.8, 0.01),
    row("aggregate/mutual_information/leave_one_out", 84.0, 0.5)};

const std::vector<Measurement> kGoodGan = {row("jensen_shannon/lower", 0.51, 0.01),
                                           row("jensen_shannon/lower/training", 0.6, 0.01),
                                           row("jensen_shannon/lower/fitted", 0.62, 0.01),
                                           row("critic/auc", 0.97, 0.01),
                                           row("duality_gap", 3.1, 0.02),
                                           row("duality_gap/discriminator", 0.2, 0.01),
                                           row("duality_gap/generator", 2.9, 0.02),
                                           row("class/kl", 0.2, 0.01),
                                           row("class/kl/missing", 0.1, 0.0),
                                           row("class/total_variation", 0.2, 0.01),
                                           row("lenet_score", 8.0, 0.1),
                                           row("frechet_lenet", 5.0, 0.1),
                                           row("precision", 0.9, 0.01),
                                           row("recall", 0.1, 0.01),
                                           row("density", 1.3, 0.1),
                                           row("coverage", 0.4, 0.01)};

std::vector<Measurement> with(const std::string& quantity, double value,
                              std::vector<Measurement> rows = kGood) {
  for (Measurement& m : rows) {
    if (m.quantity == quantity) m.estimate.value = value;
  }
  return rows;
}

TEST(EvaluationChecks, SoundNumbersPass) {
  EXPECT_TRUE(failed(kGood).empty());
  EXPECT_EQ(evaluation_checks(kGood).size(), 12u);
  EXPECT_TRUE(evaluation_checks({}).empty());
  EXPECT_TRUE(failed(kGoodGan).empty());
  EXPECT_EQ(evaluation_checks(kGoodGan).size(), 21u);
  EXPECT_TRUE(failed(with("duality_gap", -0.05, kGoodGan)).empty()) << "within four errors";
}

TEST(EvaluationChecks, WrongVariantsAreCaught) {
  using Ids = std::vector<std::string>;
  EXPECT_EQ(failed(with("iwae/k5000", -106.0)), Ids{"V25"}) << "VW5: no bound that rises with K";
  EXPECT_EQ(failed(with("aggregate/total_correlation", -33.0)), Ids{"V56"}) << "VW1";
  EXPECT_EQ(failed(with("aggregate/mutual_information", 41.5)), Ids{"V56"}) << "VW1";
  EXPECT_EQ(failed(with("aggregate/dimension_wise_kl", -110.0)), Ids{"V56"}) << "VW3";
  EXPECT_EQ(failed(with("bdmc/gap", -3.0)), Ids{"V45"}) << "VW22: off by ln(T/C)";
  EXPECT_EQ(failed(with("aggregate/mutual_information/batch", 15.0)), Ids{"V58"});
}

TEST(EvaluationChecks, EachStatementCanFail) {
  std::set<std::string> all, fell;
  for (const std::vector<Measurement>& good : {kGood, kGoodGan}) {
    for (const CheckResult& check : evaluation_checks(good)) all.insert(check.statement);
    for (const Measurement& m : good) {
      for (const double wrong : {m.estimate.value - 200.0, m.estimate.value + 200.0}) {
        for (const CheckResult& check : evaluation_checks(with(m.quantity, wrong, good))) {
          if (check.verdict == Verdict::fails) fell.insert(check.statement);
        }
      }
    }
  }
  EXPECT_EQ(fell, all);
}

TEST(EvaluationChecks, WrongVariantsOfGansAreCaught) {
  using Ids = std::vector<std::string>;
  const auto gan = [](const std::string& quantity, double value) {
    return failed(with(quantity, value, kGoodGan));
  };
  EXPECT_EQ(gan("duality_gap", -3.1), Ids{"G74"}) << "the players swapped";
  EXPECT_EQ(gan("duality_gap/discriminator", -0.2), Ids{"G74"}) << "L_D for V";
  EXPECT_EQ(gan("jensen_shannon/lower/fitted", 1.24), Ids{"G31"}) << "2 JSD for JSD";
  EXPECT_EQ(gan("jensen_shannon/lower", 0.7), Ids{"G31"});
  EXPECT_EQ(gan("class/kl", 0.05), Ids{"G76"}) << "averaged over the classes";
  EXPECT_EQ(gan("class/total_variation", 1.6), Ids{"G79"}) << "without the half";
  EXPECT_EQ(gan("precision", 1.02), Ids{"G79"});
  EXPECT_EQ(gan("frechet_lenet", -0.1), Ids{"G79"});
  EXPECT_EQ(gan("lenet_score", 0.9), Ids{"G79"}) << "its logarithm";
}

}  // namespace
}  // namespace elbow::testing
