// Stationary block bootstrap: errors of medians, quantiles and ratios of a correlated series.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "math/statistics/interval.h"
#include "math/threefry.h"

namespace elbow {

struct Bootstrap {
  double value = 0.0;                  ///< on the series itself
  double se = 0.0;                     ///< standard deviation over the resamples
  double bias = 0.0;                   ///< mean over the resamples - value
  std::vector<double> resampled = {};  ///< ascending
  /// 2 value - quantiles of the resamples ("basic" interval).
  Interval interval(double level = 0.95) const;
};

/// Mean block length for the stationary bootstrap of a mean. Source: Politis & White 2004, with the
/// correction of Patton, Politis & White 2009. At least 1; throws Error for fewer than 10 numbers.
double stationary_block_length(std::span<const double> series);

/// Blocks of geometric length with mean `mean_length` (0: the rule above), on the series joined
/// into a circle. Non-stationarity is not mended by it. Source: Politis & Romano 1994.
Bootstrap stationary_bootstrap(std::span<const double> series,
                               const std::function<double(std::span<const double>)>& statistic,
                               CounterStream& random, std::size_t repeats = 1000,
                               double mean_length = 0.0);

}  // namespace elbow
