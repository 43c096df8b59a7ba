#include "math/estimators/knn_divergence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/nearest_neighbours.h"
#include "math/numeric.h"
#include "math/sample_support.h"
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
  const Points raw_x = testing::offset_normal_points(12, 2, random),
               raw_y = testing::offset_normal_points(9, 2, random, 1.0);
  const auto [x, y, rank] = common_coordinates(raw_x, raw_y);
  ASSERT_EQ(rank, 2);
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
  EXPECT_NEAR(kl(raw_x, raw_y, 2, 3), expected, 1e-12);
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
  EXPECT_THROW(kl(Points({1.0, 1.0, 2.0, 5.0}, 1), Points({3.0, 4.0, 7.0}, 1), 2), Error);
  EXPECT_THROW(kl(kU, Points({0.0, 8.0}, 1), 1), Error);  // a point in both
  EXPECT_FALSE(knn_kl(kU, kV, {.k = 1}).se);
  EXPECT_THROW(kl(kU, testing::moved(kV, 100.0), 1), Error);  // apart
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

// The bias at n = 1000 of the tabulated kind: below the truth .5.
TEST(KnnKlStatistical, ShiftByOne) {
  const testing::Repetitions runs = testing::repeat(60, 4, [&](CounterStream& random) {
    const Points x = testing::offset_normal_points(1000, 1, random);
    const Points y = testing::offset_normal_points(1000, 1, random, 1.0);
    return knn_kl(x, y, {.k = 5, .standard_error = false});
  });
  // The table's second digit, and four standard errors.
  EXPECT_NEAR(runs.mean(), 0.47, 0.005 + 4.0 * runs.sd() / std::sqrt(60.0));
}

// In five dimensions the bias is a fifth and more of the value, and the errors bear it.
TEST(KnnKlStatistical, ErrorsBearTheBiasInFiveDimensions) {
  const testing::Repetitions runs = testing::repeat(20, 10, [&](CounterStream& random) {
    const Points x = testing::offset_normal_points(400, 5, random);
    const Points y = testing::offset_normal_points(400, 5, random, 1.0);
    return knn_kl(x, y);
  });
  EXPECT_LT(runs.mean(), 0.42);
  const testing::Repetitions claimed = runs.with_error();
  for (std::size_t i = 0; i < claimed.values.size(); ++i) {
    EXPECT_LT(std::fabs(claimed.values[i] - 0.5), 4.0 * claimed.errors[i]);
  }
}

// Wide against narrow: beyond the narrow one's points nothing tells how small its density is.
TEST(KnnKl, ClaimsNoErrorWhereTheOtherDensityIsNotSeen) {
  CounterStream random(11, 0);
  const Points narrow = testing::offset_normal_points(400, 1, random);
  const Points wide = testing::offset_normal_points(400, 1, random, 1.0, 2.0);
  const Estimate reverse = knn_kl(wide, narrow), forward = knn_kl(narrow, wide);
  EXPECT_FALSE(reverse.se);
  EXPECT_NE(reverse.note.find("too few points to show its density"), std::string::npos);
  ASSERT_TRUE(forward.se);
  EXPECT_NEAR(forward.value, 0.4431471806, 4.0 * *forward.se);
}

TEST(KnnKl, RefusesWhatHasNoDensityInItsSpace) {
  CounterStream random(12, 0);
  const auto circle = [&random](std::int64_t n) {
    Points points(n, 2);
    for (std::int64_t i = 0; i < n; ++i) {
      const double angle = 6.283185307179586 * random.uniform();
      points.row(i)[0] = std::cos(angle), points.row(i)[1] = std::sin(angle);
    }
    return points;
  };
  EXPECT_THROW(kl(circle(300), circle(300), 5), Error);
  const Points x = testing::offset_normal_points(60, 1, random);
  EXPECT_THROW(kl(x, x, 5), Error);
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

// D68: the error covers the estimator's own expectation, and more for the bias; n != m.
TEST(KnnKlStatistical, SubsamplingCovers) {
  const auto covers = [](std::int64_t d, auto estimator, std::uint64_t seed) {
    return testing::repeat(100, seed,
                           [&](CounterStream& random) {
                             const Points x = testing::offset_normal_points(200, d, random);
                             const Points y = testing::offset_normal_points(300, d, random, 1.0);
                             return estimator(x, y);
                           })
        .with_error()
        .coverage_of_mean();
  };
  const auto kl3 = [](const Points& x, const Points& y) { return knn_kl(x, y, {.k = 3}); };
  const auto hellinger = [](const Points& x, const Points& y) {
    return knn_squared_hellinger(x, y, {.k = 3});
  };
  EXPECT_GE(covers(1, kl3, 6), 0.91);
  EXPECT_GE(covers(3, kl3, 7), 0.91);
  EXPECT_GE(covers(1, hellinger, 8), 0.91);
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
