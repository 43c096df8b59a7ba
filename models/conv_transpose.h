// Transposed convolution that is fast on every supported LibTorch.
#pragma once

#include "math/tensor.h"

#include <cstdint>

namespace elbow {

/// y = conv_transpose2d(x, weight) + bias: the data gradient of a convolution with the same weight.
/// x: [B, in, H, W]; weight: [in, out, k, k]; bias: [out]
/// -> [B, out, (H-1) stride - 2 padding + k, the same in W]. Differentiable twice.
/// Before LibTorch 2.6 it runs as that gradient, through oneDNN; afterwards as LibTorch's own.
Tensor conv_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      std::int64_t stride, std::int64_t padding);

/// The first of the two ways, on every version.
Tensor conv_transpose_as_gradient(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                  std::int64_t stride, std::int64_t padding);

}  // namespace elbow
