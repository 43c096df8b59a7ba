// Means of independent samples, and the logarithm of such a mean, as estimates.
#pragma once

#include <span>

#include "core/estimate.h"

namespace elbow {

/// Mean with se = sd / sqrt(n), n - 1 divisor; unbiased. One number, or an infinite one: no error.
/// Throws Error on an empty list or NaN.
Estimate mean_estimate(std::span<const double> x);

/// ln((1/K) sum e^log_w), below ln E w in expectation (Jensen), with the delta method's
/// se = sqrt(sum w~^2 - 1/K), w~ the normalised weights. Throws Error on an empty
/// list or NaN. -inf weights count as zeros; all zero: -inf.
Estimate log_mean_exp_estimate(std::span<const double> log_w);

}  // namespace elbow
