#include "math/log_integral.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

/// ln N(z; m, s² I), unnormalised by `constant`.
LogIntegrand gaussian(std::vector<double> mean, double sd, double constant = 0.0) {
  return [=](const PointsView& z) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < z.size(); ++i) {
      double value = constant;
      for (std::size_t j = 0; j < mean.size(); ++j) {
        const double u = (z.row(i)[j] - mean[j]) / sd;
        value -= 0.5 * (u * u + kLn2Pi) + std::log(sd);
      }
      values.push_back(value);
    }
    return values;
  };
}

TEST(LogIntegral, GaussiansFromWideToFarBelowACell) {
  for (const double sd : {0.7, 0.1, 0.01, 0.001}) {
    const LogIntegral plane = log_integral(gaussian({0.31, -1.07}, sd, -300.0), {-6, -6}, {6, 6},
                                           {{0.31, -1.07}, {sd, sd}});
    EXPECT_NEAR(plane.value, -300.0, 1e-5) << sd;
    EXPECT_LE(plane.error, 1e-5) << sd;
    const LogIntegral line = log_integral(gaussian({2.2}, sd, 40.0), {-6}, {6}, {{2.2}, {sd}});
    EXPECT_NEAR(line.value, 40.0, 1e-5) << sd;
  }
}

TEST(LogIntegral, FindsAPeakFarFromWhereItIsExpected) {
  const LogIntegral found =
      log_integral(gaussian({-3.1, 2.9}, 0.05), {-6, -6}, {6, 6}, {{1.0, 1.0}, {0.1, 0.1}});
  EXPECT_NEAR(found.value, 0.0, 1e-5);
}

TEST(LogIntegral, AddsSeveralPeaks) {
  const LogIntegrand one = gaussian({-2.0, 0.0}, 0.2), two = gaussian({2.0, 1.0}, 0.4);
  const auto both = [&](const PointsView& z) {
    std::vector<double> values = one(z), others = two(z);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = log_add_exp(values[i], others[i]);
    return values;
  };
  EXPECT_NEAR(log_integral(both, {-6, -6}, {6, 6}, {{2, 1}, {0.4, 0.4}}).value, kLn2, 1e-5);
}

// A kink costs the order of the rule; the value still comes out to what its error says.
TEST(LogIntegral, Kinks) {
  const auto laplace = [](const PointsView& z) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < z.size(); ++i)
      values.push_back(-std::abs(z.row(i)[0] - 0.1234) / 0.05 - std::log(0.1));
    return values;
  };
  const LogIntegral result = log_integral(laplace, {-6}, {6}, {{0.1}, {0.05}});
  EXPECT_NEAR(result.value, 0.0, 4.0 * result.error + 1e-6);
  EXPECT_LT(result.error, 1e-4);
}

TEST(LogIntegral, SaysWhereItDidNotConverge) {
  const LogIntegral cut = log_integral(gaussian({0.0, 0.0}, 1e-3), {-6, -6}, {6, 6},
                                       {{0, 0}, {1e-3, 1e-3}}, {.most_points = 700});
  EXPECT_GT(cut.error, 1.0);
}

TEST(LogIntegral, RefusesABoxWithoutInside) {
  EXPECT_THROW(log_integral(gaussian({0}, 1), {1}, {1}, {{0}, {1}}), Error);
  EXPECT_THROW(log_integral(gaussian({0, 0, 0}, 1), {0, 0, 0}, {1, 1, 1}, {{0}, {1}}), Error);
}

}  // namespace
}  // namespace elbow
