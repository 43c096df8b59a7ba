#include "math/nearest_neighbours.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace elbow {
namespace {

double squared_distance(const double* a, const double* b, std::int64_t d) {
  double sum = 0.0;
  for (std::int64_t j = 0; j < d; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

double largest_difference(const double* a, const double* b, std::int64_t d) {
  double largest = 0.0;
  for (std::int64_t j = 0; j < d; ++j) largest = std::max(largest, std::fabs(a[j] - b[j]));
  return largest;
}

// The k smallest numbers seen, ascending.
class Smallest {
 public:
  explicit Smallest(std::int64_t k) : best_(static_cast<std::size_t>(k)) { clear(); }
  void clear() { std::fill(best_.begin(), best_.end(), HUGE_VAL); }
  double last() const { return best_.back(); }
  void add(double v) {
    if (!(v < best_.back())) return;
    std::size_t i = best_.size() - 1;
    for (; i > 0 && best_[i - 1] > v; --i) best_[i] = best_[i - 1];
    best_[i] = v;
  }

 private:
  std::vector<double> best_;
};

template <typename Distance>
std::vector<double> search(const PointsView& queries, const PointsView& references, std::int64_t k,
                           bool same, const Distance& distance) {
  std::vector<double> result(static_cast<std::size_t>(queries.size()));
  Smallest smallest(k);
  for (std::int64_t i = 0; i < queries.size(); ++i) {
    smallest.clear();
    for (std::int64_t j = 0; j < references.size(); ++j) {
      if (same && i == j) continue;
      smallest.add(distance(queries.row(i), references.row(j), queries.dim()));
    }
    result[static_cast<std::size_t>(i)] = smallest.last();
  }
  return result;
}

std::vector<double> find(const PointsView& queries, const PointsView& references, std::int64_t k,
                         bool same, Norm norm) {
  const std::int64_t available = references.size() - (same ? 1 : 0);
  if (k < 1 || k > available) {
    throw Error("The neighbour number k = " + std::to_string(k) + " must lie between 1 and " +
                std::to_string(available) + ", the number of other points. Use more points.");
  }
  if (norm == Norm::maximum) return search(queries, references, k, same, largest_difference);
  std::vector<double> result = search(queries, references, k, same, squared_distance);
  for (double& v : result) v = std::sqrt(v);
  return result;
}

}  // namespace

std::vector<double> kth_distances(const PointsView& queries, const PointsView& references,
                                  std::int64_t k, Norm norm) {
  if (queries.dim() != references.dim()) {
    throw Error("Neighbours need points of the same dimension.");
  }
  return find(queries, references, k, false, norm);
}

std::vector<double> kth_distances_within(const PointsView& points, std::int64_t k, Norm norm) {
  return find(points, points, k, true, norm);
}

std::vector<std::int64_t> count_within(const PointsView& queries, const PointsView& references,
                                       const std::vector<double>& radius) {
  if (queries.dim() != references.dim() ||
      radius.size() != static_cast<std::size_t>(queries.size())) {
    throw Error("Counting neighbours needs points of the same dimension and a radius for each.");
  }
  std::vector<std::int64_t> counts(radius.size(), 0);
  for (std::int64_t i = 0; i < queries.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double squared = radius[at] * radius[at];
    for (std::int64_t j = 0; j < references.size(); ++j) {
      if (squared_distance(queries.row(i), references.row(j), queries.dim()) <= squared) {
        ++counts[at];
      }
    }
  }
  return counts;
}

}  // namespace elbow
