// Rows of a set of points by their indices.
#pragma once

#include <cstddef>
#include <span>

#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// Copies of the rows `indices`, in that order.
Points select(const PointsView& points, std::span<const std::size_t> indices);

/// A random division into `first` = round(share n) rows and the rest, for fitting and testing.
struct Division {
  Points first, second;
};
Division divide(const PointsView& points, double share, CounterStream& random);

}  // namespace elbow
