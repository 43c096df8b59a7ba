#include "math/densities/families.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/divergences/density_integrals.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

constexpr const char* kOnALine[] = {
    "normal(0.5,1.5)",   "laplace(-1,0.7)",
    "logistic(0.2,0.4)", "exponential(2)",
    "uniform(-1,2)",     "mixture(0.3*normal(-2,0.1),0.5*uniform(0,1),0.2*laplace(4,1))"};
constexpr const char* kInThePlane[] = {
    "normal([1,-1],[[2,0.6],[0.6,0.5]])", "laplace([0,1],[1,2])", "uniform([0,0],[1,3])",
    "mixture(0.4*normal([0,0],[[1,0],[0,1]]),0.6*logistic([2,1],[1,0.5]))"};

struct OnALine : ::testing::TestWithParam<const char*> {
  DensityPtr density = parse_density(GetParam());
  std::vector<double> points = density_breakpoints({*density, *density});
  double integral(const std::function<double(double)>& f) {
    return integrate([&](double x) { return f(x) * std::exp(density->log_density(x)); }, points);
  }
};

TEST_P(OnALine, HasMassOneItsMeanAndItsVariance) {
  const double mean = density->mean()[0], variance = density->covariance()(0, 0);
  EXPECT_NEAR(integral([](double) { return 1.0; }), 1.0, 1e-12);
  EXPECT_NEAR(integral([](double x) { return x; }), mean, 1e-11);
  EXPECT_NEAR(integral([&](double x) { return (x - mean) * (x - mean); }), variance, 1e-10);
}

TEST_P(OnALine, TheDistributionFunctionIsTheIntegralAndItsInverseInverts) {
  for (const double p : {1e-6, 0.1, 0.31, 0.5, 0.77, 0.999}) {
    const double x = quantile(*density, p), y = quantile(*density, p, true);
    EXPECT_NEAR(density->cdf(x), p, 1e-14 + 1e-9 * p) << p;
    EXPECT_NEAR(density->survival(y), p, 1e-14 + 1e-9 * p) << p;
    EXPECT_NEAR(density->cdf(x) + density->survival(x), 1.0, 1e-14);
    auto below = points;
    std::erase_if(below, [x](double t) { return t >= x; });
    below.push_back(x);
    EXPECT_NEAR(integrate([&](double t) { return std::exp(density->log_density(t)); }, below), p,
                1e-12);
  }
}

TEST_P(OnALine, TheCharacteristicFunctionIsTheIntegral) {
  for (const double w : {0.0, 1e-5, 0.3, -2.0}) {
    const auto phi = density->characteristic(std::span<const double>(&w, 1));
    EXPECT_NEAR(phi.real(), integral([w](double x) { return std::cos(w * x); }), 1e-10);
    EXPECT_NEAR(phi.imag(), integral([w](double x) { return std::sin(w * x); }), 1e-10);
  }
}

TEST_P(OnALine, TheTailIsThatOfTheLogDensity) {
  for (const double u : {1.0, -1.0}) {
    const Tail tail = density->tail(std::span<const double>(&u, 1));
    const double t = 200.0, log_p = density->log_density(t * u);
    if (tail.bounded()) {
      EXPECT_EQ(log_p, -kInfinity);
    } else {
      EXPECT_NEAR(log_p, -tail.quadratic * t * t - tail.linear * t + tail.constant,
                  1e-9 * std::fabs(log_p));
    }
  }
}

TEST_P(OnALine, DrawsFollowTheDistributionFunction) {
  constexpr int kDraws = 4000;
  const Points points = draw(*density, kDraws, 7, 1);
  for (const double p : {0.05, 0.3, 0.5, 0.8, 0.97}) {
    const double x = quantile(*density, p);
    int below = 0;
    for (int i = 0; i < kDraws; ++i) below += points.row(i)[0] <= x;
    EXPECT_LE(std::fabs(below - kDraws * p), 4.0 * std::sqrt(kDraws * p * (1 - p))) << p;
  }
}

TEST_P(OnALine, ItsExpressionReadsBack) {
  const DensityPtr again = parse_density(density->expression());
  EXPECT_EQ(again->expression(), density->expression());
  for (const double x : {-1.3, 0.2, 0.9}) {
    EXPECT_EQ(again->log_density(x), density->log_density(x));
  }
}

INSTANTIATE_TEST_SUITE_P(Densities, OnALine, ::testing::ValuesIn(kOnALine));

struct InThePlane : ::testing::TestWithParam<const char*> {};

