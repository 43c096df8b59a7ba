// Reading a tensor's numbers from plain C++.
#pragma once

#include "math/tensor.h"

#include <vector>

namespace elbow {

/// `t` itself where it lies contiguous on the CPU in `type` (it may then have a graph: read it
/// through data_ptr only), otherwise a detached copy that does.
Tensor on_host(const Tensor& t, at::ScalarType type);

/// All numbers of `t`, row-major.
std::vector<double> to_doubles(const Tensor& t);

}  // namespace elbow
