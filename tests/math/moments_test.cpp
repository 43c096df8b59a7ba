#include "math/moments.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

Tensor normal(std::int64_t n, std::uint64_t seed, double mean = 0.0) {
  at::Generator generator = make_generator(seed);
  return at::empty({n}).normal_(mean, 1.0, generator);
}

TEST(Moments, MeanAndStandardErrorByHand) {
  const Moments m = moments(at::tensor({1.0f, 2.0f, 4.0f, 5.0f}));
  EXPECT_DOUBLE_EQ(m.mean, 3.0);
  // Squared deviations 4 + 1 + 1 + 4 = 10; divided by n - 1 = 3 and by n = 4.
  EXPECT_DOUBLE_EQ(m.se, std::sqrt(10.0 / 3.0 / 4.0));
  EXPECT_EQ(m.count, 4);
}

TEST(Moments, ScalarAndSingleSampleHaveNoError) {
  EXPECT_EQ(moments(at::full({}, 7.0)).se, 0.0);
  EXPECT_EQ(moments(at::full({}, 7.0)).mean, 7.0);
  EXPECT_EQ(moments(at::full({1}, 7.0f)).se, 0.0);
  EXPECT_EQ(moments(at::full({1}, 7.0f)).count, 1);
}

TEST(Moments, LargeOffsetDoesNotCancel) {
  const Tensor values = normal(1000, 1).to(at::kDouble);
  const Moments plain = moments(values), shifted = moments(values + 1e8);
  EXPECT_NEAR(shifted.se / plain.se, 1.0, 1e-6);
}

TEST(Moments, AccumulatesInDouble) {
  // In float32 the sum would stop growing at 2^24.
  EXPECT_DOUBLE_EQ(moments(at::full({20000000}, 1.0f)).mean, 1.0);
}

TEST(Moments, StridedIntegerAndGraphInputs) {
  const Tensor matrix = at::tensor({1.0f, 9.0f, 2.0f, 9.0f, 6.0f, 9.0f}).view({3, 2});
  EXPECT_DOUBLE_EQ(moments(matrix.select(1, 0)).mean, 3.0);
  EXPECT_DOUBLE_EQ(moments(at::tensor({1, 0, 1, 0})).mean, 0.5);
  EXPECT_DOUBLE_EQ(moments(at::full({2}, 3.0f).set_requires_grad(true)).mean, 3.0);
}

TEST(Moments, OfEachRowAreThoseOfTheRowAlone) {
  for (const Tensor& matrix : {normal(60, 7).view({3, 20}), normal(60, 8).view({20, 3}).t(),
                               normal(60, 9).view({3, 20}).to(at::kDouble)}) {
    const std::vector<Moments> rows = row_moments(matrix);
    ASSERT_EQ(rows.size(), 3u);
    for (std::int64_t i = 0; i < 3; ++i) {
      const Moments alone = moments(matrix.select(0, i));
      EXPECT_EQ(rows[static_cast<std::size_t>(i)].mean, alone.mean);
      EXPECT_EQ(rows[static_cast<std::size_t>(i)].se, alone.se);
      EXPECT_EQ(rows[static_cast<std::size_t>(i)].count, 20);
    }
  }
  EXPECT_THROW(row_moments(at::zeros({3})), Error);
  EXPECT_THROW(row_moments(at::zeros({3, 0})), Error);
}

TEST(Moments, MatricesAndEmptyTensorsAreErrors) {
  EXPECT_THROW(moments(at::zeros({2, 2})), Error);
  EXPECT_THROW(moments(at::zeros({0})), Error);
}

TEST(Moments, NonFiniteStaysVisible) {
  EXPECT_TRUE(std::isnan(moments(at::tensor({1.0f, std::nanf("")})).mean));
}

TEST(Pool, EqualsTheMomentsOfTheUnion) {
  const Tensor all = normal(1000, 2, 3.0);
  const Moments whole = moments(all);
  Moments pooled = moments(all.narrow(0, 0, 1));
  for (const auto& [start, count] : {std::pair{1, 7}, {8, 492}, {500, 1}, {501, 499}}) {
    pooled = pool(pooled, moments(all.narrow(0, start, count)));
  }
  EXPECT_EQ(pooled.count, 1000);
  EXPECT_NEAR(pooled.mean, whole.mean, 1e-13);
  EXPECT_NEAR(pooled.se / whole.se, 1.0, 1e-12);
}

TEST(Pool, IsNotTheMeanOfMeans) {
  const Moments pooled = pool({0.0, 0.0, 3}, {4.0, 0.0, 1});
  EXPECT_DOUBLE_EQ(pooled.mean, 1.0);
  EXPECT_DOUBLE_EQ(pooled.se, std::sqrt(12.0 / 3.0 / 4.0));
}

}  // namespace
}  // namespace elbow
