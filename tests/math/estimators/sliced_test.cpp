#include "math/estimators/sliced.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "math/estimators/wasserstein.h"
#include "math/numeric.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

Points angle_grid(std::int64_t count) {
  Points directions(count, 2);
  for (std::int64_t l = 0; l < count; ++l) {
    const double t = std::numbers::pi * (static_cast<double>(l) + 0.5) / static_cast<double>(count);
    directions.row(l)[0] = std::cos(t);
    directions.row(l)[1] = std::sin(t);
  }
  return directions;
}

const Points kX({0, 0, 1, 0, 0, 2}, 2), kY({1, 1, 2, 0, 0, 0}, 2);  // F4

// The mean over the circle has kinks: the grid's error falls like its square.
TEST(Sliced, D38FixtureF4ByADenseGrid) {
  const Points grid = angle_grid(100000);
  EXPECT_NEAR(sliced_wasserstein2_squared(kX, kY, grid).value, 0.450773163, 1e-8);
  EXPECT_NEAR(sliced_wasserstein1(kX, kY, grid).value, 0.512312030, 1e-8);
}

TEST(Sliced, FixtureF4Maximum) {
  CounterStream random(1, 1);
  const MaxSliced found = max_sliced_wasserstein2_squared(kX, kY, random);
  EXPECT_NEAR(found.estimate.value, 5.0 / 6.0, 1e-8);
  EXPECT_NEAR(std::fabs(found.direction[0]), std::sqrt(0.5), 1e-6);
  EXPECT_LT(found.direction[0] * found.direction[1], 0.0);
}

double best_of_random(const PointsView& x, const PointsView& y, std::int64_t count) {
  CounterStream random(2, 1);
  const Points directions = random_directions(count, x.dim(), random);
  double best = 0.0;
  for (std::int64_t l = 0; l < count; ++l) {
    best = std::max(best,
                    sliced_wasserstein2_squared(x, y, PointsView(directions).rows(l, l + 1)).value);
  }
  return best;
}

// DW23: the largest of random directions, reported as the maximum, falls short in d = 20.
TEST(Sliced, DW23RandomSearchIsNotTheMaximum) {
  const Points x = normal_points(100, 20, 3, 1);
  const Points shifted = moved(x, 1.0);  // the maximum is ‖t‖² = 20
  CounterStream random(3, 2);
  const MaxSliced found = max_sliced_wasserstein2_squared(x, shifted, random);
  EXPECT_NEAR(found.estimate.value, 20.0, 1e-8);
  EXPECT_LT(best_of_random(x, shifted, 1000), 15.0);
}

TEST(Sliced, AscentWithoutAHintFromTheMeans) {
  Points x = normal_points(200, 8, 4, 1), y = normal_points(200, 8, 4, 2);
  for (std::int64_t i = 0; i < 200; ++i) y.row(i)[5] *= 4.0;  // differs along one axis only
  const auto column = [](const Points& p, std::int64_t k) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < p.size(); ++i) values.push_back(p.row(i)[k]);
    return values;
  };
  CounterStream random(4, 3);
  const double along_axis =
      transport_cost_on_line(column(x, 5), column(y, 5), TransportCost::squared_distance);
  EXPECT_GE(max_sliced_wasserstein2_squared(x, y, random).estimate.value, along_axis);
  EXPECT_LT(best_of_random(x, y, 300), along_axis);
}

TEST(Sliced, D31Order) {
  CounterStream random(5, 1);
  const Points x = normal_points(40, 3, 5, 1), y = normal_points(40, 3, 5, 2, 0.4);
  const Points directions = random_directions(50, 3, random);
  EXPECT_LE(sliced_wasserstein1(x, y, directions).value, wasserstein1(x, y).value);
  const double w2 = wasserstein2_squared(x, y).value;
  const double largest = max_sliced_wasserstein2_squared(x, y, random).estimate.value;
  EXPECT_LE(sliced_wasserstein2_squared(x, y, directions).value, largest);
  EXPECT_LE(largest, w2 + 1e-12);
}

