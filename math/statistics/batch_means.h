// The error of the mean of a stationary correlated series, from the means of its batches.
#pragma once

#include <cstdint>
#include <span>

#include "math/statistics/interval.h"

namespace elbow {

/// Mean of a correlated series. `se` rests on `dof` degrees of freedom: use the t interval.
struct SeriesMean {
  double mean = 0.0, se = 0.0, dof = 0.0;
  Interval interval(double level = 0.95) const { return t_interval(mean, se, dof, level); }
};

/// Batches of `length` (0: floor(sqrt n)), side by side: Var = s^2 of the batch means / their
/// number. Biased low where batches are not much longer than the correlation. Throws Error with
/// fewer than two batches. Source: Conway 1963; Flegal & Jones 2010.
SeriesMean batch_means(std::span<const double> series, std::int64_t length = 0);

/// All n - b + 1 batches: Var = b / ((n - b)(n - b + 1)) sum (batch mean - mean)^2, with 3/2 of the
/// degrees of freedom. Source: Meketon & Schmeiser 1984.
SeriesMean overlapping_batch_means(std::span<const double> series, std::int64_t length = 0);

}  // namespace elbow
