// Normal samples for tests of estimators.
#pragma once

#include <cstdint>

#include "math/points.h"
#include "math/threefry.h"

namespace elbow::testing {

/// n points of N(mean · 1, sd² I) in R^d; `stream` apart from `seed` gives independent sets.
inline Points normal_points(std::int64_t n, std::int64_t d, std::uint64_t seed,
                            std::uint64_t stream, double mean = 0.0, double sd = 1.0) {
  CounterStream random(seed, stream);
  Points points(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < d; ++k) points.row(i)[k] = mean + sd * random.normal();
  }
  return points;
}

/// All points moved by the same vector of d times `shift`, and scaled before.
inline Points moved(const PointsView& points, double shift, double scale = 1.0) {
  Points result(points.size(), points.dim());
  for (std::int64_t i = 0; i < points.size(); ++i) {
    for (std::int64_t k = 0; k < points.dim(); ++k) {
      result.row(i)[k] = scale * points.at(i, k) + shift;
    }
  }
  return result;
}

}  // namespace elbow::testing
