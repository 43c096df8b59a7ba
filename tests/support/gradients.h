// Derivatives checked against central differences, in double precision. The one helper for it.
#pragma once

#include "math/tensor.h"

#include <functional>

namespace elbow::testing {

/// A scalar as a function of one tensor.
using ScalarFunction = std::function<Tensor(const Tensor&)>;

/// d f / d input at `input`, by autograd. The function's own graph is not kept.
Tensor gradient_of(const ScalarFunction& f, const Tensor& input);

/// Central differences (f(x + h) - f(x - h)) / 2h of each element, h = 1e-5 max(1, |x|).
/// input: float64.
Tensor finite_difference(const ScalarFunction& f, const Tensor& input);

/// EXPECTs that autograd and central differences agree in every element:
/// |a - b| <= tolerance * max(1, |a|, |b|). The default leaves room for the truncation error h^2
/// and the rounding error eps |f| / h of values around 100.
void expect_gradient_matches(const ScalarFunction& f, const Tensor& input, double tolerance = 1e-6);

/// The same for second derivatives: of x -> <c, f'(x)> with a fixed random direction c.
void expect_second_gradient_matches(const ScalarFunction& f, const Tensor& input,
                                    double tolerance = 1e-6);

/// EXPECTs |a - b| <= tolerance * max(1, |a|, |b|) in every element, in float64; both finite.
void expect_close(const Tensor& a, const Tensor& b, double tolerance);

}  // namespace elbow::testing
