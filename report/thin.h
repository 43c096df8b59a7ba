// Fewer points for a curve, without losing its extremes or its mean.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace elbow::report {

/// `per_point` records in a row make one point: the first, the next, ...; the last point may hold
/// fewer.
struct Thinning {
  std::size_t rows = 0;
  std::size_t per_point = 1;
  std::size_t points() const { return (rows + per_point - 1) / per_point; }
};

/// At most `points` points of equally many records each.
Thinning thinning(std::size_t rows, std::size_t points);

/// One number per point; NaN where none of its records has a finite number.
struct ThinColumn {
  std::vector<double> mean, least, largest;
};

/// Mean, least and largest of the finite numbers of each point, so that the mean of the means
/// weighted by their counts and the extremes are those of the column.
ThinColumn thin(std::span<const double> column, const Thinning& how);

/// Root of the mean square: the typical standard error of one record of the point.
std::vector<double> thin_errors(std::span<const double> column, const Thinning& how);

}  // namespace elbow::report