TEST_P(InThePlane, DrawsHaveTheMomentsAndTheCharacteristicFunction) {
  const DensityPtr density = parse_density(GetParam());
  constexpr int kDraws = 20000;
  const Points points = draw(*density, kDraws, 3, 1);
  const auto mean = density->mean();
  const Matrix covariance = density->covariance();
  const std::vector<double> w = {0.4, -0.3};
  double sum[2] = {0, 0}, phi = 0;
  for (int i = 0; i < kDraws; ++i) {
    for (int j = 0; j < 2; ++j) sum[j] += points.row(i)[j];
    phi += std::cos(w[0] * points.row(i)[0] + w[1] * points.row(i)[1]);
  }
  for (int j = 0; j < 2; ++j) {
    EXPECT_LE(std::fabs(sum[j] / kDraws - mean[static_cast<std::size_t>(j)]),
              4.0 * std::sqrt(covariance(j, j) / kDraws));
  }
  EXPECT_LE(std::fabs(phi / kDraws - density->characteristic(w).real()), 4.0 / std::sqrt(kDraws));
}

TEST_P(InThePlane, HasMassOneAndReadsBack) {
  const DensityPtr density = parse_density(GetParam());
  EXPECT_EQ(parse_density(density->expression())->expression(), density->expression());
  const auto d = integrate_divergences(*density, *density, {});
  EXPECT_NEAR(d.mass_p, 1.0, 1e-10);
  EXPECT_NEAR(d.kl, 0.0, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Densities, InThePlane, ::testing::ValuesIn(kInThePlane));

// The formulas written out once more.
TEST(Families, LogDensitiesAreTheTextbookOnes) {
  const double x = 0.8;
  EXPECT_NEAR(make_normal(0.5, 2)->log_density(x),
              -0.5 * std::log(2 * std::numbers::pi * 4) - 0.09 / 8, 1e-15);
  EXPECT_NEAR(make_laplace(1, 3)->log_density(x), std::log(1 / 6.0) - 0.2 / 3, 1e-15);
  const double z = std::exp(-(x - 1) / 2);
  EXPECT_NEAR(make_logistic(1, 2)->log_density(x), std::log(z / (2 * (1 + z) * (1 + z))), 1e-15);
  EXPECT_NEAR(make_exponential(3)->log_density(x), std::log(3 * std::exp(-2.4)), 1e-15);
  EXPECT_NEAR(make_uniform(-1, 4)->log_density(x), std::log(0.2), 1e-15);
  EXPECT_EQ(make_uniform(-1, 4)->log_density(4.1), -kInfinity);
  // Covariance [[2, 1], [1, 3]]: inverse [[3, -1], [-1, 2]] / 5.
  const auto normal = make_normal({1, 0}, Matrix(2, {2, 1, 1, 3}));
  const std::vector<double> point = {2, -1};
  EXPECT_NEAR(normal->log_density(point),
              -0.5 * (3 + 2 + 2) / 5.0 - std::log(2 * std::numbers::pi) - 0.5 * std::log(5.0),
              1e-14);
  EXPECT_NEAR(make_normal(0, 1)->log_density(1e8), -0.5e16, 1.0);
}

TEST(Families, ParametersThatMakeNoDensityAreRefused) {
  EXPECT_THROW(make_normal(0, 0), Error);
  EXPECT_THROW(make_normal(0, std::nan("")), Error);
  EXPECT_THROW(make_normal(0, 1e-200), Error);
  EXPECT_THROW(make_normal({0, 0}, Matrix(2, {1, 2, 2, 1})), Error);
  EXPECT_THROW(make_normal({0, 0}, Matrix(2, {1, 0.5, 0.4, 1})), Error);
  EXPECT_THROW(make_laplace(0, -1), Error);
  EXPECT_THROW(make_logistic(0, 0), Error);
  EXPECT_THROW(make_exponential(0), Error);
  EXPECT_THROW(make_uniform(1, 1), Error);
  EXPECT_THROW(make_mixture({}), Error);
  EXPECT_THROW(make_mixture({{0.5, make_normal(0, 1)}, {0.4, make_normal(1, 1)}}), Error);
  EXPECT_THROW(make_mixture({{1.5, make_normal(0, 1)}, {-0.5, make_normal(1, 1)}}), Error);
  EXPECT_THROW(parse_density("normal([0,0],[[1,0],[0,1]])")->cdf(0), Error);
}

TEST(Families, ATailIsThatOfTheSlowestComponent) {
  const double u = 1.0;
  const auto mixture = parse_density("mixture(0.25*normal(0,1),0.25*normal(3,2),0.5*normal(1,2))");
  const Tail tail = mixture->tail(std::span<const double>(&u, 1));
  EXPECT_NEAR(tail.quadratic, 1 / 8.0, 1e-15);
  EXPECT_NEAR(tail.linear, -3 / 4.0, 1e-15) << "the mean farthest out falls slowest";
}

}  // namespace
}  // namespace elbow
