#include "equations/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "equations/evaluate.h"
#include "equations/parser.h"
#include "equations/print.h"
#include "tests/equations/random_tree.h"

namespace elbow::equations {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Interval of(const std::string& text, Interval leaf = Interval::all()) {
  return range(*parse_or_throw(text, {"test"}), [&](const Expression&) { return leaf; });
}

TEST(Interval, RangesOfLosses) {
  EXPECT_EQ(of("E_p[relu(1 - C(x))]"), (Interval{0.0, kInfinity}));
  EXPECT_EQ(of("E[softplus(-D(x))]"), (Interval{0.0, kInfinity}));
  EXPECT_EQ(of("-ln(sigmoid(l))"), (Interval{0.0, kInfinity}));
  EXPECT_EQ(of("sigmoid(l)"), (Interval{0.0, 1.0}));
  EXPECT_EQ(of("tanh(l) * 3 - 1"), (Interval{-4.0, 2.0}));
  EXPECT_EQ(of("sq(a - b) + 1"), (Interval{1.0, kInfinity}));
  EXPECT_EQ(of("a * a"), (Interval{0.0, kInfinity}));
  EXPECT_EQ(of("C(x)"), Interval::all());
  EXPECT_EQ(of("1 / a"), Interval::all());
  EXPECT_EQ(of("1 / (1 + exp(a))"), (Interval{0.0, 1.0}));
  EXPECT_EQ(of("sum_j(KL_j)", {0.0, kInfinity}), (Interval{0.0, kInfinity}));
  EXPECT_EQ(of("sum_j(a)", {0.25, 1.0}), (Interval{0.25, kInfinity}));
  EXPECT_EQ(of("(0 - 2)^2"), (Interval{4.0, 4.0}));
}

TEST(Interval, Signs) {
  EXPECT_EQ(sign({0.0, 3.0}), "+");
  EXPECT_EQ(sign({-2.0, 0.0}), "−");
  EXPECT_EQ(sign({-2.0, 1.0}), "±");
  EXPECT_EQ(sign({0.0, 0.0}), "0");
}

// No value of a random tree lies outside, with its names anywhere in their ranges.
TEST(Interval, HoldsEveryValue) {
  equations::testing::RandomTree tree(23, {"t", "a"}, true);
  std::mt19937_64 random(9);
  int compared = 0;
  for (int i = 0; i < 10000; ++i) {
    const ExpressionPtr e = tree(5);
    const Interval narrow = range(*e, [](const Expression& leaf) {
      return leaf.name == "t" ? Interval{0.0, 2.0} : Interval{-1.0, 1.0};
    });
    for (int k = 0; k < 10; ++k) {
      const double t = std::uniform_real_distribution<double>(0.0, 2.0)(random);
      const double a = std::uniform_real_distribution<double>(-1.0, 1.0)(random);
      const double v =
          evaluate(*e, [&](const Expression& leaf) { return leaf.name == "t" ? t : a; });
      if (!std::isfinite(v)) continue;
      ++compared;
      const double slack = 1e-9 * (1.0 + std::fabs(v));
      ASSERT_GE(v, narrow.low - slack) << ascii(*e) << " at t = " << t << ", a = " << a;
      ASSERT_LE(v, narrow.high + slack) << ascii(*e) << " at t = " << t << ", a = " << a;
    }
  }
  EXPECT_GT(compared, 50000);
}

}  // namespace
}  // namespace elbow::equations
