// Distances between all pairs of two sets of points, in blocks of rows.
#pragma once

#include <cstdint>
#include <vector>

#include "math/points.h"

namespace elbow {

/// A set of m points, stored so that all its distances to a point are one pass. Distances are sums
/// of (x - y)²: the form ‖x‖² + ‖y‖² - 2 x·y loses every digit where ‖x‖ ≫ ‖x - y‖.
class PackedPoints {
 public:
  explicit PackedPoints(const PointsView& points);
  std::int64_t size() const { return n_; }
  /// Length of one row of results: size() rounded up, the rest is padding to be ignored.
  std::int64_t stride() const { return panels_ * 8; }
  /// out[i * stride() + j] = ‖rows_i - point_j‖² for all rows, [rows.size(), stride()].
  void squared_distances(const PointsView& rows, double* out) const;
  /// The same with the inner products.
  void dots(const PointsView& rows, double* out) const;

 private:
  std::int64_t n_, d_, panels_;
  std::vector<double> packed_;
};

/// ‖x - y‖² of two points.
double squared_distance(const double* x, const double* y, std::int64_t d);

/// ‖p_i - q_j‖² of all pairs, row-major [p.size(), q.size()]. Errors: one exceeds the largest
/// number.
std::vector<double> squared_distances(const PointsView& p, const PointsView& q);

}  // namespace elbow
