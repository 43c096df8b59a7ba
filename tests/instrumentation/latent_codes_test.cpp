#include "instrumentation/latent_codes.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace elbow {
namespace {

TEST(KlPerDimension, EqualsTheFormula) {
  // Two rows, d = 2: mu then log_var.
  const Tensor codes =
      at::tensor({1.0, 0.0, 0.5, 0.0, -2.0, 0.0, -1.0, 0.0}, at::kFloat).reshape({2, 4});
  const auto kl = [](double mu, double lv) { return 0.5 * (mu * mu + std::exp(lv) - lv - 1.0); };
  const Tensor found = kl_per_dimension(codes);
  EXPECT_NEAR(found[0].item<double>(), 0.5 * (kl(1.0, 0.5) + kl(-2.0, -1.0)), 1e-7);
  EXPECT_EQ(found[1].item<double>(), 0.0);
}

TEST(ByFallingKl, SortsAndLimits) {
  const Tensor kl = at::tensor({0.1, 3.0, 0.1, 2.0}, at::kDouble);
  EXPECT_EQ(by_falling_kl(kl, 10), (std::vector<std::int64_t>{1, 3, 0, 2}));
  EXPECT_EQ(by_falling_kl(kl, 2), (std::vector<std::int64_t>{1, 3}));
}

TEST(Traversal, VariesOneDimensionARow) {
  const Tensor code = at::tensor({10.0, 20.0, 30.0}, at::kFloat);
  const Tensor codes = traversal_codes(code, {2, 0}, 3, 3.0);
  const Tensor expected = at::tensor({10.0, 20.0, -3.0,  //
                                      10.0, 20.0, 0.0,   //
                                      10.0, 20.0, 3.0,   //
                                      -3.0, 20.0, 30.0,  //
                                      0.0, 20.0, 30.0,   //
                                      3.0, 20.0, 30.0},
                                     at::kFloat)
                              .reshape({6, 3});
  EXPECT_TRUE(at::allclose(codes, expected));
  EXPECT_TRUE(at::allclose(code, at::tensor({10.0, 20.0, 30.0}, at::kFloat))) << "code is kept";
}

TEST(Manifold, QuantilesRightAndUp) {
  const Tensor codes = manifold_codes(4);
  ASSERT_EQ(codes.size(0), 16);
  // The distribution function of the normal, written with erfc, gives the cell centres back.
  const auto cdf = [](double q) { return 0.5 * std::erfc(-q / std::sqrt(2.0)); };
  for (std::int64_t row = 0; row < 4; ++row) {
    for (std::int64_t column = 0; column < 4; ++column) {
      const Tensor z = codes[row * 4 + column];
      EXPECT_NEAR(cdf(z[0].item<double>()), (static_cast<double>(column) + 0.5) / 4.0, 1e-6);
      EXPECT_NEAR(cdf(z[1].item<double>()), (3.5 - static_cast<double>(row)) / 4.0, 1e-6);
    }
  }
}

}  // namespace
}  // namespace elbow
