// The two routes of a transposed convolution, against each other, a naive sum and differences.
#include "models/conv_transpose.h"

#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "math/torch_compat.h"
#include "tests/support/gradients.h"

namespace elbow {
namespace {

Tensor normal(std::vector<std::int64_t> shape, std::uint64_t seed) {
  at::Generator generator = make_generator(seed);
  return at::empty(shape).normal_(0.0, 1.0, generator);
}

TEST(ConvTranspose, EqualsTheNaiveScatter) {
  const Tensor x = normal({1, 2, 3, 3}, 1), w = normal({2, 3, 4, 4}, 2), b = normal({3}, 3);
  Tensor y = at::zeros({1, 3, 6, 6});
  for (std::int64_t o = 0; o < 3; ++o) y[0][o].fill_(b[o]);
  for (std::int64_t c = 0; c < 2; ++c)
    for (std::int64_t o = 0; o < 3; ++o)
      for (std::int64_t i = 0; i < 9; ++i)
        for (std::int64_t k = 0; k < 16; ++k) {
          const std::int64_t row = i / 3 * 2 + k / 4 - 1, column = i % 3 * 2 + k % 4 - 1;
          if (row < 0 || row > 5 || column < 0 || column > 5) continue;
          y[0][o][row][column] += x[0][c][i / 3][i % 3] * w[c][o][k / 4][k % 4];
        }
  testing::expect_close(conv_transpose(x, w, b, 2, 1), y, 1e-5);
  testing::expect_close(conv_transpose_as_gradient(x, w, b, 2, 1), y, 1e-5);
}

TEST(ConvTranspose, BothRoutesHaveTheSameGradients) {
  std::vector<Tensor> inputs = {normal({16, 8, 7, 7}, 4), normal({8, 5, 4, 4}, 5), normal({5}, 6)};
  for (Tensor& t : inputs) t.set_requires_grad(true);
  const Tensor weight = normal({16, 5, 14, 14}, 7);
  const Tensor a = conv_transpose_as_gradient(inputs[0], inputs[1], inputs[2], 2, 1);
  const Tensor b = at::conv_transpose2d(inputs[0], inputs[1], inputs[2], {2, 2}, {1, 1});
  testing::expect_close(a, b, 2e-5);
  const auto ga = gradients((a * weight).sum(), inputs), gb = gradients((b * weight).sum(), inputs);
  // Sums over up to 16 * 14 * 14 products of float32.
  for (std::size_t i = 0; i < 3; ++i) testing::expect_close(ga[i], gb[i], 2e-4);
}

TEST(ConvTranspose, DerivativesOfTheGradientRoute) {
  const Tensor x = normal({1, 2, 3, 3}, 8).to(at::kDouble);
  const Tensor w = normal({2, 2, 4, 4}, 9).to(at::kDouble), b = normal({2}, 10).to(at::kDouble);
  const auto scalar = [](const Tensor& y) { return (y * y * y).sum(); };
  const auto in_x = [&](const Tensor& t) {
    return scalar(conv_transpose_as_gradient(t, w, b, 2, 1));
  };
  const auto in_w = [&](const Tensor& t) {
    return scalar(conv_transpose_as_gradient(x, t, b, 2, 1));
  };
  const auto in_b = [&](const Tensor& t) {
    return scalar(conv_transpose_as_gradient(x, w, t, 2, 1));
  };
  testing::expect_gradient_matches(in_x, x, 1e-5);
  testing::expect_gradient_matches(in_w, w, 1e-5);
  testing::expect_gradient_matches(in_b, b, 1e-5);
  testing::expect_second_gradient_matches(in_x, x, 1e-4);
  testing::expect_second_gradient_matches(in_w, w, 1e-4);
}

TEST(ConvTranspose, FrozenWeightsGetNoGradient) {
  Tensor x = normal({2, 2, 3, 3}, 11).set_requires_grad(true);
  const Tensor y = conv_transpose_as_gradient(x, normal({2, 2, 4, 4}, 12), normal({2}, 13), 2, 1);
  EXPECT_EQ(gradients(y.sum(), {x})[0].sizes(), x.sizes());
}

}  // namespace
}  // namespace elbow
