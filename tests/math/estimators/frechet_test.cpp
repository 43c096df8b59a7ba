#include "math/estimators/frechet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/estimators/wasserstein.h"
#include "math/numeric.h"
#include "math/statistics/jackknife.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

TEST(Frechet, D49FixtureF4) {
  const Points x({0, 0, 1, 0, 0, 2}, 2), y({1, 1, 2, 0, 0, 0}, 2);
  EXPECT_NEAR(frechet(x, y).value, 1.15185470525, 1e-11);
  EXPECT_FALSE(frechet(x, y).se.has_value());
}

// Pair G1 (F20).
const GaussianMoments kP{{0, 1}, {1, .4, .4, 1}}, kQ{{1, 0}, {1.5, 0, 0, .8}};

TEST(Frechet, D49PairG1) {
  EXPECT_NEAR(frechet_distance(kP, kQ), 2.14886325752, 1e-11);
  EXPECT_NEAR(frechet_distance(kQ, kP), 2.14886325752, 1e-11);
  EXPECT_NEAR(frechet_distance(kP, kP), 0.0, 1e-12);
}

// D82: tr √(AB) of 2×2 matrices, and DW10: eigenvalues of the symmetrised product are not those of
// AB.
TEST(Frechet, D82TwoByTwoIdentity) {
  const double trace_ab = 1.5 + 0.8, det_ab = (1.0 - 0.16) * 1.2;
  const double root = std::sqrt(trace_ab + 2.0 * std::sqrt(det_ab));
  EXPECT_NEAR(root, 2.07556837124, 1e-11);
  EXPECT_NEAR(frechet_distance(kP, kQ), 2.0 + 2.0 + 2.3 - 2.0 * root, 1e-12);
  const double off = 0.5 * (0.4 * 0.8 + 0.4 * 1.5);  // of ½ (AB + BA)
  const double wrong_det = 1.5 * 0.8 - off * off;
  const double wrong = std::sqrt(trace_ab + 2.0 * std::sqrt(wrong_det));
  EXPECT_GT(std::fabs(wrong - root), 1e-3);
}

TEST(Frechet, D49OneDimension) {
  const Points x = normal_points(50, 1, 1, 1), y = normal_points(40, 1, 1, 2, 1.0, 2.0);
  const auto all_x = PointsView(x).all(), all_y = PointsView(y).all();
  const double sd = std::sqrt(sample_variance(all_x)) - std::sqrt(sample_variance(all_y));
  const double shift = mean(all_x) - mean(all_y);
  EXPECT_NEAR(frechet(x, y).value, shift * shift + sd * sd, 1e-12);
  EXPECT_NEAR(frechet(x, x).value, 0.0, 1e-12);
}

TEST(Frechet, D50GelbrichBoundWithCovariancesOverN) {
  for (const std::int64_t d : {1, 2, 5}) {
    const Points x = normal_points(40, d, 2, 1), y = normal_points(40, d, 2, 2, 0.3, 1.4);
    EXPECT_LE(frechet_distance(gaussian_moments(x, 0), gaussian_moments(y, 0)),
              wasserstein2_squared(x, y).value + 1e-12);
  }
}

TEST(Frechet, D52SingularCovariancesStayFinite) {
  for (const std::int64_t n : {2, 5, 10}) {  // n <= d
    const Points x = normal_points(n, 10, 3, 1), y = normal_points(n, 10, 3, 2);
    const double value = frechet(x, y).value;
    EXPECT_TRUE(std::isfinite(value));
    EXPECT_GE(value, 0.0);
    EXPECT_NEAR(frechet(x, x).value, 0.0, 1e-9);
  }
  Points constant = normal_points(100, 4, 3, 3);
  for (std::int64_t i = 0; i < 100; ++i) constant.row(i)[2] = 7.0;
  EXPECT_TRUE(std::isfinite(frechet(constant, normal_points(100, 4, 3, 4)).value));
  EXPECT_NEAR(frechet(constant, constant).value, 0.0, 1e-9);
}

// Fewer points than dimensions go a way of their own, without covariances.
TEST(Frechet, OfFewPointsIsThatOfTheirMoments) {
  const Points x = normal_points(60, 70, 11, 1), y = normal_points(50, 70, 11, 2, 0.5, 1.3);
  const double by_moments = frechet_distance(gaussian_moments(x), gaussian_moments(y));
  const Estimate few = frechet(x, y, 10);
  // Roots of eigenvalues that are 0 but for rounding: the covariances know it to 1e-8.
  EXPECT_NEAR(few.value, by_moments, 1e-8 * by_moments);
  ASSERT_TRUE(few.se);
  // The jackknife, group by group, by the moments.
  std::vector<double> without;
  for (std::int64_t g = 0; g < 10; ++g) {
    const auto rest = [g](const Points& all) {
      std::vector<double> kept;
      for (std::int64_t i = 0; i < all.size(); ++i)
        if (i % 10 != g) kept.insert(kept.end(), all.row(i), all.row(i) + all.dim());
      return Points(std::move(kept), all.dim());
    };
    without.push_back(frechet_distance(gaussian_moments(rest(x)), gaussian_moments(rest(y))));
  }
  EXPECT_NEAR(*few.se, jackknife(by_moments, without).se, 1e-6 * *few.se);
}