TEST(Sliced, D37PureShiftByAngles) {
  const Points x = normal_points(30, 2, 6, 1), y = moved(x, std::sqrt(0.5));  // ‖t‖ = 1
  const Points grid = angle_grid(20000);
  EXPECT_NEAR(sliced_wasserstein1(x, y, grid).value, 2.0 / std::numbers::pi, 1e-7);
  EXPECT_NEAR(sliced_wasserstein2_squared(x, y, grid).value, 0.5, 1e-10);
}

TEST(Sliced, ExtremesAndErrors) {
  CounterStream random(7, 1);
  const Points one({1, 2}, 2), other({4, 6}, 2), line = normal_points(10, 1, 7, 1);
  const Points directions = random_directions(5, 2, random);
  EXPECT_FALSE(sliced_wasserstein1(one, other, directions).se.has_value());
  EXPECT_NEAR(max_sliced_wasserstein2_squared(one, other, random).estimate.value, 25.0, 1e-8);
  EXPECT_NEAR(max_sliced_wasserstein2_squared(one, one, random).estimate.value, 0.0, 1e-12);
  EXPECT_NEAR(max_sliced_wasserstein2_squared(line, moved(line, 2.0), random).estimate.value, 4.0,
              1e-12);
  EXPECT_FALSE(max_sliced_wasserstein2_squared(one, other, random).estimate.se.has_value());
  EXPECT_THROW(sliced_wasserstein1(line, line, directions), Error);
  EXPECT_THROW(sliced_wasserstein1(one, line, directions), Error);
  EXPECT_THROW(sliced_wasserstein1(one, other, Points(0, 2)), Error);
  EXPECT_THROW(max_sliced_wasserstein2_squared(one, other, random, 0), Error);
  for (std::int64_t l = 0; l < 5; ++l) {
    EXPECT_NEAR(std::hypot(directions.row(l)[0], directions.row(l)[1]), 1.0, 1e-15);
  }
}

// SW2² of N(m1, s1² I) and N(m2, s2² I) is ‖δ‖²/d + (s1 - s2)²; the sampling bias on top is the
// floor, about .044 at n = 128 and unit variance, for any d.
TEST(SlicedStatistical, D37NormalsAndTheFloor) {
  for (const std::int64_t d : {2, 16}) {
    std::vector<double> floor, apart;
    for (std::uint64_t r = 0; r < 200; ++r) {
      CounterStream random(8, r);
      const Points directions = random_directions(64, d, random);
      const Points x = normal_points(128, d, 9, 3 * r);
      floor.push_back(
          sliced_wasserstein2_squared(x, normal_points(128, d, 9, 3 * r + 1), directions).value);
      apart.push_back(sliced_wasserstein2_squared(normal_points(4096, d, 9, 3 * r),
                                                  normal_points(4096, d, 9, 3 * r + 2, 1.0, 2.0),
                                                  PointsView(directions).rows(0, 4))
                          .value);
    }
    EXPECT_NEAR(mean(floor), 0.044, 0.002 + 4.0 * std::sqrt(sample_variance(floor) / 200.0));
    EXPECT_NEAR(mean(apart), 2.0, 0.008 + 4.0 * std::sqrt(sample_variance(apart) / 200.0));
  }
}

TEST(SlicedStatistical, IntervalsCoverTheMean) {
  for (const auto estimator : {sliced_wasserstein1, sliced_wasserstein2_squared}) {
    const auto all = repeated_estimates([&](std::uint64_t r) {
      CounterStream random(10, r);
      return estimator(normal_points(150, 4, 11, 2 * r),
                       normal_points(100, 4, 11, 2 * r + 1, 0.7, 1.5),
                       random_directions(40, 4, random));
    });
    EXPECT_NEAR(coverage_of_mean(all), 0.95, 0.04);
  }
}

}  // namespace
}  // namespace elbow::testing
