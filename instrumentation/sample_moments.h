// Moments of numbers that lie in a plain array.
#pragma once

#include <span>

#include "core/identity.h"

namespace elbow {

/// Mean and its standard error sd / √n (n - 1 variance; 0 for one number). `values` is not empty.
Moments sample_moments(std::span<const double> values);

}  // namespace elbow
