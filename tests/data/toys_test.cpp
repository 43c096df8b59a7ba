#include "data/toys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <stdexcept>

#include "math/threefry.h"

namespace elbow {
namespace {

constexpr double kPi = std::numbers::pi;

// The declared modes, written down independently of data/toys.cpp.
PlaneMixture declared(const std::string& name) {
  const double h = std::sqrt(0.5);
  if (name == "ring") {
    return {.centers = {{1, 0}, {h, h}, {0, 1}, {-h, h}, {-1, 0}, {-h, -h}, {0, -1}, {h, -h}},
            .sd = 0.01};
  }
  if (name == "two_gaussians") return {.centers = {{-2, 0}, {2, 0}}, .sd = 0.5};
  PlaneMixture grid{.centers = {}, .sd = 0.05};
  for (const double x : {-4., -2., 0., 2., 4.}) {
    for (const double y : {-4., -2., 0., 2., 4.}) grid.centers.push_back({x, y});
  }
  return grid;
}

/// G80 and G77: number, weight, place and width of the modes against the declared mixture; "" when
/// all agree within five standard errors.
std::string mode_fault(const std::vector<double>& points, const PlaneMixture& mixture) {
  const std::size_t modes = mixture.centers.size();
  std::vector<double> count(modes), sum_x(modes), sum_y(modes);
  double squares = 0, near = 0;
  const double n = static_cast<double>(points.size() / 2);
  for (std::size_t i = 0; i < points.size(); i += 2) {
    std::size_t nearest = 0;
    double best = HUGE_VAL;
    for (std::size_t k = 0; k < modes; ++k) {
      const double distance = std::pow(points[i] - mixture.centers[k][0], 2) +
                              std::pow(points[i + 1] - mixture.centers[k][1], 2);
      if (distance < best) best = distance, nearest = k;
    }
    count[nearest] += 1;
    sum_x[nearest] += points[i] - mixture.centers[nearest][0];
    sum_y[nearest] += points[i + 1] - mixture.centers[nearest][1];
    squares += best / (mixture.sd * mixture.sd);
    near += best < 9 * mixture.sd * mixture.sd;
  }
  double chi2 = 0;
  const double expected = n / static_cast<double>(modes);
  for (std::size_t k = 0; k < modes; ++k) {
    if (count[k] == 0) return "mode " + std::to_string(k) + " is missing";
    chi2 += std::pow(count[k] - expected, 2) / expected;
    const double se = mixture.sd / std::sqrt(count[k]);
    if (std::hypot(sum_x[k], sum_y[k]) / count[k] > 6 * se) {
      return "mode " + std::to_string(k) + " is displaced";
    }
  }
  const double freedom = static_cast<double>(modes - 1);
  if (std::abs(chi2 - freedom) > 5 * std::sqrt(2 * freedom) + 1) return "weights differ";
  // |x - c|^2 / sd^2 is chi-square with 2 degrees of freedom: mean 2, variance 4.
  if (std::abs(squares / n - 2) > 5 * 2 / std::sqrt(n)) return "width differs";
  const double share = 1 - std::exp(-4.5);
  if (std::abs(near / n - share) > 5 * std::sqrt(share * (1 - share) / n)) return "share differs";
  return "";
}

std::vector<double> as_double(const std::vector<float>& points) {
  return {points.begin(), points.end()};
}

std::vector<double> draw(const std::vector<Point>& centers, double sd, int n) {
  CounterStream random(3, 0);
  std::vector<double> points;
  for (int i = 0; i < n; ++i) {
    const Point& center = centers[random.below(static_cast<std::uint32_t>(centers.size()))];
    points.push_back(center[0] + sd * random.normal());
    points.push_back(center[1] + sd * random.normal());
  }
  return points;
}

/// G81: the trapezoid rule over [-r, r]^2 at one sd apart, exact to 2 exp(-2 pi^2) = 5e-9 for
/// Gaussians of that sd.
double integral(const std::function<std::vector<double>(const std::vector<double>&)>& log_p,
                double r, double step) {
  std::vector<double> points;
  const int n = static_cast<int>(std::ceil(r / step));
  for (int i = -n; i <= n; ++i) {
    for (int j = -n; j <= n; ++j) {
      points.push_back(i * step);
      points.push_back(j * step);
    }
  }
  double sum = 0;
  for (const double value : log_p(points)) sum += std::exp(value);
  return sum * step * step;
}

class ToysStatistical : public ::testing::TestWithParam<std::string> {};
class Toys : public ::testing::TestWithParam<std::string> {};

TEST_P(ToysStatistical, ModesAreTheDeclaredOnes) {
  const Dataset data = make_toy({.name = GetParam()});
  EXPECT_EQ(data.train.count, 100'000);
  EXPECT_EQ(mode_fault(as_double(data.train.points), declared(GetParam())), "");
  EXPECT_EQ(mode_fault(as_double(data.test.points), declared(GetParam())), "");
}

TEST_P(ToysStatistical, LabelsAreTheModes) {
  const Dataset data = make_toy({.name = GetParam()});
  const PlaneMixture mixture = declared(GetParam());
  ASSERT_EQ(data.classes, static_cast<std::int64_t>(mixture.centers.size()));
  for (std::size_t i = 0; i < data.train.labels.size(); ++i) {
    const double dx = data.train.points[2 * i], dy = data.train.points[2 * i + 1];
    double to_own = HUGE_VAL;
    for (const Point& center : mixture.centers) {
      to_own = std::min(to_own, std::hypot(dx - center[0], dy - center[1]));
    }
    ASSERT_LT(to_own, 7 * mixture.sd) << i;
  }
}

// For modes far apart the mean of ln p is -(ln K + 1 + ln(2 pi sd^2)), with variance 1.
TEST_P(ToysStatistical, MeanLogDensityIsMinusTheEntropy) {
  const Dataset data = make_toy({.name = GetParam()});
  const PlaneMixture mixture = declared(GetParam());
  const double entropy = std::log(static_cast<double>(mixture.centers.size())) + 1 +
                         std::log(2 * kPi * mixture.sd * mixture.sd);
  const auto mean_of = [&](const auto& log_p) {
    double mean = 0;
    for (const double value : log_p(as_double(data.train.points))) mean += value / 100'000;
    return mean;
  };
  const double se = 1 / std::sqrt(100'000.0);
  EXPECT_NEAR(mean_of(data.log_density), -entropy, 5 * se + 1e-4);  // 1e-4: overlap, float points
  // GW17: the variance in the place of the standard deviation.
  PlaneMixture wrong = mixture;
  wrong.sd = mixture.sd * mixture.sd;
  EXPECT_GT(std::abs(mean_of([&](const auto& p) { return log_density(wrong, p); }) + entropy), 0.5);
}

TEST_P(Toys, DensityIntegratesToOne) {
  const Dataset data = make_toy({.name = GetParam(), .train_count = 1, .test_count = 1});
  const PlaneMixture mixture = declared(GetParam());
  double reach = 0;
  for (const Point& center : mixture.centers) reach = std::max(reach, std::abs(center[0]));
  reach += 8 * mixture.sd;
  EXPECT_NEAR(integral(data.log_density, reach, mixture.sd), 1, 1e-7);
  // GW17, half done: the exponent with sd in the place of the variance, the constant left.
  const auto wrong = [&](const std::vector<double>& points) {
    std::vector<double> result = data.log_density(points);
    const double constant =
        -std::log(2 * kPi * mixture.sd * mixture.sd * static_cast<double>(mixture.centers.size()));
    for (double& value : result) value = constant + (value - constant) * mixture.sd;
    return result;
  };
  EXPECT_GT(std::abs(integral(wrong, reach, mixture.sd) - 1), 0.01);
}

TEST_P(Toys, DensityIsTheNaiveSum) {
  const Dataset data = make_toy({.name = GetParam(), .train_count = 1, .test_count = 1});
  const PlaneMixture mixture = declared(GetParam());
  for (const Point& x : {Point{1.0, 0.01}, Point{2.02, 0.03}, Point{-2, -0.2}, Point{0, 1.02}}) {
    double p = 0;
    for (const Point& c : mixture.centers) {
      const double d2 = std::pow(x[0] - c[0], 2) + std::pow(x[1] - c[1], 2);
      p += std::exp(-d2 / (2 * mixture.sd * mixture.sd)) / (2 * kPi * mixture.sd * mixture.sd) /
           static_cast<double>(mixture.centers.size());
    }
    if (p > 1e-250) {
      EXPECT_NEAR(data.log_density({x[0], x[1]})[0], std::log(p), 1e-9);
    }
  }
  EXPECT_TRUE(std::isfinite(data.log_density({1e3, -1e3})[0]));
}

TEST_P(Toys, PointsDependOnSeedAndIndexOnly) {
  const DatasetRequest request{.name = GetParam(), .seed = 4, .train_count = 50, .test_count = 50};
  const Dataset a = make_toy(request), b = make_toy(request);
  EXPECT_EQ(a.train.points, b.train.points);
  EXPECT_EQ(a.sha256, b.sha256);
  EXPECT_NE(a.train.points, a.test.points);
  DatasetRequest longer = request, other = request;
  longer.train_count = 70;
  other.seed = 5;
  std::vector<float> first = make_toy(longer).train.points;
  first.resize(100);
  EXPECT_EQ(first, a.train.points);
  EXPECT_NE(make_toy(other).sha256, a.sha256);
}

const auto kMixtures = ::testing::Values("ring", "grid", "two_gaussians");
INSTANTIATE_TEST_SUITE_P(Names, ToysStatistical, kMixtures);
INSTANTIATE_TEST_SUITE_P(Names, Toys, kMixtures);

// GW16: centres from an inclusive linspace(0, 2 pi, 8), the first of which is the last; and others.
TEST(ToysMutantStatistical, WrongSamplersAreFound) {
  std::vector<Point> inclusive;
  for (int k = 0; k < 8; ++k) {
    inclusive.push_back({std::cos(2 * kPi * k / 7), std::sin(2 * kPi * k / 7)});
  }
  const PlaneMixture ring = declared("ring");
  EXPECT_EQ(mode_fault(draw(ring.centers, 0.01, 20'000), ring), "");
  EXPECT_NE(mode_fault(draw(inclusive, 0.01, 20'000), ring), "");
  EXPECT_EQ(mode_fault(draw(ring.centers, 0.0095, 20'000), ring), "width differs");
  std::vector<Point> uneven = ring.centers;
  uneven.insert(uneven.end(), ring.centers.begin(), ring.centers.begin() + 7);
  EXPECT_EQ(mode_fault(draw(uneven, 0.01, 20'000), ring), "weights differ");
  std::vector<Point> seven(ring.centers.begin(), ring.centers.begin() + 7);
  EXPECT_EQ(mode_fault(draw(seven, 0.01, 20'000), ring), "mode 7 is missing");
}

// Radius over angle: the noiseless curve has |x| = t / 7.5, with t within [1.5 pi, 4.5 pi].
TEST(SwissRollStatistical, LiesAlongTheSpiral) {
  const Dataset data = make_toy({.name = "swiss_roll"});
  EXPECT_FALSE(data.log_density);
  EXPECT_TRUE(data.train.labels.empty());
  double squares = 0;
  for (std::size_t i = 0; i < data.train.points.size(); i += 2) {
    const double x = 7.5 * data.train.points[i], y = 7.5 * data.train.points[i + 1];
    const double radius = std::hypot(x, y);
    double angle = std::atan2(y, x);
    while (angle < radius - kPi) angle += 2 * kPi;
    ASSERT_GT(radius, 1.5 * kPi - 2);
    ASSERT_LT(radius, 4.5 * kPi + 2);
    squares += (radius - angle) * (radius - angle) / 100'000;
  }
  // Radial noise .25 and angular noise .25 / t: variance .0625 (1 + E[1 / t^2]), E = 1 / (6.75
  // pi^2). se of a mean square: sqrt(2 / n) of it; the linearisation is good to 1e-3 of it.
  const double expected = 0.0625 * (1 + 1 / (6.75 * kPi * kPi));
  EXPECT_NEAR(squares, expected, expected * (5 * std::sqrt(2 / 100'000.0) + 2e-3));
}

TEST(ToyNames, UnknownNameIsRefused) {
  EXPECT_THROW(make_toy({.name = "square"}), std::invalid_argument);
}

}  // namespace
}  // namespace elbow
