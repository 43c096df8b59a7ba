#include "math/divergences/gaussian.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "math/densities/families.h"
#include "math/divergences/closed_kl.h"
#include "math/divergences/distances.h"
#include "math/divergences/gaussian_distances.h"
#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

const Gaussian& of(const DensityPtr& density) { return *density->gaussian(); }

struct PairG1 : ::testing::Test {
  DensityPtr p = make_normal({0, 1}, Matrix(2, {1, 0.4, 0.4, 1}));
  DensityPtr q = make_normal({1, 0}, Matrix(2, {1.5, 0, 0, 0.8}));
};

TEST_F(PairG1, D2ClosedForms) {
  EXPECT_NEAR(gaussian_kl(of(p), of(q)), 1.09500413864, 1e-11);
  EXPECT_NEAR(gaussian_kl(of(q), of(p)), 1.85737681374, 1e-11);
  EXPECT_NEAR(gaussian_renyi(of(p), of(q), 0.25), 0.384105151175, 1e-12);
  EXPECT_NEAR(gaussian_renyi(of(p), of(q), 0.5), 0.665153505854, 1e-12);
  EXPECT_NEAR(gaussian_renyi(of(p), of(q), 2), 1.98065712456, 1e-11);
  EXPECT_NEAR(-gaussian_log_power_integral(of(p), of(q), 0.5), 0.332576752927, 1e-12);
  EXPECT_NEAR(std::expm1(gaussian_renyi(of(p), of(q), 2)), 6.24750393355, 1e-11);
  EXPECT_NEAR(gaussian_wasserstein2_squared(p->mean(), p->covariance(), q->mean(), q->covariance()),
              2.14886325752, 1e-11);
}

TEST_F(PairG1, D3DivergentPowersAreInfiniteNotNan) {
  EXPECT_EQ(gaussian_log_power_integral(of(p), of(q), -1), kInfinity);
  EXPECT_EQ(gaussian_renyi(of(q), of(p), 2), kInfinity);
}

TEST_F(PairG1, D82TheTraceOfTheRootOfTwoByTwo) {
  const Matrix product = multiply(p->covariance(), q->covariance());
  const double determinant = product(0, 0) * product(1, 1) - product(0, 1) * product(1, 0);
  const double root = std::sqrt(trace(product) + 2 * std::sqrt(determinant));
  EXPECT_NEAR(root, 2.07556837124, 1e-11);
  EXPECT_NEAR(gaussian_wasserstein2_squared(p->mean(), p->covariance(), q->mean(), q->covariance()),
              2 + 2 + 2.3 - 2 * root, 1e-13);
}

TEST_F(PairG1, D4LimitsAndRelations) {
  for (const double step : {1e-6, -1e-6}) {
    EXPECT_NEAR(gaussian_renyi(of(p), of(q), 1 + step), gaussian_kl(of(p), of(q)), 1e-5);
  }
  const double hellinger = -std::expm1(gaussian_log_power_integral(of(p), of(q), 0.5));
  EXPECT_NEAR(hellinger, 0.282926370748, 1e-12);
  EXPECT_NEAR(gaussian_renyi(of(p), of(q), 0.5), -2 * std::log1p(-hellinger), 1e-14);
  EXPECT_EQ(gaussian_renyi(of(p), of(q), 1), gaussian_kl(of(p), of(q)));
}

TEST_F(PairG1, D6AnAffineMapLeavesTheKlAlone) {
  const Matrix A(2, {2, -1, 0.5, 3});
  const auto mapped = [&](const DensityPtr& x) {
    const auto m = x->mean();
    const Matrix s = multiply(A, multiply(x->covariance(), transpose(A)));
    return make_normal({2 * m[0] - m[1] + 7, 0.5 * m[0] + 3 * m[1] - 2}, s);
  };
  EXPECT_NEAR(gaussian_kl(of(mapped(p)), of(mapped(q))), gaussian_kl(of(p), of(q)), 1e-13);
  // DW: a KL that forgets the log-determinant changes under the map where the covariances differ.
}

TEST(GaussianClosedForms, D6DiagonalIsFull) {
  const auto p = make_normal({0.3, -1}, Matrix(2, {0.5, 0, 0, 2}));
  const auto q = make_normal({1, 0.5}, Matrix(2, {1.5, 0, 0, 0.7}));
  const std::vector<double> mp = {0.3, -1}, mq = {1, 0.5};
  const std::vector<double> vp = {std::log(0.5), std::log(2)}, vq = {std::log(1.5), std::log(0.7)};
  EXPECT_NEAR(diagonal_gaussian_kl(mp, vp, mq, vq), gaussian_kl(of(p), of(q)), 1e-14);
}

