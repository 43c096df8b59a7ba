#include "math/estimators/mutual_information.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/permutation.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const Points kX({0.0, 1.0, 2.5, 4.5, 7.0, 10.0}, 1), kY({0.2, 1.5, 2.0, 5.0, 6.5, 9.0}, 1);

double ksg(const PointsView& x, const PointsView& y, std::int64_t k, Ksg variant = Ksg::one) {
  return ksg_mutual_information(x, y, {.k = k, .variant = variant, .standard_error = false}).value;
}

struct Pairs {
  Points x, y;
};

Pairs normal_pairs(std::int64_t n, double correlation, CounterStream& random) {
  Pairs pairs{Points(n, 1), Points(n, 1)};
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = random.normal();
    pairs.x.row(i)[0] = x;
    pairs.y.row(i)[0] =
        correlation * x + std::sqrt(1.0 - correlation * correlation) * random.normal();
  }
  return pairs;
}

// D57, F14.
TEST(Ksg, Fixture) {
  EXPECT_NEAR(ksg(kX, kY, 1), 0.95, 1e-12);
  EXPECT_NEAR(ksg(kX, kY, 2), 0.7, 1e-12);
  EXPECT_NEAR(ksg(kX, kY, 1, Ksg::two), 0.95, 1e-12);
  EXPECT_NEAR(ksg(kX, kY, 2, Ksg::two), 0.7, 1e-12);
}

// DW6: counts that include the radius or the point itself. From the counts of F14, k = 1, where
// each radius is that of one other point in one of the two coordinates.
TEST(Ksg, TheVariantsThatCountTheRadiusOrThePointDiffer) {
  const double nx[] = {1, 1, 0, 1, 0, 0}, ny[] = {0, 1, 1, 1, 1, 1};
  double right = digamma(1.0) + digamma(6.0), itself = right, inclusive = right;
  for (int i = 0; i < 6; ++i) {
    right -= (digamma(nx[i] + 1.0) + digamma(ny[i] + 1.0)) / 6.0;
    itself -= (digamma(nx[i] + 2.0) + digamma(ny[i] + 2.0)) / 6.0;
    inclusive -= (digamma(nx[i] + 2.0) + digamma(ny[i] + 1.0)) / 6.0;
  }
  EXPECT_NEAR(ksg(kX, kY, 1), right, 1e-12);
  EXPECT_GT(std::fabs(ksg(kX, kY, 1) - itself), 0.5);
  EXPECT_GT(std::fabs(ksg(kX, kY, 1) - inclusive), 0.2);
}

// DW5: strictness by subtracting 1e-15 from the radius does nothing at radii of 16 and more.
TEST(Ksg, IsInvariantUnderCommonScaling) {
  for (const Ksg variant : {Ksg::one, Ksg::two}) {
    const double scaled =
        ksg(testing::moved(kX, 0.0, 1024.0), testing::moved(kY, 0.0, 1024.0), 1, variant);
    EXPECT_NEAR(scaled, ksg(kX, kY, 1, variant), 1e-12);
  }
  EXPECT_EQ(1024.0 - 1e-15, 1024.0);
}

// D57, D70: symmetric, and blind to the order of the pairs.
TEST(Ksg, IsSymmetricAndBlindToTheOrder) {
  CounterStream random(1, 0);
  const Pairs pairs = normal_pairs(40, 0.7, random);
  const std::vector<std::size_t> order = random_permutation(40, random);
  for (const Ksg variant : {Ksg::one, Ksg::two}) {
    const double value = ksg(pairs.x, pairs.y, 3, variant);
    EXPECT_NEAR(ksg(pairs.y, pairs.x, 3, variant), value, 1e-13);
    EXPECT_NEAR(ksg(select(pairs.x, order), select(pairs.y, order), 3, variant), value, 1e-13);
  }
}

TEST(Ksg, Extremes) {
  EXPECT_THROW(ksg(kX, kY, 6), Error);
  EXPECT_THROW(ksg(kX, kY, 0), Error);
  EXPECT_THROW(ksg(kX, Points({1.0, 2.0}, 1), 1), Error);
  EXPECT_THROW(ksg(Points({1.0, 1.0, 2.0}, 1), Points({3.0, 3.0, 4.0}, 1), 1), Error);
  EXPECT_NO_THROW(ksg(Points({1.0, 1.0, 2.0}, 1), Points({3.0, 5.0, 4.0}, 1), 1));
  EXPECT_THROW(ksg(Points({1.0, std::nan(""), 2.0}, 1), Points({3.0, 5.0, 4.0}, 1), 1), Error);
  EXPECT_FALSE(ksg_mutual_information(kX, kY, {.k = 1}).se);
}

