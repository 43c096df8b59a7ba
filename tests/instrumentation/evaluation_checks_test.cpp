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

std::vector<Measurement> with(const std::string& quantity, double value) {
  std::vector<Measurement> rows = kGood;
  for (Measurement& m : rows) {
    if (m.quantity == quantity) m.estimate.value = value;
  }
  return rows;
}

TEST(EvaluationChecks, SoundNumbersPass) {
  EXPECT_TRUE(failed(kGood).empty());
  EXPECT_EQ(evaluation_checks(kGood).size(), 12u);
  EXPECT_TRUE(evaluation_checks({}).empty());
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
  for (const CheckResult& check : evaluation_checks(kGood)) all.insert(check.statement);
  for (const Measurement& m : kGood) {
    for (const double wrong : {m.estimate.value - 200.0, m.estimate.value + 200.0}) {
      for (const CheckResult& check : evaluation_checks(with(m.quantity, wrong))) {
        if (check.verdict == Verdict::fails) fell.insert(check.statement);
      }
    }
  }
  EXPECT_EQ(fell, all);
}

}  // namespace
}  // namespace elbow::testing