TEST(Frechet, MomentsAndOffsets) {
  const GaussianMoments m = gaussian_moments(Points({0, 0, 1, 0, 0, 2}, 2));
  EXPECT_NEAR(m.mean[0], 1.0 / 3.0, 1e-15);
  EXPECT_NEAR(m.covariance[0], 1.0 / 3.0, 1e-15);
  EXPECT_NEAR(m.covariance[1], -1.0 / 3.0, 1e-15);
  EXPECT_NEAR(m.covariance[3], 4.0 / 3.0, 1e-15);
  EXPECT_NEAR(gaussian_moments(Points({0, 0, 1, 0, 0, 2}, 2), 0).covariance[3], 8.0 / 9.0, 1e-15);
  const Points x = normal_points(60, 3, 4, 1), y = normal_points(60, 3, 4, 2, 0.5);
  EXPECT_NEAR(frechet(moved(x, 1e6), moved(y, 1e6)).value, frechet(x, y).value, 1e-7);
}

TEST(Frechet, Errors) {
  const Points x = normal_points(50, 2, 5, 1);
  EXPECT_THROW(frechet(x, normal_points(50, 3, 5, 2)), Error);
  EXPECT_THROW(frechet(x, normal_points(1, 2, 5, 2)), Error);
  EXPECT_THROW(frechet(x, x, 1), Error);
  EXPECT_THROW(frechet(x, moved(x, NAN)), Error);
  EXPECT_THROW(frechet_extrapolated(x, normal_points(39, 2, 5, 2)), Error);
  EXPECT_THROW(frechet_extrapolated(normal_points(59, 6, 5, 1), normal_points(90, 6, 5, 2)), Error);
  EXPECT_THROW(frechet_distance(kP, {{0}, {1}}), Error);
  EXPECT_THROW(frechet_distance(kP, {{0, 1}, {1}}), Error);
  EXPECT_FALSE(frechet_extrapolated(x, x).se.has_value());
  EXPECT_NEAR(frechet_extrapolated(x, x).value, 0.0, 1e-9);
}

double null_bias(double n, double d) { return 2.0 * d / n + d * (d + 1.0) / (2.0 * (n - 1.0)); }

std::vector<double> null_values(std::int64_t n, std::int64_t d, std::uint64_t repetitions) {
  std::vector<double> values;
  for (std::uint64_t r = 0; r < repetitions; ++r) {
    values.push_back(frechet_distance(gaussian_moments(normal_points(n, d, 6, 2 * r)),
                                      gaussian_moments(normal_points(n, d, 6, 2 * r + 1))));
  }
  return values;
}

TEST(FrechetStatistical, D51NullBiasAndItsRate) {
  const auto few = null_values(500, 10, 300), many = null_values(4000, 10, 100);
  const auto se = [](const std::vector<double>& v) {
    return std::sqrt(sample_variance(v) / static_cast<double>(v.size()));
  };
  // The formula is the leading term: 1 % of it is left for the next.
  EXPECT_NEAR(mean(few), null_bias(500.0, 10.0), 0.01 * null_bias(500.0, 10.0) + 4.0 * se(few));
  EXPECT_NEAR(std::log(mean(few) / mean(many)) / std::log(8.0), 1.0, 0.03);
}

TEST(FrechetStatistical, ExtrapolationTakesTheBiasAway) {
  std::vector<double> plain, infinite;
  for (std::uint64_t r = 0; r < 60; ++r) {
    const Points x = normal_points(500, 6, 7, 2 * r), y = normal_points(500, 6, 7, 2 * r + 1);
    plain.push_back(frechet_distance(gaussian_moments(x), gaussian_moments(y)));
    infinite.push_back(frechet_extrapolated(x, y).value);
  }
  const double se = std::sqrt(sample_variance(infinite) / 60.0);
  EXPECT_LE(std::fabs(mean(infinite)), 4.0 * se);
  EXPECT_LT(se, 0.1 * null_bias(500.0, 6.0));
  EXPECT_GT(mean(plain), 0.8 * null_bias(500.0, 6.0));
}

TEST(FrechetStatistical, IntervalsCover) {
  const double truth = 3.0 * (0.25 + 0.04);
  const auto draw = [](const auto& estimator) {
    return repeated_estimates([&](std::uint64_t r) {
      return estimator(normal_points(400, 3, 8, 2 * r),
                       normal_points(400, 3, 8, 2 * r + 1, 0.5, 1.2));
    });
  };
  const auto plain = draw([](const Points& x, const Points& y) { return frechet(x, y); });
  EXPECT_NEAR(coverage_of_mean(plain), 0.95, 0.04);
  EXPECT_NEAR(coverage(draw(frechet_extrapolated), truth), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow::testing