// D59.
TEST(GaussianTotalCorrelation, IsMinusHalfTheLogDeterminantOfTheCorrelation) {
  CounterStream random(2, 0);
  const Pairs pairs = normal_pairs(50, 0.6, random);
  std::vector<double> both;
  for (std::int64_t i = 0; i < 50; ++i) {
    both.push_back(pairs.x.row(i)[0]);
    both.push_back(3.0 + 100.0 * pairs.y.row(i)[0]);
  }
  double xx = 0.0, yy = 0.0, xy = 0.0, mx = 0.0, my = 0.0;
  for (std::int64_t i = 0; i < 50; ++i) {
    mx += pairs.x.row(i)[0] / 50.0;
    my += pairs.y.row(i)[0] / 50.0;
  }
  for (std::int64_t i = 0; i < 50; ++i) {
    const double a = pairs.x.row(i)[0] - mx, b = pairs.y.row(i)[0] - my;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  EXPECT_NEAR(gaussian_total_correlation(Points(both, 2)).value,
              -0.5 * std::log1p(-xy * xy / (xx * yy)), 1e-12);
}

TEST(GaussianTotalCorrelation, Extremes) {
  EXPECT_NEAR(gaussian_total_correlation(kX).value, 0.0, 1e-15);
  const Points line({0.0, 0.0, 1.0, 2.0, 2.0, 4.0, 3.0, 6.0}, 2);
  EXPECT_EQ(gaussian_total_correlation(line).value, kInfinity);
  EXPECT_FALSE(gaussian_total_correlation(line).se);
  EXPECT_THROW(gaussian_total_correlation(PointsView(line).rows(0, 3)), Error);  // n = d + 1
  EXPECT_THROW(gaussian_total_correlation(Points({1.0, 0.0, 1.0, 3.0, 1.0, 2.0, 1.0, 7.0}, 2)),
               Error);
  EXPECT_EQ(gaussian_total_correlation_bias(10, 1), 0.0);
  EXPECT_NEAR(gaussian_total_correlation_bias(100000, 8), 56.0 / 400000.0, 1e-7);
}

// The bias is exact for Gaussian data, correlated or not.
TEST(GaussianTotalCorrelationStatistical, BiasAndCoverage) {
  const double truth = -0.5 * std::log(1.0 - 0.25);
  const auto estimate = [](std::int64_t n, CounterStream& random) {
    const Pairs pairs = normal_pairs(n, 0.5, random);
    std::vector<double> both;
    for (std::int64_t i = 0; i < n; ++i) {
      both.insert(both.end(), {pairs.x.row(i)[0], pairs.y.row(i)[0]});
    }
    return gaussian_total_correlation(Points(both, 2));
  };
  const auto small = testing::repeat(4000, 21, [&](CounterStream& r) { return estimate(12, r); });
  EXPECT_NEAR(small.z(truth + gaussian_total_correlation_bias(12, 2)), 0.0, 4.0);
  EXPECT_GT(small.z(truth), 4.0);
  const auto large = testing::repeat(400, 22, [&](CounterStream& r) { return estimate(400, r); });
  EXPECT_NEAR(large.coverage_of_mean(), 0.95, 0.04);
}

// D58: the Gaussian truth, and 0 for shuffled pairs.
TEST(KsgStatistical, GaussianPairs) {
  for (const Ksg variant : {Ksg::one, Ksg::two}) {
    for (const double rho : {0.0, 0.1, 0.5}) {
      const testing::Repetitions runs = testing::repeat(40, 23, [&](CounterStream& random) {
        const Pairs pairs = normal_pairs(600, rho, random);
        return Estimate{.value = ksg(pairs.x, pairs.y, 3, variant)};
      });
      const double slack = variant == Ksg::one ? 0.004 : 0.01;  // bias at n = 600
      EXPECT_NEAR(runs.mean(), -0.5 * std::log(1.0 - rho * rho),
                  slack + 4.0 * runs.sd() / std::sqrt(40.0));
    }
  }
  CounterStream random(24, 0);
  const Pairs pairs = normal_pairs(600, 0.9, random);
  EXPECT_NEAR(ksg(pairs.x, pairs.y, 3), 0.8303656034, 4.0 * 0.055);
  EXPECT_NEAR(ksg(select(pairs.x, random_permutation(600, random)), pairs.y, 3), 0.0, 4.0 * 0.035);
}

// D60: X ~ U(0,1), Y = X + U(-e, e), I = e - ln 2e. At the edges of the density the bias falls like
// 1/sqrt(n): two sizes extrapolate it away.
TEST(KsgStatistical, UniformChannel) {
  const auto runs = [](std::int64_t n, std::uint64_t seed) {
    return testing::repeat(40, seed, [n](CounterStream& random) {
      Points x(n, 1), y(n, 1);
      for (std::int64_t i = 0; i < n; ++i) {
        x.row(i)[0] = random.uniform();
        y.row(i)[0] = x.row(i)[0] + random.uniform(-0.25, 0.25);
      }
      return Estimate{.value = ksg(x, y, 3)};
    });
  };
  const testing::Repetitions few = runs(300, 25), many = runs(1200, 26);
  const double se = std::hypot(2.0 * many.sd(), few.sd()) / std::sqrt(40.0);
  EXPECT_LT(few.mean(), many.mean());
  EXPECT_NEAR(2.0 * many.mean() - few.mean(), 0.9431471806, 4.0 * se);
}

// D68 around the own expectation.
TEST(KsgStatistical, SubsamplingCovers) {
  for (const double rho : {0.0, 0.7}) {
    const testing::Repetitions runs = testing::repeat(400, 26, [rho](CounterStream& random) {
      const Pairs pairs = normal_pairs(200, rho, random);
      return ksg_mutual_information(pairs.x, pairs.y);
    });
    EXPECT_NEAR(runs.coverage_of_mean(), 0.95, 0.04) << rho;
  }
}

}  // namespace
}  // namespace elbow
