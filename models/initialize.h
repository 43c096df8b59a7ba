// Weight initialisations by name.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace elbow {

/// Shape of one affine layer. fan_in: inputs that feed one output; fan_out: outputs that one input
/// feeds (a transposed convolution of kernel k and stride s: fan_in = in k^2 / s^2).
/// torch_fan_in: what PyTorch's default divides by, size(1) k^2 of the weight.
struct LayerShape {
  std::vector<std::int64_t> weight;
  std::int64_t outputs = 0;  ///< length of the bias
  double fan_in = 1.0, fan_out = 1.0, torch_fan_in = 1.0;
};

struct Affine {
  Tensor weight, bias;
};

/// New weight and bias, drawn from `init` (weight first).
///   torch     weight and bias U(-b, b), b = 1 / sqrt(torch_fan_in)      PyTorch's default
///   he        weight N(0, 2 / fan_in), bias 0                           He et al. 2015
///   glorot    weight U(-b, b), b = sqrt(6 / (fan_in + fan_out)), bias 0 Glorot & Bengio 2010
///   normal02  weight N(0, 0.02^2), bias 0                               Radford et al. 2016
/// Errors: an unknown name.
Affine initialize(const std::string& name, const LayerShape& shape, at::Generator& init);

/// Scale and shift of a normalisation layer with n channels: 1 and 0; normal02 draws the scale from
/// N(1, 0.02^2).
Affine initialize_normalization(const std::string& name, std::int64_t n, at::Generator& init);

}  // namespace elbow
