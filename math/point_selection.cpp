#include "math/point_selection.h"

#include <algorithm>
#include <cmath>

#include "math/statistics/permutation.h"

namespace elbow {

Points select(const PointsView& points, std::span<const std::size_t> indices) {
  Points result(static_cast<std::int64_t>(indices.size()), points.dim());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(points.row(static_cast<std::int64_t>(indices[i])), points.dim(),
                result.row(static_cast<std::int64_t>(i)));
  }
  return result;
}

Division divide(const PointsView& points, double share, CounterStream& random) {
  const auto n = static_cast<std::size_t>(points.size());
  const std::vector<std::size_t> order = random_permutation(n, random);
  const auto first = static_cast<std::size_t>(std::lround(share * static_cast<double>(n)));
  const std::span<const std::size_t> all(order);
  return {select(points, all.first(first)), select(points, all.subspan(first))};
}

}  // namespace elbow
