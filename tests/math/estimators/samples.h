// Samples of the reference pairs: A is N(0,1) against N(1,1).
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "math/points.h"
#include "math/threefry.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {

/// n points with independent normal coordinates of deviation sd; `mean` is that of the first one, 0
/// that of the others.
inline Points offset_normal_points(std::int64_t n, std::int64_t d, CounterStream& random,
                                   double mean = 0.0, double sd = 1.0) {
  Points points(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) {
      points.row(i)[j] = (j == 0 ? mean : 0.0) + sd * random.normal();
    }
  }
  return points;
}

/// ln p/q of pair A: 1/2 - x.
inline std::vector<double> pair_a_ratio(const PointsView& x) {
  std::vector<double> r(x.all().begin(), x.all().end());
  for (double& v : r) v = 0.5 - v;
  return r;
}

}  // namespace elbow::testing
