// Points of d coordinates in float64, row by row: what the estimators on samples work on. No
// LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elbow {

/// n points in R^d that someone else owns, row-major.
class PointsView {
 public:
  PointsView(const double* data, std::int64_t n, std::int64_t d) : data_(data), n_(n), d_(d) {}
  std::int64_t size() const { return n_; }
  std::int64_t dim() const { return d_; }
  const double* row(std::int64_t i) const { return data_ + i * d_; }
  double at(std::int64_t i, std::int64_t j) const { return data_[i * d_ + j]; }
  std::span<const double> all() const { return {data_, static_cast<std::size_t>(n_ * d_)}; }
  /// Rows begin, ..., end - 1.
  PointsView rows(std::int64_t begin, std::int64_t end) const {
    return {row(begin), end - begin, d_};
  }

 private:
  const double* data_;
  std::int64_t n_, d_;
};

/// n points in R^d with their storage.
class Points {
 public:
  Points() = default;
  Points(std::int64_t n, std::int64_t d) : values_(static_cast<std::size_t>(n * d)), n_(n), d_(d) {}
  Points(std::vector<double> values, std::int64_t d)
      : values_(std::move(values)),
        n_(d > 0 ? static_cast<std::int64_t>(values_.size()) / d : 0),
        d_(d) {}
  std::int64_t size() const { return n_; }
  std::int64_t dim() const { return d_; }
  double* row(std::int64_t i) { return values_.data() + i * d_; }
  const double* row(std::int64_t i) const { return values_.data() + i * d_; }
  operator PointsView() const { return {values_.data(), n_, d_}; }

 private:
  std::vector<double> values_;
  std::int64_t n_ = 0, d_ = 0;
};

/// Throws Error naming `what` unless both have at least `least` points, the same dimension >= 1 and
/// finite coordinates only.
void require_comparable(const PointsView& p, const PointsView& q, std::int64_t least,
                        const std::string& what);
/// The same for one set.
void require_points(const PointsView& p, std::int64_t least, const std::string& what);

}  // namespace elbow
