// Transport, energy and kernel distances between densities against closed forms.
#include "math/divergences/distances.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/divergences/gaussian_distances.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

LineDistances between(const std::string& p, const std::string& q) {
  return line_distances(*parse_density(p), *parse_density(q));
}

TEST(LineDistancesTest, D1PairsAAndB) {
  const auto a = between("normal(0,1)", "normal(1,1)");
  EXPECT_NEAR(a.wasserstein1, 1.0, 1e-10);
  EXPECT_NEAR(a.wasserstein2_squared, 1.0, 1e-10);
  EXPECT_NEAR(a.energy, 0.5418065793, 1e-10);
  const auto b = between("normal(0,1)", "normal(1,2)");
  EXPECT_NEAR(b.wasserstein1, 1.1666309412, 1e-10);
  EXPECT_NEAR(b.wasserstein2_squared, 2.0, 1e-10);
  EXPECT_NEAR(b.energy, 0.5341053241, 1e-10);
}

TEST(LineDistancesTest, UniformsInClosedForm) {
  // T(x) = 2 + 3x: W1 = E|2 + 2x| = 3, W2² = E(2 + 2x)² = 28/3.
  const auto u = between("uniform(0,1)", "uniform(2,5)");
  EXPECT_NEAR(u.wasserstein1, 3.0, 1e-12);
  EXPECT_NEAR(u.wasserstein2_squared, 28.0 / 3, 1e-11);
  const auto disjoint = between("uniform(0,1)", "uniform(2,3)");
  EXPECT_NEAR(disjoint.energy, 2 * (1.0 / 3 + 1 + 1.0 / 3), 1e-12);
}

TEST(LineDistancesTest, ScalingAndShiftOfOtherFamilies) {
  for (const std::string family : {"laplace", "logistic"}) {
    const auto shift = between(family + "(0,1)", family + "(1.5,1)");
    EXPECT_NEAR(shift.wasserstein1, 1.5, 1e-10) << family;
    EXPECT_NEAR(shift.wasserstein2_squared, 2.25, 1e-10) << family;
    const double variance = parse_density(family + "(0,1)")->covariance()(0, 0);
    EXPECT_NEAR(between(family + "(0,1)", family + "(0,3)").wasserstein2_squared, 4 * variance,
                1e-9)
        << family;
  }
  const auto e = between("exponential(1)", "exponential(0.5)");
  EXPECT_NEAR(e.wasserstein1, 1.0, 1e-10);
  EXPECT_NEAR(e.wasserstein2_squared, 2.0, 1e-9);
}

TEST(LineDistancesTest, HolesInASupport) {
  // Halves move by 1/2 down and up on average: U(0,2) against U(0,1)/2 + U(3,4)/2.
  const auto d = between("uniform(0,2)", "mixture(0.5*uniform(0,1),0.5*uniform(3,4))");
  EXPECT_NEAR(d.wasserstein1, 1.0, 1e-11);
  EXPECT_NEAR(d.wasserstein2_squared, 2.0, 1e-11);
  const auto back = between("mixture(0.5*uniform(0,1),0.5*uniform(3,4))", "uniform(0,2)");
  EXPECT_NEAR(back.wasserstein2_squared, 2.0, 1e-11) << "symmetric";
}

TEST(LineDistancesTest, SymmetryAndZero) {
  const std::string p = "mixture(0.4*laplace(-1,0.5),0.6*normal(2,0.3))", q = "logistic(0.5,1)";
  const auto a = between(p, q), b = between(q, p), same = between(p, p);
  EXPECT_NEAR(a.wasserstein1, b.wasserstein1, 1e-11);
  EXPECT_NEAR(a.wasserstein2_squared, b.wasserstein2_squared, 1e-8);
  EXPECT_NEAR(a.energy, b.energy, 1e-11);
  EXPECT_NEAR(same.wasserstein1, 0.0, 1e-14);
  EXPECT_NEAR(same.wasserstein2_squared, 0.0, 1e-14);
}

