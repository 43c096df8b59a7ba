#include "equations/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "equations/parser.h"

namespace elbow::equations {
namespace {

using ::testing::HasSubstr;

double at(const std::string& text, double t) {
  return evaluate(*parse_or_throw(text, {"test"}), [t](const Expression&) { return t; });
}

TEST(Evaluate, NumbersByHand) {
  EXPECT_DOUBLE_EQ(at("t*ln(t)", 2.0), 2.0 * std::log(2.0));
  EXPECT_DOUBLE_EQ(at("2 - 3 - 4", 0.0), -5.0);
  EXPECT_DOUBLE_EQ(at("12 / 3 / 2", 0.0), 2.0);
  EXPECT_DOUBLE_EQ(at("-t^2", 3.0), -9.0);
  EXPECT_DOUBLE_EQ(at("2^3^2", 0.0), 512.0);
  EXPECT_DOUBLE_EQ(at("abs(t - 1)/2", 0.0), 0.5);
  EXPECT_DOUBLE_EQ(at("min(t, 1) + max(t, 1)", 3.0), 4.0);
  EXPECT_DOUBLE_EQ(at("softplus(t)", 800.0), 800.0);
  EXPECT_DOUBLE_EQ(at("softplus(t)", -40.0), std::exp(-40.0));
  EXPECT_DOUBLE_EQ(at("sigmoid(t) + sigmoid(-t)", 5.0), 1.0);
  EXPECT_DOUBLE_EQ(at("sign(t) + step(t) + sq(t) + relu(t) + tanh(t)", 0.0), 0.0);
}

std::string complaints(const std::string& text) {
  const ExpressionPtr e = parse_or_throw(text, {"test"});
  return shown(check_scalar(*e, {"t"}), text, {"--f"});
}

TEST(Evaluate, OnlyNumbersAndTheVariableAreKnown) {
  EXPECT_EQ(complaints("t*ln(t) + exp(-t)"), "");
  EXPECT_THAT(complaints("x + t"), HasSubstr("--f:1:1: error: 'x' is unknown here"));
  EXPECT_THAT(complaints("log(t)"), HasSubstr("the natural logarithm is 'ln'"));
  EXPECT_THAT(complaints("sqr(t)"), HasSubstr("did you mean 'sqrt'"));
  EXPECT_THAT(complaints("t(t)"), HasSubstr("'t' is no function"));
  EXPECT_THAT(complaints("E_q[t]"), HasSubstr("nothing to take an expectation over"));
  EXPECT_THAT(complaints("sum_j(t)"), HasSubstr("nothing to sum over"));
  const std::string both = complaints("x + log(t)");
  EXPECT_THAT(both, HasSubstr("'x'"));
  EXPECT_THAT(both, HasSubstr("'ln'"));
}

}  // namespace
}  // namespace elbow::equations
