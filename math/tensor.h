// The one door to LibTorch's tensors: the narrow headers, in the order that compiles fast and as
// C++20 on GCC 12 and clang 14. Operators come from <ATen/ops/NAME.h>, included where used.
#pragma once

#include <ATen/core/ivalue.h>
// ivalue.h stands first on purpose; see docs/decisions.md.
#include <ATen/TensorOperators.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

namespace elbow {
using at::Tensor;
}  // namespace elbow
