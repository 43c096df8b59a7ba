// The gradient of a critic in its input, per sample, for penalties on it.
#pragma once

#include "math/tensor.h"

#include "models/network.h"

namespace elbow {

/// s_i = |dC(x_i)/dx_i|^2, summed over all dimensions of the sample: points [B, ...] -> [B].
/// One backward pass of sum_i C(x_i), which equals the per-sample gradients where no layer couples
/// the samples of a batch. Differentiable in the critic's parameters where gradients are enabled.
/// Errors: the critic's output is not [B, 1].
Tensor squared_slopes(Network& critic, const Tensor& points, Mode mode);

/// sqrt(s + 1e-12): the slope with a finite gradient at s = 0.
Tensor slopes_from(const Tensor& squared);

}  // namespace elbow
