// Tensors written down number by number.
#pragma once

#include "math/tensor.h"

#include <ATen/ops/tensor.h>

#include <vector>

namespace elbow::testing {

/// [values.size()], float64.
inline Tensor numbers(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }

}  // namespace elbow::testing
