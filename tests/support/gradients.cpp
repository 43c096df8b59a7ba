#include "tests/support/gradients.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/randn_like.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "math/torch_compat.h"

namespace elbow::testing {

Tensor gradient_of(const ScalarFunction& f, const Tensor& input) {
  Tensor x = input.detach().clone();
  x.set_requires_grad(true);
  const GradModeGuard on(true);
  return gradients(f(x), {x})[0].detach();
}

Tensor finite_difference(const ScalarFunction& f, const Tensor& input) {
  if (input.scalar_type() != at::kDouble) {
    ADD_FAILURE() << "finite differences need float64";
    return at::empty_like(input);
  }
  Tensor x = input.detach().clone().contiguous();
  Tensor result = at::empty_like(x);
  double* value = x.data_ptr<double>();
  double* out = result.data_ptr<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double center = value[i];
    const double h = 1e-5 * std::max(1.0, std::abs(center));
    value[i] = center + h;
    const double above = f(x.clone()).item<double>();
    value[i] = center - h;
    const double below = f(x.clone()).item<double>();
    value[i] = center;
    out[i] = (above - below) / (2.0 * h);
  }
  return result;
}

void expect_close(const Tensor& a, const Tensor& b, double tolerance) {
  ASSERT_EQ(a.sizes(), b.sizes());
  const Tensor left = a.detach().to(at::kDouble).contiguous();
  const Tensor right = b.detach().to(at::kDouble).contiguous();
  const double *l = left.data_ptr<double>(), *r = right.data_ptr<double>();
  for (std::int64_t i = 0; i < left.numel(); ++i) {
    const double scale = std::max({1.0, std::abs(l[i]), std::abs(r[i])});
    // Not "> tolerance", so that NaN fails.
    if (!(std::abs(l[i] - r[i]) <= tolerance * scale)) {
      ADD_FAILURE() << "element " << i << " of " << shape_text(a) << ": " << l[i] << " against "
                    << r[i] << ", tolerance " << tolerance * scale;
      return;
    }
  }
}

void expect_gradient_matches(const ScalarFunction& f, const Tensor& input, double tolerance) {
  expect_close(gradient_of(f, input), finite_difference(f, input), tolerance);
}

void expect_second_gradient_matches(const ScalarFunction& f, const Tensor& input,
                                    double tolerance) {
  at::Generator generator = make_generator(20240229);
  const Tensor direction = at::randn_like(input).normal_(0.0, 1.0, generator);
  const auto slope = [&](const Tensor& at) {
    Tensor x = at.requires_grad() ? at : at.detach().clone().set_requires_grad(true);
    const GradModeGuard on(true);
    return (gradients(f(x), {x}, /*create_graph=*/true)[0] * direction).sum();
  };
  expect_gradient_matches(slope, input, tolerance);
}

}  // namespace elbow::testing
