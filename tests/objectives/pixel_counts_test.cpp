#include "objectives/pixel_counts.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::fixed_numbers;

TEST(PixelCounts, EqualTheTensorFormulaForEveryLength) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const std::int64_t d : {1, 15, 16, 17, 784}) {
      const Tensor l = 40.0 * fixed_numbers(3, d, 1, type);
      const Tensor x = (2.0 * fixed_numbers(3, d, 2, type)).clamp(0.0, 1.0);
      const PixelCounts counts = count_pixels(l, x);
      EXPECT_TRUE(counts.saturated.equal((l.abs() > 15.0).sum(1))) << d;
      EXPECT_TRUE(counts.grey.equal((x > 0).logical_and(x < 1).sum(1))) << d;
    }
}

TEST(PixelCounts, AcceptsTensorsThatAreNotContiguous) {
  const Tensor l = 40.0 * fixed_numbers(6, 5, 1, at::kFloat).t();
  const Tensor x = fixed_numbers(6, 5, 2, at::kFloat).abs().t();
  EXPECT_TRUE(count_pixels(l, x).saturated.equal((l.abs() > 15.0).sum(1)));
}

TEST(PixelCounts, NamesShapesThatDiffer) {
  EXPECT_THROW(count_pixels(at::zeros({2, 3}), at::zeros({2, 4})), Error);
  EXPECT_THROW(count_pixels(at::zeros({2, 3}), at::zeros({2, 3}, at::kDouble)), Error);
}

}  // namespace
}  // namespace elbow
