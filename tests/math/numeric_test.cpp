#include "math/numeric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"

namespace elbow {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Numeric, SoftplusAndSigmoidAtAnySize) {
  for (const double t : {-30.0, -2.0, 0.0, 1.5, 30.0}) {
    EXPECT_NEAR(softplus(t), std::log(1.0 + std::exp(t)), 1e-13);
    EXPECT_NEAR(log_sigmoid(t), std::log(sigmoid(t)), 1e-13);
    EXPECT_DOUBLE_EQ(sigmoid(t) + sigmoid(-t), 1.0);
  }
  EXPECT_EQ(softplus(1e4), 1e4);
  EXPECT_EQ(softplus(-1e4), 0.0);
  EXPECT_DOUBLE_EQ(softplus(-700.0), std::exp(-700.0));
  EXPECT_EQ(log_sigmoid(-1e4), -1e4);
  EXPECT_EQ(softplus(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(softplus(kNan)));
}

TEST(Numeric, Log1mexpOnBothSidesOfItsSwitch) {
  for (const double x : {-1e-10, -0.1, -0.693, -0.694, -5.0, -40.0}) {
    EXPECT_NEAR(std::exp(log1mexp(x)), -std::expm1(x), 1e-15);
  }
  EXPECT_DOUBLE_EQ(log1mexp(-1e-300), std::log(1e-300));
  EXPECT_DOUBLE_EQ(log1mexp(-50.0), -std::exp(-50.0));
  EXPECT_EQ(log1mexp(0.0), -kInfinity);
  EXPECT_EQ(log1mexp(-kInfinity), 0.0);
}

// Long double holds the textbook form to 1e-19 / x^2.
TEST(Numeric, Expm1MinusNeverCancels) {
  for (const double x : {-3.0, -0.0501, -0.0499, -1e-3, 1e-3, 0.0499, 0.0501, 2.0}) {
    const long double exact = expm1l(x) - static_cast<long double>(x);
    EXPECT_NEAR(expm1_minus(x) / static_cast<double>(exact), 1.0, 1e-13) << x;
  }
  EXPECT_DOUBLE_EQ(expm1_minus(1e-8), 0.5e-16 * (1.0 + 1e-8 / 3.0));
  EXPECT_EQ(expm1_minus(0.0), 0.0);
  EXPECT_EQ(expm1_minus(-kInfinity), kInfinity);
}

TEST(Numeric, BinaryEntropyFromALogit) {
  for (const double l : {-3.0, 0.0, 0.7}) {
    const double p = sigmoid(l);
    EXPECT_NEAR(binary_entropy(l), -x_log_x(p) - x_log_x(1.0 - p), 1e-15);
    EXPECT_NEAR(binary_entropy(l), softplus(l) - l * sigmoid(l), 1e-15);
  }
  EXPECT_DOUBLE_EQ(binary_entropy(0.0), kLn2);
  EXPECT_EQ(binary_entropy(kInfinity), 0.0);
  EXPECT_EQ(binary_entropy(-kInfinity), 0.0);
  EXPECT_GT(binary_entropy(700.0), 0.0);
}

TEST(Numeric, LogSumsAndDifferences) {
  EXPECT_NEAR(log_add_exp(1.0, 2.0), std::log(std::exp(1.0) + std::exp(2.0)), 1e-15);
  EXPECT_EQ(log_add_exp(-kInfinity, -kInfinity), -kInfinity);
  EXPECT_EQ(log_add_exp(-kInfinity, 3.0), 3.0);
  EXPECT_EQ(log_add_exp(kInfinity, -kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(log_add_exp(kNan, 1.0)));
  EXPECT_TRUE(std::isnan(log_add_exp(1.0, kNan)));
  EXPECT_NEAR(log_diff_exp(2.0, 1.0), std::log(std::exp(2.0) - std::exp(1.0)), 1e-15);
  EXPECT_EQ(log_diff_exp(2.0, 2.0), -kInfinity);
  EXPECT_EQ(log_diff_exp(2.0, -kInfinity), 2.0);
}

TEST(Numeric, LogsumexpGuardsItsInfinities) {
  const std::vector<double> x{1000.0, 1001.0};
  EXPECT_NEAR(logsumexp(x), 1001.0 + std::log1p(std::exp(-1.0)), 1e-12);
  EXPECT_EQ(logsumexp(std::vector<double>{}), -kInfinity);
  EXPECT_EQ(logsumexp(std::vector<double>{-kInfinity, -kInfinity}), -kInfinity);
  EXPECT_EQ(logsumexp(std::vector<double>{0.0, kInfinity}), kInfinity);
  EXPECT_TRUE(std::isnan(logsumexp(std::vector<double>{0.0, kNan})));
  EXPECT_THROW(log_mean_exp(std::vector<double>{}), Error);
  // F18: log-weights 0, -1, -2, -3.
  EXPECT_NEAR(log_mean_exp(std::vector<double>{0.0, -1.0, -2.0, -3.0}), -0.946104662559, 1e-12);
}

TEST(Numeric, StreamingLogsumexpIsTheOrdinaryOne) {
  std::vector<double> x{-kInfinity, -5.0, 700.0, 699.0, -800.0, 702.0};
  StreamingLogSumExp all, first, second;
  for (std::size_t i = 0; i < x.size(); ++i) {
    all.add(x[i]);
    (i < 2 ? first : second).add(x[i]);
  }
  first.merge(second);
  EXPECT_DOUBLE_EQ(all.value(), logsumexp(x));
  EXPECT_DOUBLE_EQ(first.value(), logsumexp(x));
  EXPECT_EQ(first.count(), 6);
  EXPECT_EQ(StreamingLogSumExp().value(), -kInfinity);
  all.add(kNan);
  EXPECT_TRUE(std::isnan(all.value()));
}

// Abramowitz & Stegun 6.3: psi(1) = -gamma, psi(1/2) = -gamma - 2 ln 2, psi(x + 1) = psi(x) + 1/x.
TEST(Numeric, Digamma) {
  EXPECT_NEAR(digamma(1.0), -std::numbers::egamma, 1e-15);
  EXPECT_NEAR(digamma(0.5), -std::numbers::egamma - 2.0 * kLn2, 1e-14);
  EXPECT_NEAR(digamma(1001.3) - digamma(1000.3), 1.0 / 1000.3, 1e-14);
  EXPECT_THROW(digamma(0.0), Error);
  EXPECT_THROW(digamma(kNan), Error);
}

TEST(Numeric, UnitBalls) {
  EXPECT_NEAR(std::exp(log_unit_ball(1)), 2.0, 1e-14);
  EXPECT_NEAR(std::exp(log_unit_ball(2)), std::numbers::pi, 1e-14);
  EXPECT_NEAR(std::exp(log_unit_ball(3)), 4.0 / 3.0 * std::numbers::pi, 1e-14);
  EXPECT_NEAR(std::exp(log_unit_cube_ball(3)), 8.0, 1e-14);
}

// Student's t with one degree of freedom is Cauchy's law, whose quantile is a tangent.
TEST(Numeric, Quantiles) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_cdf(-10.0) / 7.619853024160527e-24, 1.0, 1e-12);
  EXPECT_NEAR(normal_cdf(normal_quantile(0.3)), 0.3, 1e-15);
  EXPECT_NEAR(student_t_quantile(0.9, 1.0), std::tan(0.4 * std::numbers::pi), 1e-12);
  EXPECT_NEAR(student_t_two_sided(std::tan(0.4 * std::numbers::pi), 1.0), 0.2, 1e-13);
  EXPECT_NEAR(student_t_quantile(0.975, 1e9), normal_quantile(0.975), 1e-8);
  EXPECT_THROW(normal_quantile(0.0), Error);
  EXPECT_THROW(normal_quantile(kNan), Error);
  EXPECT_THROW(student_t_quantile(0.5, 0.0), Error);
}

TEST(Numeric, SumsMeansMedians) {
  EXPECT_EQ(accurate_sum(std::vector<double>{1e100, 1.0, -1e100}), 1.0);
  EXPECT_EQ(accurate_sum(std::vector<double>{kInfinity, 1.0}), kInfinity);
  EXPECT_EQ(mean(std::vector<double>{1.0, 2.0, 6.0}), 3.0);
  // F17: E[x^2] - mean^2 has no digit left here.
  EXPECT_EQ(sample_variance(std::vector<double>{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}), 30.0);
  EXPECT_EQ(median({3.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median({4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_EQ(sorted_quantile(std::vector<double>{0.0, 1.0, 2.0}, 0.75), 1.5);
  EXPECT_THROW(mean(std::vector<double>{}), Error);
  EXPECT_THROW(sample_variance(std::vector<double>{1.0}), Error);
  EXPECT_THROW(median({}), Error);
}

}  // namespace
}  // namespace elbow