TEST(GaussianClosedForms, F19KlToTheStandardNormal) {
  const std::vector<double> mean = {0.3, -1.2}, log_var = {-0.5, 0.25};
  double direct = 0.0;
  for (std::size_t i = 0; i < 2; ++i) {
    direct += 0.5 * (mean[i] * mean[i] + std::exp(log_var[i]) - 1 - log_var[i]);
  }
  EXPECT_NEAR(standard_gaussian_kl(mean, log_var), direct, 1e-15);
  const std::vector<double> zero = {0, 0}, tiny = {1e-9, -1e-9};
  EXPECT_NEAR(standard_gaussian_kl(zero, tiny) / 0.5e-18, 1.0, 1e-6) << "no cancellation";
}

TEST(GaussianClosedForms, SameCovarianceIsEquality) {
  const auto p = make_normal({0, 0}, Matrix(2, {1, 0.2, 0.2, 1}));
  EXPECT_TRUE(same_covariance(of(p), of(make_normal({5, 1}, Matrix(2, {1, 0.2, 0.2, 1})))));
  EXPECT_FALSE(same_covariance(of(p), of(make_normal({5, 1}, Matrix(2, {1, 0.1, 0.1, 1})))));
  EXPECT_NEAR(mahalanobis(of(p), of(make_normal({1, 1}, p->covariance()))), std::sqrt(2 / 1.2),
              1e-14);
}

// Isotropic: E|N(mu, s² I)| = s √(π/2) L_{1/2}^{(d/2-1)}(-|mu|²/2s²); in the plane by Bessel
// functions, in space elementary.
TEST(GaussianClosedForms, MeanNormAgainstKnownFormulas) {
  const double pi = std::numbers::pi;
  EXPECT_NEAR(gaussian_mean_norm(std::vector<double>{0, 0}, identity_matrix(2)), std::sqrt(pi / 2),
              1e-12);
  EXPECT_NEAR(gaussian_mean_norm(std::vector<double>{0, 0, 0}, identity_matrix(3)),
              2 * std::sqrt(2 / pi), 1e-12);
  const double m = 1.7;  // in space: √(2/π) e^(-m²/2) + (m + 1/m) erf(m/√2)
  EXPECT_NEAR(
      gaussian_mean_norm(std::vector<double>{0, m, 0}, identity_matrix(3)),
      std::sqrt(2 / pi) * std::exp(-m * m / 2) + (m + 1 / m) * std::erf(m / std::numbers::sqrt2),
      1e-12);
  // In the plane, L_{1/2}(-x) = e^(-x/2) [(1 + x) I0(x/2) + x I1(x/2)], x = m²/2.
  const double x = m * m / 2;
  EXPECT_NEAR(gaussian_mean_norm(std::vector<double>{m, 0}, identity_matrix(2)),
              std::sqrt(pi / 2) * std::exp(-x / 2) *
                  ((1 + x) * std::cyl_bessel_i(0, x / 2) + x * std::cyl_bessel_i(1, x / 2)),
              1e-12);
  // Very unequal variances: nearly one-dimensional.
  EXPECT_NEAR(gaussian_mean_norm(std::vector<double>{1, 0}, Matrix(2, {4, 0, 0, 1e-16})),
              gaussian_mean_norm(std::vector<double>{1}, Matrix(1, {4})), 1e-8);
  EXPECT_NEAR(gaussian_mean_norm(std::vector<double>{1e6, 0}, identity_matrix(2)), 1e6, 1e-5);
}

TEST(GaussianClosedForms, MeanKernelIsTheIsotropicFormula) {
  const auto p = make_normal({0, 0}, Matrix(2, {1, 0, 0, 1}));
  const auto q = make_normal({1, 2}, Matrix(2, {4, 0, 0, 4}));
  const double h2 = 1.5 * 1.5, s = 5.0;
  EXPECT_NEAR(gaussian_mean_kernel(of(p), of(q), 1.5),
              h2 / (h2 + s) * std::exp(-5.0 / (2 * (h2 + s))), 1e-15);
}

// Closed forms of other families against quadrature of their log-densities.
TEST(ClosedKl, AgreesWithQuadrature) {
  const auto by_quadrature = [](const DensityPtr& p, const DensityPtr& q,
                                const std::vector<double>& points) {
    return integrate(
        [&](double x) {
          const double log_p = p->log_density(x);
          return std::exp(log_p) * (log_p - q->log_density(x));
        },
        points);
  };
  EXPECT_NEAR(laplace_kl(0.2, 0.7, -1, 2),
              by_quadrature(make_laplace(0.2, 0.7), make_laplace(-1, 2), {-30, -5, -1, 0.2, 5, 30}),
              1e-11);
  EXPECT_NEAR(exponential_kl(2, 0.5),
              by_quadrature(make_exponential(2), make_exponential(0.5), {0, 1, 5, 25}), 1e-11);
  EXPECT_NEAR(uniform_kl(0, 1, -1, 3), std::log(4), 1e-15);
  EXPECT_EQ(uniform_kl(0, 1, 0.5, 3), kInfinity);
  EXPECT_NEAR(exponential_kl(1, 1 + 1e-8) / 0.5e-16, 1.0, 1e-7) << "no cancellation";
}

}  // namespace
}  // namespace elbow
