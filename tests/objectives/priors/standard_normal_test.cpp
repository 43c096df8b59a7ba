#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "math/fused.h"
#include "objectives/registry.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

TEST(StandardNormal, APosteriorThatEqualsThePriorCostsNothing) {
  const Tensor zero = at::zeros({4, 6}, at::kDouble);
  const GaussianPosterior q =
      sample_gaussian_posterior(zero, testing::fixed_numbers(4, 3, 1, at::kDouble));
  EXPECT_EQ(q.kl.abs().max().item<double>(), 0.0);
  // Any other costs something: the prior is neither shifted nor scaled.
  const Tensor half = at::zeros({4, 3}, at::kDouble) + 0.5, none = at::zeros({4, 3}, at::kDouble);
  for (const Tensor& other : {at::cat({half, none}, 1), at::cat({none, half}, 1)})
    EXPECT_GT(sample_gaussian_posterior(other, none).kl.min().item<double>(), 0.05);
}

TEST(StandardNormal, ServesVaesAndHasNoParameters) {
  ASSERT_FALSE(prior_entries().empty());
  for (const PriorEntry& entry : prior_entries()) {
    if (entry.spec.name != "standard_normal") continue;
    EXPECT_EQ(entry.spec.family, "vae");
    EXPECT_TRUE(entry.spec.parameters.empty());
    return;
  }
  FAIL() << "not registered";
}

}  // namespace
}  // namespace elbow
