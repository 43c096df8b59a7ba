#include "math/estimators/knn_divergence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/nearest_neighbours.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const Points kU({0.0, 2.0, 3.0, 7.0}, 1), kV({1.0, 1.5, 4.0, 6.0}, 1);

double kl(const PointsView& p, const PointsView& q, std::int64_t k, std::int64_t l = 0) {
  return knn_kl(p, q, {.k = k, .k_cross = l, .standard_error = false}).value;
}

// D14, F1.
TEST(KnnKl, Fixture) {
  EXPECT_NEAR(kl(kU, kV, 1), -0.405465108108, 1e-12);
  EXPECT_NEAR(kl(kU, kV, 2), -0.35988471891, 1e-11);
  EXPECT_NEAR(kl(kV, kU, 1), 0.114395277312, 1e-12);
  EXPECT_NEAR(kl(kU, Points({1.0, 1.5, 4.0, 6.0, 9.0}, 1), 1), -0.182321556794, 1e-12);
}

// DW7: with the point itself as its first neighbour the radius is 0, or k is off by one.
TEST(KnnKl, TheVariantThatIncludesThePointItselfDiffers) {
  const std::vector<double> rho = kth_distances(kU, kU, 2), nu = kth_distances(kU, kV, 2);
  double wrong = std::log(4.0 / 3.0);
  for (std::size_t i = 0; i < 4; ++i) wrong += std::log(nu[i] / rho[i]) / 4.0;
  EXPECT_GT(std::fabs(wrong - -0.35988471891), 1e-3);
  EXPECT_EQ(kth_distances(kU, kU, 1), std::vector<double>(4, 0.0));
}

// By the definition with sorted distances, in two dimensions and with k != l.
TEST(KnnKl, AgreesWithItsDefinition) {
  CounterStream random(1, 0);
  const Points x = testing::offset_normal_points(12, 2, random),
               y = testing::offset_normal_points(9, 2, random, 1.0);
  double expected = digamma(2.0) - digamma(3.0) + std::log(9.0 / 11.0);
  for (std::int64_t i = 0; i < 12; ++i) {
    const auto distances = [&](const Points& to, bool same) {
      std::vector<double> d;
      for (std::int64_t j = 0; j < to.size(); ++j) {
        if (same && i == j) continue;
        d.push_back(std::hypot(x.row(i)[0] - to.row(j)[0], x.row(i)[1] - to.row(j)[1]));
      }
      std::sort(d.begin(), d.end());
      return d;
    };
    expected += 2.0 / 12.0 * std::log(distances(y, false)[2] / distances(x, true)[1]);
  }
  EXPECT_NEAR(kl(x, y, 2, 3), expected, 1e-12);
}

// D15 and D70.
TEST(KnnKl, IsInvariantUnderCommonShiftScaleAndOrder) {
  CounterStream random(2, 0);
  const Points x = testing::offset_normal_points(30, 2, random),
               y = testing::offset_normal_points(40, 2, random, 1.0);
  const double value = kl(x, y, 3);
  EXPECT_NEAR(kl(testing::moved(x, 10.0, 4.0), testing::moved(y, 10.0, 4.0), 3), value, 1e-12);
  std::vector<double> turned;
  for (std::int64_t i = 30; i-- > 0;) turned.insert(turned.end(), x.row(i), x.row(i) + 2);
  EXPECT_NEAR(kl(Points(turned, 2), y, 3), value, 1e-13);
}

// D73.
TEST(KnnKl, Extremes) {
  EXPECT_THROW(kl(kU, kV, 4), Error);
  EXPECT_THROW(kl(kU, kV, 0), Error);
  EXPECT_THROW(kl(Points(std::vector<double>{1.0}, 1), kV, 1), Error);
  EXPECT_THROW(kl(kU, Points({1.0, 2.0}, 2), 1), Error);
  EXPECT_THROW(kl(kU, Points({1.0, std::nan("")}, 1), 1), Error);
  EXPECT_THROW(kl(Points({1.0, 1.0, 2.0}, 1), kV, 1), Error);  // duplicates
  EXPECT_NO_THROW(kl(Points({1.0, 1.0, 2.0, 5.0}, 1), Points({3.0, 4.0, 7.0}, 1), 2));
  EXPECT_THROW(kl(kU, Points({0.0, 8.0}, 1), 1), Error);  // a point in both
  EXPECT_FALSE(knn_kl(kU, kV, {.k = 1}).se);
  EXPECT_TRUE(std::isfinite(kl(kU, testing::moved(kV, 1e15), 1)));
}

