// adam_step and squared_norm against textbook loops in double precision.
#include "math/tensor.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/fused.h"
#include "math/torch_compat.h"
#include "tests/support/gradients.h"

namespace elbow {
namespace {

using testing::expect_close;

Tensor normal(std::vector<std::int64_t> shape, std::uint64_t seed, double scale = 1.0) {
  at::Generator generator = make_generator(seed);
  return at::empty(shape).normal_(0.0, scale, generator);
}

/// Algorithm 1 of Kingma & Ba 2015 as printed, with decoupled weight decay, on doubles.
struct Textbook {
  std::vector<double> theta, m, v;
  void step(const std::vector<double>& g, const AdamStep& s) {
    for (std::size_t i = 0; i < theta.size(); ++i) {
      const double gi = s.gradient_scale * g[i];
      m[i] = s.beta1 * m[i] + (1.0 - s.beta1) * gi;
      v[i] = s.beta2 * v[i] + (1.0 - s.beta2) * gi * gi;
      const double m_hat = m[i] / (1.0 - std::pow(s.beta1, s.t));
      const double v_hat = v[i] / (1.0 - std::pow(s.beta2, s.t));
      theta[i] -= s.lr * s.weight_decay * theta[i];
      theta[i] -= s.lr * m_hat / (std::sqrt(v_hat) + s.eps);
    }
  }
};

std::vector<double> doubles(const Tensor& t) {
  const Tensor wide = t.to(at::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

void follows_the_textbook(at::ScalarType type, double decay, double scale, double tolerance) {
  const std::int64_t n = 20001;  // three pieces, the last one odd
  Tensor p = normal({n}, 1).to(type);
  Tensor m = at::zeros_like(p), v = at::zeros_like(p);
  Textbook book{doubles(p), std::vector<double>(n, 0.0), std::vector<double>(n, 0.0)};
  for (std::int64_t t = 1; t <= 20; ++t) {
    const Tensor g = normal({n}, static_cast<std::uint64_t>(100 + t), 0.1).to(type);
    const AdamStep step{1e-2, 0.9, 0.999, 1e-8, decay, t, scale};
    const double squares = adam_step(p, g, m, v, step);
    book.step(doubles(g), step);
    EXPECT_NEAR(squares / g.to(at::kDouble).square().sum().item<double>(), 1.0, 1e-12);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const double value = p[i].item<double>(), truth = book.theta[static_cast<std::size_t>(i)];
    ASSERT_NEAR(value, truth, tolerance * std::max(1.0, std::abs(truth))) << "element " << i;
  }
}

// Twenty float32 roundings of a parameter of size 1: 20 * 6e-8, and of steps of size 1e-2.
TEST(AdamStep, FollowsTheTextbookForTwentySteps) {
  follows_the_textbook(at::kFloat, 0.0, 1.0, 3e-6);
}
TEST(AdamStep, WithWeightDecayAndClipping) { follows_the_textbook(at::kFloat, 0.1, 0.25, 3e-6); }
TEST(AdamStep, PlainRouteInDoublePrecision) { follows_the_textbook(at::kDouble, 0.1, 0.25, 1e-13); }

TEST(AdamStep, FirstStepHasTheSizeOfTheRate) {
  Tensor p = at::zeros({3}), m = at::zeros({3}), v = at::zeros({3});
  const Tensor g = at::full({3}, 1e-3f);
  adam_step(p, g, m, v, {0.01, 0.9, 0.999, 1e-8, 0.0, 1});
  // |m_hat / sqrt(v_hat)| = 1; a missing bias correction would give 0.1 / sqrt(0.001) = 3.2.
  expect_close(p, at::full({3}, -0.01f), 1e-6);
}

TEST(AdamStep, EpsStandsOutsideTheRoot) {
  Tensor p = at::zeros({1}), m = at::zeros({1}), v = at::zeros({1});
  adam_step(p, at::full({1}, 1e-3f), m, v, {1.0, 0.9, 0.999, 1e-3, 0.0, 1});
  EXPECT_NEAR(p.item<double>(), -0.5, 1e-5);  // inside the root it would be -0.03
}

TEST(AdamStep, NonContiguousParameterAndMatrix) {
  Tensor a = normal({40, 30}, 7), b = a.clone();
  const Tensor g = normal({40, 30}, 8);
  Tensor ma = at::zeros({40, 30}), va = at::zeros({40, 30});
  Tensor mb = at::zeros({30, 40}).t(), vb = at::zeros({30, 40}).t();
  const AdamStep step{1e-3, 0.9, 0.999, 1e-8, 0.0, 1};
  const double na = adam_step(a, g, ma, va, step), nb = adam_step(b, g, mb, vb, step);
  EXPECT_NEAR(na / nb, 1.0, 1e-12);
  expect_close(a, b, 1e-6);
}

TEST(AdamStep, SameBitsForEveryNumberOfThreads) {
  const int before = at::get_num_threads();
  std::vector<Tensor> reference;
  double norm = 0.0;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    Tensor p = normal({100001}, 9), m = at::zeros({100001}), v = at::zeros({100001});
    const double squares =
        adam_step(p, normal({100001}, 10), m, v, {1e-3, 0.9, 0.999, 1e-8, 0.01, 1});
    if (reference.empty()) reference = {p, m, v}, norm = squares;
    EXPECT_TRUE(p.equal(reference[0]) && m.equal(reference[1]) && v.equal(reference[2]));
    EXPECT_EQ(squares, norm);
  }
  at::set_num_threads(before);
}

TEST(AdamStep, AStaleGraphNotices) {
  Tensor p = normal({4}, 11).set_requires_grad(true);
  const Tensor loss = p.square().sum();
  const Tensor g = gradients(loss, {p}, false, /*keep_graph=*/true)[0];
  adam_step(p, g, at::zeros({4}), at::zeros({4}), {1e-3, 0.9, 0.999, 1e-8, 0.0, 1});
  EXPECT_ANY_THROW(gradients(loss, {p}));
  EXPECT_TRUE(p.requires_grad());
}

TEST(AdamStep, WrongShapesNameBoth) {
  try {
    adam_step(at::zeros({2, 3}), at::zeros({3, 2}), at::zeros({2, 3}), at::zeros({2, 3}),
              {1e-3, 0.9, 0.999, 1e-8, 0.0, 1});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("[2, 3]"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("gradient [3, 2]"));
  }
}

TEST(SquaredNorm, EqualsTheSumOfSquares) {
  const Tensor t = normal({313, 101}, 12);
  double expected = 0.0;
  for (const double value : doubles(t)) expected += value * value;
  EXPECT_NEAR(squared_norm(t) / expected, 1.0, 1e-13);
  EXPECT_NEAR(squared_norm(t.t()) / expected, 1.0, 1e-13);
  EXPECT_NEAR(squared_norm(t.to(at::kDouble)) / expected, 1.0, 1e-13);
  EXPECT_EQ(squared_norm(at::zeros({0})), 0.0);
  // Beyond the range of float32 squares.
  EXPECT_NEAR(squared_norm(at::full({4}, 1e25f)) / 4e50, 1.0, 1e-6);
}

}  // namespace
}  // namespace elbow
