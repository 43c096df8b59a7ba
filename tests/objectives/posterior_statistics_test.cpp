#include "objectives/posterior_statistics.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::fixed_numbers;

TEST(PosteriorStatistics, EqualsTheDensityWrittenOut) {
  const Tensor mu = 2.0 * fixed_numbers(5, 3, 1, at::kDouble);
  const Tensor log_var = fixed_numbers(5, 3, 2, at::kDouble);
  const Tensor eps = 1.5 * fixed_numbers(5, 3, 3, at::kDouble);
  const Tensor z = mu + (0.5 * log_var).exp() * eps;
  const PosteriorStatistics s = posterior_statistics(at::cat({mu, log_var}, 1), eps, z);
  int active = 0;
  for (int i = 0; i < 5; ++i) {
    double log_q = 0.0, log_p = 0.0;
    for (int j = 0; j < 3; ++j) {
      const double m = mu[i][j].item<double>(), sd = std::exp(0.5 * log_var[i][j].item<double>());
      const double value = z[i][j].item<double>();
      log_q += std::log(std::exp(-0.5 * std::pow((value - m) / sd, 2)) /
                        (sd * std::sqrt(2.0 * std::acos(-1.0))));
      log_p += std::log(std::exp(-0.5 * value * value) / std::sqrt(2.0 * std::acos(-1.0)));
    }
    EXPECT_NEAR(s.log_q_density[static_cast<std::size_t>(i)], log_q, 1e-12);
    EXPECT_NEAR(s.log_q_noise[static_cast<std::size_t>(i)], log_q, 1e-12);
    EXPECT_NEAR(s.log_p_z[static_cast<std::size_t>(i)], log_p, 1e-12);
  }
  for (int j = 0; j < 3; ++j) active += mu.select(1, j).var(true).item<double>() > 0.01 ? 1 : 0;
  EXPECT_EQ(s.active_units, active);
  EXPECT_DOUBLE_EQ(s.mu_min, mu.min().item<double>());
  EXPECT_DOUBLE_EQ(s.mu_max, mu.max().item<double>());
  EXPECT_DOUBLE_EQ(s.log_var_min, log_var.min().item<double>());
  EXPECT_DOUBLE_EQ(s.log_var_max, log_var.max().item<double>());
}

TEST(PosteriorStatistics, ActiveUnitsComeFromTheMeansNotFromTheSamples) {
  const Tensor eps = 3.0 * fixed_numbers(8, 2, 4, at::kDouble);
  // mu = 0, s = 1: z varies, the means do not.
  EXPECT_EQ(posterior_statistics(at::zeros({8, 4}, at::kDouble), eps, eps).active_units, 0);
  // A large common mean does not count either.
  const Tensor shifted = at::zeros({8, 4}, at::kDouble) + 1e6;
  EXPECT_EQ(posterior_statistics(shifted, eps, eps).active_units, 0);
}

TEST(PosteriorStatistics, RefusesShapesThatDoNotMatch) {
  const Tensor z = at::zeros({4, 3});
  EXPECT_THROW(posterior_statistics(at::zeros({4, 5}), z, z), Error);
  EXPECT_THROW(posterior_statistics(at::zeros({3, 6}), z, z), Error);
  EXPECT_THROW(posterior_statistics(at::zeros({4, 6}), at::zeros({4, 2}), z), Error);
}

}  // namespace
}  // namespace elbow
