#include "math/estimators/energy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/gram.h"
#include "math/numeric.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

TEST(Energy, D40Fixtures) {
  const Points a({0, 1, 3}, 1), b({.5, 2, 5}, 1), c({.5, 2, 5, 6}, 1);
  EXPECT_NEAR(energy_biased(a, b).value, 0.777777777778, 1e-12);
  EXPECT_NEAR(energy_unbiased(a, b).value, -0.888888888889, 1e-12);
  EXPECT_NEAR(energy_biased(a, c).value, 1.64583333333, 1e-11);
  EXPECT_NEAR(energy_unbiased(a, c).value, 0.166666666667, 1e-12);
  const Points x({0, 0, 1, 0, 0, 2}, 2), y({1, 1, 2, 0, 0, 0}, 2);
  EXPECT_NEAR(energy_biased(x, y).value, 0.576079810499, 1e-12);
  EXPECT_NEAR(energy_unbiased(x, y).value, -0.542197423084, 1e-12);
}

TEST(Energy, D44TwiceTheSquaredAreaOnALine) {
  const Points x = normal_points(30, 1, 1, 1), y = normal_points(45, 1, 1, 2, 0.5);
  std::vector<std::pair<double, double>> steps;
  for (const double v : PointsView(x).all()) steps.emplace_back(v, 1.0 / 30.0);
  for (const double v : PointsView(y).all()) steps.emplace_back(v, -1.0 / 45.0);
  std::sort(steps.begin(), steps.end());
  double area = 0.0, height = 0.0;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    height += steps[i].second;
    area += height * height * (steps[i + 1].first - steps[i].first);
  }
  EXPECT_NEAR(energy_biased(x, y).value, 2.0 * area, 1e-12);
}

// D45, and the sums by sorting against those by all pairs: a constant second coordinate leads to
// the latter.
TEST(Energy, D45SortingAgreesWithAllPairs) {
  const Points x({3, 1, 1, -2, 0.5}, 1), y({0, 1, 7, 7.5}, 1);
  const Points x2({3, 5, 1, 5, 1, 5, -2, 5, 0.5, 5}, 2), y2({0, 5, 1, 5, 7, 5, 7.5, 5}, 2);
  const Kernel k = Kernel::negative_distance();
  const GramSums line = gram_sums(x, y, k), plane = gram_sums(x2, y2, k);
  EXPECT_NEAR(line.squares_xx, plane.squares_xx, 1e-12);
  EXPECT_NEAR(line.squares_yy, plane.squares_yy, 1e-11);
  EXPECT_NEAR(line.squares_xy, plane.squares_xy, 1e-11);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(line.rows_xx[i], plane.rows_xx[i], 1e-12);
    EXPECT_NEAR(line.rows_xy[i], plane.rows_xy[i], 1e-12);
  }
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(line.columns_xy[j], plane.columns_xy[j], 1e-12);
  EXPECT_NEAR(u_variance(line), u_variance(plane), 1e-11);
  EXPECT_EQ(energy_unbiased(x2, y2).value, mmd2_unbiased(x2, y2, k).value);
}

TEST(Energy, PropertiesAndExtremes) {
  const Points x = normal_points(20, 3, 2, 1), y = normal_points(25, 3, 2, 2);
  EXPECT_GE(energy_biased(x, y).value, 0.0);
  EXPECT_NEAR(energy_biased(x, x).value, 0.0, 1e-12);
  EXPECT_NEAR(energy_unbiased(moved(x, 0.0, -2.0), moved(y, 0.0, -2.0)).value,
              2.0 * energy_unbiased(x, y).value, 1e-12);
  const Points line = normal_points(20, 1, 2, 3), other = normal_points(20, 1, 2, 4, 1.0);
  EXPECT_NEAR(energy_unbiased(moved(line, 1e7), moved(other, 1e7)).value,
              energy_unbiased(line, other).value, 1e-7);
  const Points one(std::vector{1.0}, 1), two(std::vector{4.0}, 1);
  EXPECT_DOUBLE_EQ(energy_biased(one, two).value, 6.0);
  EXPECT_THROW(energy_unbiased(one, two), Error);
  EXPECT_THROW(energy_biased(one, x), Error);
  EXPECT_THROW(energy_biased(one, Points(std::vector<double>{INFINITY}, 1)), Error);
}

TEST(Energy, PermutationTestSeesAShift) {
  CounterStream random(3, 1);
  const Points x = normal_points(40, 4, 4, 1), y = normal_points(40, 4, 4, 2, 1.0);
  const PermutationTest test = energy_permutation_test(x, y, 199, random);
  EXPECT_EQ(test.p_value, 1.0 / 200.0);
  EXPECT_NEAR(test.observed, energy_unbiased(x, y).value, 1e-12);
}

// Pairs A and B; null, unit variance: sd about .014 to .016 at n = 128 for d = 1 to 64.
TEST(EnergyStatistical, MeansAndNullSpread) {
  const auto values = [](std::int64_t n, std::int64_t d, double shift, double sd) {
    std::vector<double> all;
    for (std::uint64_t r = 0; r < 1000; ++r) {
      all.push_back(energy_unbiased(normal_points(n, d, 5, 2 * r),
                                    normal_points(n, d, 5, 2 * r + 1, shift, sd))
                        .value);
    }
    return all;
  };
  const auto z = [](const std::vector<double>& v, double truth) {
    return (mean(v) - truth) / std::sqrt(sample_variance(v) / static_cast<double>(v.size()));
  };
  EXPECT_LE(std::fabs(z(values(64, 1, 1.0, 1.0), 0.5418065793)), 4.0);
  EXPECT_LE(std::fabs(z(values(64, 1, 1.0, 2.0), 0.5341053241)), 4.0);
  for (const std::int64_t d : {1, 16}) {
    const auto null = values(128, d, 0.0, 1.0);
    EXPECT_LE(std::fabs(z(null, 0.0)), 4.0);
    EXPECT_NEAR(std::sqrt(sample_variance(null)), 0.015, 0.0025);
  }
}

TEST(EnergyStatistical, IntervalsCoverTheTruth) {
  const auto all = repeated_estimates([](std::uint64_t r) {
    return energy_unbiased(normal_points(100, 1, 6, 2 * r),
                           normal_points(80, 1, 6, 2 * r + 1, 1.0, 2.0));
  });
  EXPECT_NEAR(coverage(all, 0.5341053241), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow::testing