TEST(KnnAlpha, LimitsAndNames) {
  CounterStream random(3, 0);
  const Points x = testing::offset_normal_points(60, 1, random),
               y = testing::offset_normal_points(80, 1, random, 1.0);
  const KnnOptions options{.k = 4, .standard_error = false};
  EXPECT_NEAR(knn_alpha_integral(x, y, 1.0, options).value, 1.0, 1e-12);
  EXPECT_NEAR(knn_renyi(x, y, 1.0 + 1e-7, options).value, kl(x, y, 4), 1e-5);
  const double half = knn_alpha_integral(x, y, 0.5, options).value;
  EXPECT_NEAR(knn_squared_hellinger(x, y, options).value, 1.0 - half, 1e-15);
  EXPECT_NEAR(knn_renyi(x, y, 0.5, options).value, -2.0 * std::log(half), 1e-13);
  EXPECT_THROW(knn_alpha_integral(x, y, 6.0, options), Error);
  EXPECT_THROW(knn_renyi(x, y, 1.0, options), Error);
}

// The bias at n = 1000 of the tabulated kind: below the truth .5, more so in higher dimensions.
TEST(KnnKlStatistical, ShiftByOne) {
  const double tabulated[] = {0.47, 0.40};
  const std::int64_t dims[] = {1, 5};
  for (int c = 0; c < 2; ++c) {
    const testing::Repetitions runs = testing::repeat(60, 4, [&](CounterStream& random) {
      const Points x = testing::offset_normal_points(1000, dims[c], random);
      const Points y = testing::offset_normal_points(1000, dims[c], random, 1.0);
      return knn_kl(x, y, {.k = 5, .standard_error = false});
    });
    // The table's second digit, and four standard errors.
    EXPECT_NEAR(runs.mean(), tabulated[c], 0.005 + 4.0 * runs.sd() / std::sqrt(60.0));
  }
}

// D16: exp(-1/8) on pair A.
TEST(KnnAlphaStatistical, PairA) {
  const testing::Repetitions runs = testing::repeat(100, 5, [](CounterStream& random) {
    const Points x = testing::offset_normal_points(1000, 1, random);
    const Points y = testing::offset_normal_points(1000, 1, random, 1.0);
    return knn_alpha_integral(x, y, 0.5, {.k = 3, .standard_error = false});
  });
  EXPECT_NEAR(runs.z(std::exp(-0.125)), 0.0, 4.0);
  EXPECT_NEAR(runs.sd(), 0.016, 0.004);
}

// D68: the error around the estimator's own expectation, by subsampling; n != m.
TEST(KnnKlStatistical, SubsamplingCovers) {
  const auto covers = [](std::int64_t d, auto estimator, std::uint64_t seed) {
    return testing::repeat(400, seed,
                           [&](CounterStream& random) {
                             const Points x = testing::offset_normal_points(200, d, random);
                             const Points y = testing::offset_normal_points(300, d, random, 1.0);
                             return estimator(x, y);
                           })
        .coverage_of_mean();
  };
  const auto kl3 = [](const Points& x, const Points& y) { return knn_kl(x, y, {.k = 3}); };
  const auto hellinger = [](const Points& x, const Points& y) {
    return knn_squared_hellinger(x, y, {.k = 3});
  };
  EXPECT_NEAR(covers(1, kl3, 6), 0.95, 0.04);
  EXPECT_NEAR(covers(3, kl3, 7), 0.95, 0.04);
  EXPECT_NEAR(covers(1, hellinger, 8), 0.95, 0.04);
}

// The ordinary bootstrap draws points twice, whose distance is 0.
TEST(KnnKl, ABootstrapWouldMeetTies) {
  CounterStream random(9, 0);
  const Points x = testing::offset_normal_points(50, 1, random);
  std::vector<double> drawn;
  for (int i = 0; i < 50; ++i) drawn.push_back(x.row(random.below(50))[0]);
  EXPECT_THROW(kl(Points(drawn, 1), testing::offset_normal_points(50, 1, random), 1), Error);
}

}  // namespace
}  // namespace elbow
