// Logistic regression of two samples on given features.
#pragma once

#include <cstdint>
#include <vector>

#include "math/points.h"

namespace elbow {

struct LogisticFitOptions {
  double ridge = 1e-6;
  double tolerance = 1e-10;
  std::int64_t most_iterations = 100;
};

struct LogisticFit {
  std::vector<double> weights;  ///< of the rows: T = w . row
  bool separates = false;       ///< T > 0 at every point of P and T < 0 at every one of Q
};

/// Groups of a delete-group jackknife: point i is in group i mod 20.
inline constexpr std::int64_t kLogisticGroups = 20;
/// Whether point i stays where `group` leaves (-1: none does).
inline bool is_kept(std::int64_t i, std::int64_t group) {
  return group < 0 || i % kLogisticGroups != group;
}

/// The minimum over w of the mean of softplus(-T) over P and of softplus(T) over Q, half each, plus
/// ridge/2 |w|² without the first weight. Rows are features behind a 1. Newton's method from
/// `start` (empty: 0), without the points of `group`.
LogisticFit fit_logistic(const Points& p, const Points& q, const LogisticFitOptions& options,
                         std::int64_t group = -1, std::vector<double> start = {});

}  // namespace elbow
