#include "math/host.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <vector>

namespace elbow {
namespace {

const std::vector<double> kRowMajor{1.0, 2.0, 3.0, 4.0, 5.0, 6.0};

TEST(Host, NumbersComeInRowMajorOrderWhateverTheLayoutAndType) {
  const Tensor t = at::tensor({1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}).view({2, 3});
  EXPECT_EQ(to_doubles(t), kRowMajor);
  EXPECT_EQ(to_doubles(t.to(at::kDouble)), kRowMajor);
  EXPECT_EQ(to_doubles(t.to(at::kLong)), kRowMajor);
  EXPECT_EQ(to_doubles(t.t().contiguous().t()), kRowMajor);
  EXPECT_EQ(to_doubles(t.clone().set_requires_grad(true)), kRowMajor);
}

TEST(Host, CopiesOnlyWhatIsNotThereYet) {
  const Tensor t = at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).view({2, 2});
  EXPECT_TRUE(on_host(t, at::kFloat).is_same(t));
  EXPECT_FALSE(on_host(t, at::kDouble).is_same(t));
  const Tensor turned = on_host(t.t(), at::kFloat);
  EXPECT_TRUE(turned.is_contiguous());
  EXPECT_TRUE(turned.equal(t.t()));
}

}  // namespace
}  // namespace elbow
