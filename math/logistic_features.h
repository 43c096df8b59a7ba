// Features of a point in which the logarithm of a density ratio is fitted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "math/points.h"

namespace elbow {

/// An orthonormal basis, over the pooled points of a fit, of the functions 1, x_j and, where
/// `quadratic`, x_i x_j. Functions that are constant or dependent on others there are left out. The
/// space does not change under shifts, scales and (with all columns) invertible linear maps of the
/// points; what is fitted in the basis with a ridge does not either, but for rounding.
class LogisticFeatures {
 public:
  /// Of the points of the fit; the labels P and Q are not looked at. More than `most` features (0:
  /// any number): without the quadratic ones; then of the first `most` principal components of the
  /// standardised columns only. Throws Error on bad points.
  LogisticFeatures(const PointsView& p, const PointsView& q, bool quadratic, std::int64_t most = 0);

  /// [n, 1 + count()]: a 1 and the features of each point. Throws Error for another dimension.
  Points operator()(const PointsView& points) const;
  std::int64_t dim() const { return dim_; }
  std::int64_t count() const { return static_cast<std::int64_t>(kept_.size()); }
  /// "quadratic in x", "linear in x", "linear in 25 principal components".
  std::string form() const;

 private:
  void write_terms(const double* x, double* coordinates, double* terms) const;
  std::size_t term_count() const;

  std::int64_t dim_;
  bool quadratic_ = false, reduced_ = false;
  std::vector<double> origin_;      ///< [d], subtracted first: products of what is left are exact
  std::vector<double> directions_;  ///< [coordinates, d]
  std::int64_t coordinates_ = 0;
  std::vector<std::size_t> kept_;       ///< terms, in the order of the factor
  std::vector<double> centre_, scale_;  ///< of the kept terms
  std::vector<double> factor_;          ///< lower triangle L of their correlations, [count, count]
};

}  // namespace elbow
