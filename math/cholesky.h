// Cholesky factors of small symmetric matrices in float64, without LibTorch.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace elbow {

/// A = L L^T of a symmetric positive definite n x n matrix.
class Cholesky {
 public:
  /// `a` is row-major, n x n; only its lower triangle is read. Not positive definite to rounding (a
  /// pivot below 1e-14 of its diagonal element): `ok()` is false and nothing else may be asked.
  Cholesky(std::vector<double> a, std::size_t n);
  bool ok() const { return ok_; }
  /// ln |A|.
  double log_det() const;
  /// x with A x = b.
  std::vector<double> solve(std::span<const double> b) const;
  /// y with L y = b: b^T A^-1 b = |y|^2.
  std::vector<double> solve_lower(std::span<const double> b) const;
  double lower(std::size_t i, std::size_t j) const { return l_[i * n_ + j]; }

 private:
  std::vector<double> l_;
  std::size_t n_;
  bool ok_ = true;
};

}  // namespace elbow
