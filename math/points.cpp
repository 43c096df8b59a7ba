#include "math/points.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace elbow {

void require_points(const PointsView& p, std::int64_t least, const std::string& what) {
  if (p.dim() < 1) throw Error(what + " needs points with at least one coordinate.");
  if (p.size() < least) {
    throw Error(what + " needs at least " + std::to_string(least) + " points; there are " +
                std::to_string(p.size()) + ".");
  }
  const auto all = p.all();
  const auto bad = std::find_if(all.begin(), all.end(), [](double v) { return !std::isfinite(v); });
  if (bad != all.end()) {
    const auto index = bad - all.begin();
    throw Error(what + ": point " + std::to_string(index / p.dim()) + " has a coordinate (" +
                std::to_string(index % p.dim()) + ") that is not finite.");
  }
}

void require_comparable(const PointsView& p, const PointsView& q, std::int64_t least,
                        const std::string& what) {
  if (p.dim() != q.dim()) {
    throw Error(what + " needs points of the same dimension; these have " +
                std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + " coordinates.");
  }
  require_points(p, least, what);
  require_points(q, least, what);
}

}  // namespace elbow
