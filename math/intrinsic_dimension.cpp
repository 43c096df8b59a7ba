#include "math/intrinsic_dimension.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/nearest_neighbours.h"
#include "math/numeric.h"

namespace elbow {

Estimate intrinsic_dimension(const PointsView& points, std::int64_t k, std::int64_t most) {
  if (k < 2) throw Error("An intrinsic dimension needs at least 2 neighbours.");
  const PointsView used = points.rows(0, std::min(points.size(), most));
  const std::vector<double> far = kth_distances_within(used, k);
  const std::vector<double> near = kth_distances_within(used, k / 2);
  std::vector<double> growth(far.size());
  for (std::size_t i = 0; i < far.size(); ++i) {
    if (near[i] == 0.0) throw Error("An intrinsic dimension needs points that differ.");
    growth[i] = std::log(far[i] / near[i]);
  }
  const double average = mean(growth);
  const double expected = digamma(static_cast<double>(k)) - digamma(static_cast<double>(k / 2));
  Estimate result{.value = expected / average, .bias = Bias::unknown};
  result.se = result.value / average *
              std::sqrt(sample_variance(growth) / static_cast<double>(growth.size()));
  return result;
}

}  // namespace elbow
