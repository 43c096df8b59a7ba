#include "math/estimators/wasserstein.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

constexpr TransportCost kBoth[] = {TransportCost::distance, TransportCost::squared_distance};

/// ∫ |F - G| by the merged steps of the two distribution functions.
double area_between(const PointsView& p, const PointsView& q) {
  std::vector<std::pair<double, double>> steps;
  for (const double x : p.all()) steps.emplace_back(x, 1.0 / static_cast<double>(p.size()));
  for (const double y : q.all()) steps.emplace_back(y, -1.0 / static_cast<double>(q.size()));
  std::sort(steps.begin(), steps.end());
  double area = 0.0, height = 0.0;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    height += steps[i].second;
    area += std::fabs(height) * (steps[i + 1].first - steps[i].first);
  }
  return area;
}

Points repeated(const PointsView& p, std::int64_t times) {
  Points result(p.size() * times, p.dim());
  for (std::int64_t i = 0; i < result.size(); ++i) {
    std::copy_n(p.row(i / times), p.dim(), result.row(i));
  }
  return result;
}

// D29, F1, F1b, F5.
TEST(Wasserstein, D29Fixtures) {
  const Points u({0, 2, 3, 7}, 1), v({1, 1.5, 4, 6}, 1), two({1, 4}, 1);
  EXPECT_NEAR(wasserstein1(u, v).value, 0.875, 1e-12);
  EXPECT_NEAR(wasserstein2_squared(u, v).value, 0.8125, 1e-12);
  EXPECT_NEAR(wasserstein1(u, two).value, 1.5, 1e-12);
  EXPECT_NEAR(wasserstein2_squared(u, two).value, 3.0, 1e-12);
  EXPECT_NEAR(transport_by_assignment(u, v, TransportCost::distance).cost, 0.875, 1e-12);
  EXPECT_NEAR(transport_by_assignment(u, v, TransportCost::squared_distance).cost, 0.8125, 1e-12);
  const Points x({0, 0, 3, 0, 0, 1}, 2), y({1, 0, 0, 2, 3, 2}, 2);
  EXPECT_NEAR(wasserstein1(x, y).value, 4.0 / 3.0, 1e-12);
  EXPECT_NEAR(wasserstein2_squared(x, y).value, 2.0, 1e-12);
}

TEST(Wasserstein, D28ShiftCentringAndScaling) {
  for (const std::int64_t d : {1, 2, 5}) {
    const Points x = normal_points(40, d, 1, 1), y = normal_points(40, d, 1, 2, 0.3);
    const auto dimension = static_cast<double>(d);
    EXPECT_NEAR(wasserstein2_squared(x, moved(x, 0.7)).value, 0.49 * dimension, 1e-12);
    // DW9: a cost with the factor ½ would give half of it.
    EXPECT_NEAR(wasserstein1(x, moved(x, 0.7)).value, 0.7 * std::sqrt(dimension), 1e-12);
    for (const double c : {-3.0, 0.01}) {
      EXPECT_NEAR(wasserstein1(moved(x, 0.0, c), moved(y, 0.0, c)).value,
                  std::fabs(c) * wasserstein1(x, y).value, 1e-12);
      EXPECT_NEAR(wasserstein2_squared(moved(x, 0.0, c), moved(y, 0.0, c)).value,
                  c * c * wasserstein2_squared(x, y).value, 1e-11);
    }
  }
}

TEST(Wasserstein, D28MeansComeOff) {
  const Points x = normal_points(30, 1, 2, 1), y = normal_points(20, 1, 2, 2, 1.5, 2.0);
  const double a = mean(PointsView(x).all()), b = mean(PointsView(y).all());
  EXPECT_NEAR(wasserstein2_squared(x, y).value,
              (a - b) * (a - b) + wasserstein2_squared(moved(x, -a), moved(y, -b)).value, 1e-12);
}

