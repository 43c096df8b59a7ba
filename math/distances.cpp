#include "math/distances.h"

#include <algorithm>

#include "math/distance_kernels.h"

namespace elbow {

using kernels::kPanel;

PackedPoints::PackedPoints(const PointsView& points)
    : n_(points.size()),
      d_(points.dim()),
      panels_((n_ + kPanel - 1) / kPanel),
      packed_(static_cast<std::size_t>(panels_ * d_ * kPanel)) {
  for (std::int64_t j = 0; j < n_; ++j) {
    double* panel = packed_.data() + (j / kPanel) * d_ * kPanel + j % kPanel;
    for (std::int64_t k = 0; k < d_; ++k) panel[k * kPanel] = points.at(j, k);
  }
}

void PackedPoints::squared_distances(const PointsView& rows, double* out) const {
  kernels::squared_distance_panels(rows.row(0), rows.size(), packed_.data(), panels_, d_, out,
                                   stride());
}

void PackedPoints::dots(const PointsView& rows, double* out) const {
  kernels::dot_panels(rows.row(0), rows.size(), packed_.data(), panels_, d_, out, stride());
}

double squared_distance(const double* x, const double* y, std::int64_t d) {
  double sum = 0.0;
  for (std::int64_t k = 0; k < d; ++k) sum += (x[k] - y[k]) * (x[k] - y[k]);
  return sum;
}

std::vector<double> squared_distances(const PointsView& p, const PointsView& q) {
  constexpr std::int64_t kBlock = 32;
  const PackedPoints packed(q);
  const std::int64_t n = p.size(), m = q.size(), stride = packed.stride();
  std::vector<double> all(static_cast<std::size_t>(n * m));
  std::vector<double> block(static_cast<std::size_t>(kBlock * stride));
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t end = std::min(n, begin + kBlock);
    packed.squared_distances(p.rows(begin, end), block.data());
    for (std::int64_t i = begin; i < end; ++i) {
      const double* row = block.data() + (i - begin) * stride;
      std::copy(row, row + m, all.data() + i * m);
    }
  }
  return all;
}

}  // namespace elbow
