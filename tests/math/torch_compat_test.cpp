#include "math/torch_compat.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/gradients.h"

namespace elbow {
namespace {

TEST(MakeGenerator, SameSeedSameStreamAndItsOwn) {
  at::Generator a = make_generator(5), b = make_generator(5), c = make_generator(6);
  const Tensor first = at::empty({8}).normal_(0, 1, a);
  EXPECT_TRUE(first.equal(at::empty({8}).normal_(0, 1, b)));
  EXPECT_FALSE(first.equal(at::empty({8}).normal_(0, 1, c)));
}

TEST(MakeGenerator, StateCanBeSavedAndRestored) {
  at::Generator a = make_generator(5);
  at::empty({3}).normal_(0, 1, a);
  const Tensor state = a.get_state();
  const Tensor next = at::empty({50}).normal_(0, 1, a);
  a.set_state(state);
  EXPECT_TRUE(next.equal(at::empty({50}).normal_(0, 1, a)));
}

TEST(Gradients, InOrderWithZerosForUnusedInputs) {
  Tensor a = at::full({2}, 3.0).set_requires_grad(true);
  Tensor b = at::full({3}, 2.0).set_requires_grad(true);
  Tensor unused = at::full({4}, 1.0).set_requires_grad(true);
  const auto g = gradients((a.square()).sum() * b.sum(), {b, unused, a});
  testing::expect_close(g[0], at::full({3}, 18.0), 1e-6);
  testing::expect_close(g[1], at::zeros({4}), 0.0);
  testing::expect_close(g[2], at::full({2}, 36.0), 1e-6);
  EXPECT_FALSE(a.grad().defined());
}

TEST(Gradients, GraphIsFreedUnlessKept) {
  Tensor a = at::full({2}, 3.0).set_requires_grad(true);
  const Tensor kept = a.square().sum();
  gradients(kept, {a}, false, true);
  EXPECT_NO_THROW(gradients(kept, {a}));
  EXPECT_ANY_THROW(gradients(kept, {a}));
  const Tensor cube = (a * a * a).sum();
  const Tensor g = gradients(cube, {a}, /*create_graph=*/true)[0];
  testing::expect_close(gradients(g.sum(), {a})[0], at::full({2}, 18.0), 1e-6);
}

TEST(Gradients, LossMustBeAScalarWithAGraph) {
  Tensor a = at::full({2}, 3.0).set_requires_grad(true);
  EXPECT_THROW(gradients(a * 2.0, {a}), Error);
  EXPECT_THROW(gradients(at::zeros({}), {a}), Error);
}

TEST(ShapeText, ReadsLikePython) {
  EXPECT_EQ(shape_text(at::zeros({128, 784})), "[128, 784]");
  EXPECT_EQ(shape_text(at::zeros({})), "[]");
  EXPECT_EQ(shape_text(Tensor()), "[undefined]");
}

// The helper itself must be able to fail.
TEST(FiniteDifference, SeesAWrongGradient) {
  const Tensor x = at::tensor({0.5, -1.0, 2.0}, at::kDouble);
  const auto cube = [](const Tensor& t) { return (t * t * t).sum(); };
  testing::expect_gradient_matches(cube, x);
  testing::expect_second_gradient_matches(cube, x);
  const Tensor wrong = testing::gradient_of([](const Tensor& t) { return t.square().sum(); }, x);
  EXPECT_GT((wrong - testing::finite_difference(cube, x)).abs().max().item<double>(), 0.1);
}

}  // namespace
}  // namespace elbow