TEST(Wasserstein, D30UnequalSizes) {
  for (const auto& [n, m] : {std::pair<std::int64_t, std::int64_t>{2, 3}, {5, 4}, {6, 9}, {1, 7}}) {
    const Points x = normal_points(n, 1, 3, 1), y = normal_points(m, 1, 3, 2, 0.5);
    EXPECT_NEAR(wasserstein1(x, y).value, area_between(x, y), 1e-12);
    for (const TransportCost cost : kBoth) {
      const Points many_x = repeated(x, m), many_y = repeated(y, n);
      EXPECT_NEAR(transport_on_line(PointsView(x).all(), PointsView(y).all(), cost).cost,
                  transport_by_assignment(many_x, many_y, cost).cost, 1e-12);
    }
  }
}

TEST(Wasserstein, D31OrderAndTriangle) {
  for (const std::int64_t d : {1, 3}) {
    const Points x = normal_points(50, d, 4, 1), y = normal_points(50, d, 4, 2, 0.4);
    const Points z = normal_points(50, d, 4, 3, -0.2, 1.5);
    const auto w1 = [](const Points& a, const Points& b) { return wasserstein1(a, b).value; };
    const auto w2 = [](const Points& a, const Points& b) {
      return std::sqrt(wasserstein2_squared(a, b).value);
    };
    EXPECT_LE(w1(x, y), w2(x, y) + 1e-12);
    EXPECT_LE(w1(x, z), w1(x, y) + w1(y, z) + 1e-12);
    EXPECT_LE(w2(x, z), w2(x, y) + w2(y, z) + 1e-12);
    EXPECT_NEAR(w1(x, x), 0.0, 1e-12);
  }
}

// D39 is this inequality for f itself: a potential is 1-Lipschitz for the cost ‖x - y‖.
TEST(Wasserstein, D39PotentialsProveTheCost) {
  for (const TransportCost cost : kBoth) {
    for (const auto& [n, m] : {std::pair<std::int64_t, std::int64_t>{8, 8}, {6, 9}, {5, 7}}) {
      const Points x = normal_points(n, 1, 5, 1), y = normal_points(m, 1, 5, 2, 0.5);
      const Transport t = transport_on_line(PointsView(x).all(), PointsView(y).all(), cost);
      EXPECT_NEAR(mean(t.f) + mean(t.g), t.cost, 1e-12);
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < m; ++j) {
          const double difference = std::fabs(x.row(i)[0] - y.row(j)[0]);
          const double limit =
              cost == TransportCost::distance ? difference : difference * difference;
          EXPECT_LE(t.f[static_cast<std::size_t>(i)] + t.g[static_cast<std::size_t>(j)],
                    limit + 1e-12);
        }
      }
    }
  }
}

// D83: quantile grids of N(0, 1) and N(1, 2²), no random numbers.
TEST(Wasserstein, D83QuantileGridApproachesPairB) {
  const std::int64_t n = 20000;
  Points x(n, 1), y(n, 1);
  for (std::int64_t i = 0; i < n; ++i) {
    *x.row(i) = normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n));
    *y.row(i) = 1.0 + 2.0 * *x.row(i);
  }
  EXPECT_NEAR(wasserstein1(x, y).value, 1.1666309412, 1e-3);
  EXPECT_NEAR(wasserstein2_squared(x, y).value, 2.0, 1e-3);
}

