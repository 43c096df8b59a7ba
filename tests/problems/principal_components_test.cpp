#include "problems/principal_components.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace elbow::problems {
namespace {

Tensor matrix(std::int64_t rows, std::int64_t columns, const std::vector<double>& values) {
  Tensor t = at::empty({rows, columns}, at::kDouble);
  std::copy(values.begin(), values.end(), t.data_ptr<double>());
  return t;
}

TEST(CovarianceSpectrum, DividesByTheNumberOfRowsAndSorts) {
  // Coordinates (±3, ±1) around (5, 7): variances 9 and 1.
  const Tensor x = matrix(4, 2, {8, 8, 2, 8, 8, 6, 2, 6});
  const std::vector<double> spectrum = covariance_spectrum(x);
  ASSERT_EQ(spectrum.size(), 2u);
  EXPECT_NEAR(spectrum[0], 9.0, 1e-12);
  EXPECT_NEAR(spectrum[1], 1.0, 1e-12);
}

TEST(LearnedVariance, IsTheMeanOfWhatIsLeftOut) {
  const std::vector<double> spectrum = {4.0, 2.0, 0.5, 0.3, 0.1};
  const LinearOptimum o = learned_variance_optimum(spectrum, 2);
  EXPECT_NEAR(o.variance, 0.3, 1e-15);
  ASSERT_EQ(o.active, 2);
  EXPECT_NEAR(o.kl[0], 0.5 * std::log(4.0 / 0.3), 1e-14);
  EXPECT_NEAR(o.sse, 5 * 0.3, 1e-14);
  // Tipping & Bishop 1999, equation 8.
  const double expected =
      -0.5 * (std::log(4.0) + std::log(2.0) + 3 * std::log(0.3) + 5 * std::log(2.0 * M_PI) + 5);
  EXPECT_NEAR(o.elbo, expected, 1e-12);
  EXPECT_THROW(learned_variance_optimum(spectrum, 5), Error);
}

TEST(LearnedVariance, MaximisesTheFixedVarianceBound) {
  const std::vector<double> spectrum = {4.0, 2.0, 0.5, 0.3, 0.1};
  const LinearOptimum best = learned_variance_optimum(spectrum, 2);
  for (const double factor : {0.8, 0.95, 1.05, 1.25})
    EXPECT_LT(fixed_variance_optimum(spectrum, 2, 1.0, factor * best.variance).elbo, best.elbo);
}

TEST(FixedVariance, WaterFilling) {
  const std::vector<double> spectrum = {4.0, 2.0, 0.5, 0.3, 0.1};
  const LinearOptimum o = fixed_variance_optimum(spectrum, 4, 2.0, 0.2);
  EXPECT_EQ(o.active, 3);
  EXPECT_NEAR(o.sse, 3 * 0.4 + 0.3 + 0.1, 1e-14);
  EXPECT_NEAR(o.total_kl, 0.5 * std::log(4.0 * 2.0 * 0.5 / (0.4 * 0.4 * 0.4)), 1e-14);
  EXPECT_EQ(fixed_variance_optimum(spectrum, 4, 100.0, 0.2).active, 0);
}

TEST(FixedVariance, SlopeOfTheRateDistortionCurveIsMinusBeta) {
  const std::vector<double> spectrum = {4.0, 2.0, 0.5, 0.3, 0.1};
  const double beta = 3.0, h = 1e-5;
  const LinearOptimum a = fixed_variance_optimum(spectrum, 4, beta - h, 0.2);
  const LinearOptimum b = fixed_variance_optimum(spectrum, 4, beta + h, 0.2);
  EXPECT_NEAR((b.reconstruction - a.reconstruction) / (a.total_kl - b.total_kl), -beta, 1e-6);
}

TEST(GaussianLogLikelihood, IsTheDensityOfEachRow) {
  // W = (2, 0)ᵀ, σ² = 0.5: covariance diag(4.5, 0.5).
  const Tensor x = matrix(2, 2, {1.0, 2.0, -1.0, 0.0}), w = matrix(2, 1, {2.0, 0.0});
  const Tensor b = matrix(1, 2, {0.5, 1.0}).squeeze(0);
  const auto density = [](double u, double v) {
    return -0.5 * (u * u / 4.5 + v * v / 0.5 + std::log(4.5 * 0.5) + 2.0 * std::log(2.0 * M_PI));
  };
  EXPECT_NEAR(gaussian_log_likelihood(x, w, b, 0.5),
              0.5 * (density(0.5, 1.0) + density(-1.5, -1.0)), 1e-12);
}

}  // namespace
}  // namespace elbow::problems
