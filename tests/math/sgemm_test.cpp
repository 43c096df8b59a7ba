// The program's own `sgemm_`: every transposition against double precision, the switch, the
// counter, the same bits every time.
#include "math/tensor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "math/onednn_matmul.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "tests/support/gradients.h"

namespace elbow {
namespace {

Tensor normal(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  at::Generator generator = make_generator(seed);
  return at::empty({rows, columns}).normal_(0.0, 1.0, generator);
}

/// [rows, columns], stored by rows or by columns.
Tensor stored(std::int64_t rows, std::int64_t columns, bool by_columns, std::uint64_t seed) {
  return by_columns ? normal(columns, rows, seed).t() : normal(rows, columns, seed);
}

// Sums of up to 300 products: 300^(1/2) float32 roundings of magnitude 17.
constexpr double kTolerance = 5e-5;

TEST(Sgemm, EveryTranspositionAndShape) {
  const std::int64_t shapes[][3] = {{1, 1, 1}, {3, 5, 7}, {128, 40, 300}, {2, 128, 1}, {17, 1, 9}};
  for (const bool onednn : {true, false}) {
    use_onednn_matmul(onednn);
    for (const auto& [m, n, k] : shapes) {
      for (int flags = 0; flags < 4; ++flags) {
        const Tensor a = stored(m, k, (flags & 1) != 0, 1), b = stored(k, n, (flags & 2) != 0, 2);
        const Tensor truth = at::mm(a.to(at::kDouble), b.to(at::kDouble));
        testing::expect_close(at::mm(a, b), truth, kTolerance);
        const Tensor c = normal(m, n, 3);
        testing::expect_close(at::addmm(c, a, b, 0.5, -2.0), 0.5 * c - 2.0 * truth, kTolerance);
      }
    }
  }
  use_onednn_matmul(true);
}

TEST(Sgemm, EmptyInnerDimensionGivesZeros) {
  testing::expect_close(at::mm(at::empty({3, 0}), at::empty({0, 4})), at::zeros({3, 4}), 0.0);
}

TEST(Sgemm, SliceOfAWiderMatrix) {
  const Tensor wide = normal(20, 50, 4), b = normal(30, 6, 5);
  const Tensor a = wide.narrow(1, 10, 30);
  testing::expect_close(at::mm(a, b), at::mm(a.to(at::kDouble), b.to(at::kDouble)), kTolerance);
}

TEST(Sgemm, SameBitsEveryTime) {
  const int before = at::get_num_threads();
  configure_threads(2);
  const Tensor a = normal(128, 784, 6), b = normal(784, 400, 7);
  const Tensor first = at::mm(a, b);
  const Tensor gradient = at::mm(a.t(), first);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(at::mm(a, b).equal(first));
    EXPECT_TRUE(at::mm(a.t(), first).equal(gradient));
  }
  at::set_num_threads(before);
}

TEST(Sgemm, TheSwitchIsCounted) {
  if (onednn_matmul_calls() < 0) GTEST_SKIP() << "built without oneDNN products";
  use_onednn_matmul(false);
  EXPECT_FALSE(onednn_matmul_active());
  use_onednn_matmul(true);
  EXPECT_TRUE(onednn_matmul_active());
}

}  // namespace
}  // namespace elbow
