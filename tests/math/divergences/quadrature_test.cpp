#include "math/divergences/quadrature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"

namespace elbow {
namespace {

TEST(Quadrature, SmoothKinkedAndSingularIntegrands) {
  EXPECT_NEAR(integrate([](double x) { return std::exp(x); }, {0, 1}), std::exp(1) - 1, 1e-15);
  EXPECT_NEAR(integrate([](double x) { return std::fabs(x - 0.3); }, {0, 0.3, 1}), 0.29, 1e-15);
  EXPECT_NEAR(integrate([](double x) { return std::fabs(x - 0.3); }, {0, 1}), 0.29, 1e-11)
      << "found by halving";
  EXPECT_NEAR(integrate([](double x) { return std::log(x) * std::log(x); }, {0, 1}), 2.0, 1e-9);
  // A narrow peak needs a breakpoint beside it.
  const auto peak = [](double x) { return std::exp(-0.5 * std::pow((x - 0.5) / 1e-4, 2)); };
  EXPECT_NEAR(integrate(peak, {0, 0.499, 0.5, 0.501, 1}), 1e-4 * std::sqrt(2 * std::numbers::pi),
              1e-15);
}

TEST(Quadrature, SeveralIntegralsShareTheirNodes) {
  const auto integrals = integrate(
      [](double x, std::span<double> out) {
        out[0] = x;
        out[1] = 1e6 * std::sqrt(x);
      },
      2, {1, 0, 0.5, 0.5});
  EXPECT_NEAR(integrals.values[0], 0.5, 1e-15);
  EXPECT_NEAR(integrals.values[1], 1e6 * 2 / 3, 1e-5);
  EXPECT_LT(integrals.errors[1], 1e-4);
}

TEST(Quadrature, ANonFiniteIntegrandIsAnError) {
  EXPECT_THROW(integrate([](double) { return std::numeric_limits<double>::infinity(); }, {0, 1}),
               Error);
  EXPECT_THROW(integrate([](double x) { return std::sqrt(x - 0.5); }, {0, 1}), Error);
}

TEST(Quadrature, SignChangesAreFoundToRounding) {
  const auto grid = refined({-2, 2}, 7);
  EXPECT_EQ(grid.size(), 8u);
  const auto roots =
      sign_changes([](double x) { return (x - 1e-9) * (x + 1.2) * (x - 1.9); }, grid);
  ASSERT_EQ(roots.size(), 3u);
  EXPECT_NEAR(roots[0], -1.2, 1e-15);
  EXPECT_NEAR(roots[1], 1e-9, 1e-15);
  EXPECT_NEAR(roots[2], 1.9, 1e-15);
  EXPECT_TRUE(sign_changes([](double) { return 1.0; }, grid).empty());
}

}  // namespace
}  // namespace elbow
