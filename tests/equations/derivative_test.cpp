#include "equations/derivative.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include "equations/evaluate.h"
#include "equations/parser.h"
#include "equations/print.h"
#include "tests/equations/random_tree.h"

namespace elbow::equations {
namespace {

ExpressionPtr read(const std::string& text) { return parse_or_throw(text, {"test"}); }

std::string slope(const std::string& text, const std::string& variable = "t") {
  return unicode(*derivative(read(text), *read(variable)));
}

double value(const Expression& e, double t, double a = 0.7) {
  return evaluate(e, [&](const Expression& leaf) { return leaf.name == "t" ? t : a; });
}

TEST(Derivative, AsItIsWritten) {
  EXPECT_EQ(slope("t*ln(t)"), "ln(t) + t / t");
  EXPECT_EQ(slope("-ln(t)"), "−(1 / t)");
  EXPECT_EQ(slope("(t - 1)^2"), "2 · (t − 1)");
  EXPECT_EQ(slope("t^3 + a"), "3 · t^2");
  EXPECT_EQ(slope("softplus(-t)"), "−sigmoid(−t)");
  EXPECT_EQ(slope("relu(1 + t)"), "step(1 + t)");
  EXPECT_EQ(slope("a"), "0");
  EXPECT_EQ(slope("exp(a*t)"), "exp(a · t) · a");
}

// In the output of a network, wherever it stands; other networks and what is stopped are constant.
TEST(Derivative, InTheOutputOfANetwork) {
  EXPECT_EQ(slope("E_p[relu(1 - C(x))] + E_q[relu(1 + C(x))]", "C(x)"),
            "E_p[−step(1 − C(x))] + E_q[step(1 + C(x))]");
  EXPECT_EQ(slope("E[softplus(-C(x)) + D(x) + stop(C(x))]", "C(x)"), "E[−sigmoid(−C(x))]");
}

// Against central differences, of random trees at points where both are smooth.
TEST(Derivative, AgreesWithFiniteDifferences) {
  testing::RandomTree tree(11, {"t", "a"}, true);
  std::mt19937_64 random(5);
  int compared = 0;
  for (int i = 0; i < 30000; ++i) {
    const ExpressionPtr e = tree(4);
    const ExpressionPtr d = derivative(e, *name("t"));
    const double t = std::uniform_real_distribution<double>(0.2, 1.8)(random), h = 1e-5;
    const double f[] = {value(*e, t - 2 * h), value(*e, t - h), value(*e, t + h),
                        value(*e, t + 2 * h)};
    const double wide = (f[3] - f[0]) / (4 * h), narrow = (f[2] - f[1]) / (2 * h);
    const double size = std::fabs(f[0]) + std::fabs(narrow);
    // Finite differences that agree with each other, and of numbers that they can resolve.
    if (!std::isfinite(size) || size > 1e4 ||
        std::fabs(wide - narrow) > 1e-7 * (1.0 + std::fabs(narrow)))
      continue;
    const double exact = value(*d, t);
    if (!std::isfinite(exact)) continue;  // 0 · ∞ at a kink or beyond the range of doubles
    ++compared;
    EXPECT_NEAR(exact, narrow, 1e-6 * (1.0 + size)) << ascii(*e) << " -> " << ascii(*d);
  }
  EXPECT_GT(compared, 10000);
}

/// Whether every piece has a value: what stands on an infinity may change with the sign of a zero.
bool all_finite(const Expression& e, double t) {
  return std::isfinite(value(e, t)) &&
         std::all_of(e.parts.begin(), e.parts.end(),
                     [t](const auto& part) { return all_finite(*part, t); });
}

TEST(Simplified, HasTheValueOfTheWhole) {
  testing::RandomTree tree(17, {"t", "a"}, true);
  int compared = 0;
  for (int i = 0; i < 20000; ++i) {
    const ExpressionPtr e = tree(5);
    const double whole = value(*e, 1.3);
    if (!all_finite(*e, 1.3)) continue;
    ++compared;
    const double less = value(*simplified(e), 1.3);
    EXPECT_NEAR(less, whole, 1e-9 * (1.0 + std::fabs(whole))) << ascii(*e);
  }
  EXPECT_GT(compared, 10000);
}

}  // namespace
}  // namespace elbow::equations