TEST(EnergyDistance, ByMeanDistancesIsThatByDistributionFunctions) {
  for (const auto& [p, q] : {std::pair<std::string, std::string>{"normal(0,1)", "normal(1,2)"},
                             {"mixture(0.5*normal(-2,1),0.5*normal(2,0.3))", "normal(0,2)"}}) {
    EXPECT_NEAR(*energy_distance(*parse_density(p), *parse_density(q)), between(p, q).energy,
                1e-10);
  }
  EXPECT_FALSE(energy_distance(*parse_density("laplace(0,1)"), *parse_density("normal(0,1)")));
}

TEST(EnergyDistance, InThePlaneOneCoordinateAlone) {
  // Independent second coordinates do not cancel: compare with an integral over an angle,
  // |z| = (1/4) int over angles of |<z, u>|, so that E|Z| is the mean of one-dimensional ones.
  const Matrix covariance(2, {2, 0.5, 0.5, 1});
  const std::vector<double> mean = {0.7, -0.2};
  const double by_angles =
      0.25 * integrate(
                 [&](double t) {
                   const double c = std::cos(t), s = std::sin(t);
                   const double variance = 2 * c * c + s * s + c * s;
                   return gaussian_mean_norm(std::vector<double>{0.7 * c - 0.2 * s},
                                             Matrix(1, {variance}));
                 },
                 refined({0, 2 * std::numbers::pi}, 8));
  EXPECT_NEAR(gaussian_mean_norm(mean, covariance), by_angles, 1e-11);
}

TEST(SquaredMmd, D42PairsAAndB) {
  const auto p = parse_density("normal(0,1)"), a = parse_density("normal(1,1)"),
             b = parse_density("normal(1,2)");
  const double widths[] = {0.5, 1, 2, 5};
  const double of_a[] = {0.1328417314, 0.1772676349, 0.1305669242, 0.0353109432};
  const double of_b[] = {0.1106225876, 0.1594704837, 0.1325675582, 0.0370737287};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(*squared_mmd(*p, *a, std::span(&widths[i], 1)), of_a[i], 1e-10);
    EXPECT_NEAR(*squared_mmd(*p, *b, std::span(&widths[i], 1)), of_b[i], 1e-10);
  }
  EXPECT_NEAR(*squared_mmd(*p, *a, widths), 0.4759872337, 1e-10);
}

// Two routes to one mean: the closed form and the characteristic functions, and a double integral.
TEST(SquaredMmd, TheCharacteristicFunctionsGiveTheMeanOfTheKernel) {
  const auto p = parse_density("laplace(0.3,0.8)"), q = parse_density("uniform(-1,2)");
  const double h = 0.7;
  const double direct = integrate(
      [&](double x) {
        return std::exp(p->log_density(x)) *
               integrate([&](double y) { return std::exp(-0.5 * (x - y) * (x - y) / (h * h)) / 3; },
                         {-1, 0, 1, 2});
      },
      {-25, -6, -2, 0.3, 2, 6, 25});
  EXPECT_NEAR(*mean_kernel(*p, *q, h), direct, 1e-10);
  const auto nearly_normal = parse_density("mixture(1*normal(0,1))");
  EXPECT_NEAR(*mean_kernel(*nearly_normal, *q, h),
              *mean_kernel(*parse_density("normal(0,1)"), *q, h), 1e-12);
}

TEST(SquaredMmd, IndependentCoordinatesMultiply) {
  const auto p = parse_density("laplace([0,1],[1,2])"), q = parse_density("uniform([0,0],[1,3])");
  EXPECT_NEAR(*mean_kernel(*p, *q, 1.1),
              *mean_kernel(*parse_density("laplace(0,1)"), *parse_density("uniform(0,1)"), 1.1) *
                  *mean_kernel(*parse_density("laplace(1,2)"), *parse_density("uniform(0,3)"), 1.1),
              1e-13);
  const auto diagonal = parse_density("normal([0,1],[[1,0],[0,4]])");
  EXPECT_TRUE(mean_kernel(*diagonal, *p, 1.0)) << "a diagonal covariance is independent too";
  const auto full = parse_density("normal([0,1],[[1,0.1],[0.1,4]])");
  EXPECT_FALSE(mean_kernel(*full, *p, 1.0));
  EXPECT_THROW(mean_kernel(*full, *p, 0.0), Error);
}

}  // namespace
}  // namespace elbow
