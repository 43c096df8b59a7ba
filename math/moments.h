// Mean and standard error of a term over its samples, accumulated in float64.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <vector>

#include "core/identity.h"

namespace elbow {

/// values: [B] or scalar. mean; se = sd / sqrt(B) with the n - 1 variance (0 for one sample).
Moments moments(const Tensor& values);
Moments moments(const double* values, std::int64_t count);

/// values: [rows, B]. `moments` of each row.
std::vector<Moments> row_moments(const Tensor& values);

/// Pools moments of disjoint sample sets, sample-weighted: the result equals `moments` of the
/// union.
Moments pool(const Moments& a, const Moments& b);

}  // namespace elbow
