#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "math/estimators/aggregate_posterior.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"
#include "tests/math/estimators/encodings.h"

namespace elbow {
namespace {

using testing::Encodings;
using testing::log_normal;

/// I and KL(q(z)||p) of codes in one dimension by the trapezoid rule over ln q^ as the library has
/// it.
std::pair<double, double> quadrature(const std::vector<double>& codes, double s) {
  const auto n = static_cast<std::int64_t>(codes.size());
  constexpr int kNodes = 8000;
  Points z(kNodes + 1, 1);
  for (int i = 0; i <= kNodes; ++i) z.row(i)[0] = -12.0 + 24.0 * i / kNodes;
  const std::vector<std::int64_t> own(kNodes + 1, 0);
  const Points mean(codes, 1), log_var(std::vector<double>(codes.size(), 2.0 * std::log(s)), 1);
  const AggregateDensities q = aggregate_densities({z, own}, {mean, log_var}, {.groups = 0});
  double information = 0.0, marginal = 0.0;
  for (std::size_t i = 0; i < q.joint.size(); ++i) {
    const double h = 24.0 / kNodes / static_cast<double>(n);
    for (const double m : codes) {
      const double log_q = log_normal(z.row(static_cast<std::int64_t>(i))[0], m, 2.0 * std::log(s));
      information += h * std::exp(log_q) * (log_q - q.joint[i]);
      marginal += h * std::exp(log_q) * (q.joint[i] - q.prior[i]);
    }
  }
  return {information, marginal};
}

TEST(AggregatePosteriorOracles, V94ThreeCodes) {
  auto [information, marginal] = quadrature({-3.0, 0.0, 3.0}, 0.4);
  EXPECT_NEAR(information, 1.0982664905, 1e-9);
  EXPECT_NEAR(marginal, 2.3980242414, 1e-9);
  std::tie(information, marginal) = quadrature({-1.0, 0.0, 1.0}, 0.4);
  EXPECT_NEAR(information, 0.7628254719, 1e-9);
  EXPECT_NEAR(marginal, 0.0667985933, 1e-9);
  std::tie(information, marginal) = quadrature({-1.0, 0.0, 1.0}, 0.6);
  EXPECT_NEAR(information, 0.5075067546, 1e-9);
  EXPECT_NEAR(marginal, 0.0166522025, 1e-9);
}

TEST(AggregatePosteriorOracles, V94LinearEncoderOnAQuantileGrid) {
  // x at 4000 normal quantiles: q(z) is N(0, a² + s²) up to the grid.
  std::vector<double> codes;
  for (int i = 0; i < 4000; ++i) codes.push_back(0.5 * normal_quantile((i + 0.5) / 4000.0));
  const auto [information, marginal] = quadrature(codes, std::sqrt(0.5));
  EXPECT_NEAR(information, 0.5 * std::log1p(0.25 / 0.5), 2e-4);
  EXPECT_NEAR(information, 0.2027325541, 2e-4);
  EXPECT_NEAR(marginal, 0.5 * (0.75 - 1.0 - std::log(0.75)), 2e-4);
  EXPECT_NEAR(0.5 * (0.75 - 1.0 - std::log(0.75)), 0.0188410362, 1e-9);
}

TEST(AggregatePosteriorOraclesStatistical, V94TwoDimensions) {
  // x ~ N(0, I), mu = A x, noise diag(.2, .3). Truth by determinants.
  const double a[2][2] = {{0.8, 0.0}, {0.4, 0.5}};
  const double s11 = 0.64 + 0.2, s12 = 0.32, s22 = 0.16 + 0.25 + 0.3;
  const double det = s11 * s22 - s12 * s12;
  const double information = 0.5 * std::log(det / (0.2 * 0.3));
  const double correlation = 0.5 * std::log(s11 * s22 / det);
  const double dimensions = 0.5 * (s11 - 1.0 - std::log(s11)) + 0.5 * (s22 - 1.0 - std::log(s22));
  EXPECT_NEAR(information, 1.0540954775, 1e-9);
  EXPECT_NEAR(correlation, 0.0941880329, 1e-9);
  EXPECT_NEAR(dimensions, 0.0334218480, 1e-9);
  const std::int64_t n = 4000;
  Encodings w{Points(n, 2), Points(n, 2), Points(n, 2), {}};
  CounterStream stream(4, 0);
  for (std::int64_t j = 0; j < n; ++j) {
    const double x[2] = {stream.normal(), stream.normal()};
    for (int l = 0; l < 2; ++l) {
      const double variance = l == 0 ? 0.2 : 0.3;
      w.mean.row(j)[l] = a[l][0] * x[0] + a[l][1] * x[1];
      w.log_var.row(j)[l] = std::log(variance);
      w.z.row(j)[l] = w.mean.row(j)[l] + std::sqrt(variance) * stream.normal();
    }
    w.own.push_back(j);
  }
  const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), {});
  EXPECT_LE(std::fabs(terms.mutual_information.value - information),
            4.0 * *terms.mutual_information.se);
  EXPECT_LE(std::fabs(terms.total_correlation.value - correlation),
            4.0 * *terms.total_correlation.se);
  EXPECT_LE(std::fabs(terms.dimension_wise_kl.value - dimensions),
            4.0 * *terms.dimension_wise_kl.se);
}

}  // namespace
}  // namespace elbow
