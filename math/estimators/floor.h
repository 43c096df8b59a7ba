// The floor of a two-sample metric: the same metric between two real sets of the same sizes. A
// number is read beside it, because most metrics are not 0 between two samples of one distribution.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

using TwoSampleMetric = std::function<double(const PointsView& p, const PointsView& q)>;

/// `mean` over the splits with its standard error (absent where the splits overlap or there is only
/// one), and their spread: the range in which the metric lies when model and data agree.
struct Floor {
  Estimate mean;
  double sd = 0.0;
  std::vector<double> values = {};  ///< ascending
};

/// The metric between n and m real points, on `splits` pairs of disjoint subsets drawn without
/// replacement. The pairs are disjoint from each other, hence independent, where
/// splits (n + m) <= reals.size(); else each split is a new shuffle.
/// Errors: n + m > reals.size() (names the largest equal size), no split.
Floor two_sample_floor(const PointsView& reals, std::int64_t n, std::int64_t m, std::int64_t splits,
                       const TwoSampleMetric& metric, CounterStream& random);

}  // namespace elbow