TEST(Wasserstein, ExtremesAndErrors) {
  const Points one(std::vector{2.0}, 1), other(std::vector{5.0}, 1), many({1.0, 2.0, 6.0}, 1);
  EXPECT_EQ(wasserstein1(one, other).value, 3.0);
  EXPECT_FALSE(wasserstein1(one, other).se.has_value());
  EXPECT_FALSE(wasserstein1(one, other).note.empty());
  EXPECT_NEAR(wasserstein2_squared(one, many).value, 17.0 / 3.0, 1e-12);
  const Points same({1, 1, 1, 1, 1, 1}, 2);
  EXPECT_EQ(wasserstein1(same, same).value, 0.0);
  EXPECT_EQ(*wasserstein1(same, same).se, 0.0);
  const Points far = moved(normal_points(20, 3, 6, 1), 1e9), near = normal_points(20, 3, 6, 2);
  EXPECT_NEAR(wasserstein1(far, near).value / (std::sqrt(3.0) * 1e9), 1.0, 1e-8);
  EXPECT_THROW(wasserstein1(normal_points(3, 2, 1, 1), normal_points(4, 2, 1, 2)), Error);
  EXPECT_THROW(wasserstein1(normal_points(3, 2, 1, 1), normal_points(3, 1, 1, 2)), Error);
  EXPECT_THROW(wasserstein1(Points(0, 1), one), Error);
  EXPECT_THROW(wasserstein1(Points(std::vector<double>{NAN}, 1), one), Error);
  EXPECT_THROW(wasserstein2_squared(Points(std::vector<double>{INFINITY}, 1), one), Error);
}

struct Summary {
  double mean = 0.0, sd = 0.0;
};
template <class Draw>
Summary summarise(std::uint64_t repetitions, const Draw& draw) {
  std::vector<double> values;
  for (std::uint64_t r = 0; r < repetitions; ++r) values.push_back(draw(r));
  return {mean(values), std::sqrt(sample_variance(values))};
}

// c/√n at P = Q: .157 for N(0, 1), .0394 for U(0, 1) at n = 128 (asymptotically .1610, .0392).
TEST(WassersteinStatistical, D32NullConstants) {
  const std::uint64_t repetitions = 4000;
  const Summary normal = summarise(repetitions, [](std::uint64_t r) {
    return wasserstein1(normal_points(128, 1, 7, 2 * r), normal_points(128, 1, 7, 2 * r + 1)).value;
  });
  const double c = 1.8220433244, root = std::sqrt(128.0);
  EXPECT_NEAR(normal.mean, c / root, 0.05 * c / root);
  EXPECT_NEAR(normal.mean, 0.157, 5e-4 + 4.0 * normal.sd / std::sqrt(4000.0));
  const Summary uniform = summarise(repetitions, [](std::uint64_t r) {
    CounterStream random(8, r);
    Points x(128, 1), y(128, 1);
    for (std::int64_t i = 0; i < 128; ++i) {
      *x.row(i) = random.uniform();
      *y.row(i) = random.uniform();
    }
    return wasserstein1(x, y).value;
  });
  EXPECT_NEAR(uniform.mean, 0.4431134627 / root, 0.05 * 0.4431134627 / root);
  const Summary larger = summarise(400, [](std::uint64_t r) {
    return wasserstein1(normal_points(2048, 1, 9, 2 * r), normal_points(2048, 1, 9, 2 * r + 1))
        .value;
  });
  EXPECT_NEAR(std::log(normal.mean / larger.mean) / std::log(2048.0 / 128.0), 0.5, 0.03);
}

TEST(WassersteinStatistical, IntervalsCoverTheMean) {
  for (const auto estimator : {wasserstein1, wasserstein2_squared}) {
    const auto on_a_line = repeated_estimates([&](std::uint64_t r) {
      return estimator(normal_points(200, 1, 10, 2 * r),
                       normal_points(150, 1, 10, 2 * r + 1, 1.0, 2.0));
    });
    EXPECT_NEAR(coverage_of_mean(on_a_line), 0.95, 0.04);
    const auto in_the_plane = repeated_estimates([&](std::uint64_t r) {
      return estimator(normal_points(128, 2, 11, 2 * r),
                       normal_points(128, 2, 11, 2 * r + 1, 1.0, 1.5));
    });
    EXPECT_NEAR(coverage_of_mean(in_the_plane), 0.95, 0.04);
  }
}

}  // namespace
}  // namespace elbow::testing
