// Repeated simulation of an estimator: its mean, its spread, and how often its interval is right.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/estimate.h"
#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow::testing {

struct Repetitions {
  std::vector<double> values, errors;

  double mean() const { return elbow::mean(values); }
  double sd() const { return std::sqrt(sample_variance(values)); }
  /// (mean - truth) / its standard error.
  double z(double truth) const {
    return (mean() - truth) / (sd() / std::sqrt(static_cast<double>(values.size())));
  }
  /// Those that claimed an error.
  Repetitions with_error() const {
    Repetitions kept;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(errors[i] > 0.0)) continue;
      kept.values.push_back(values[i]);
      kept.errors.push_back(errors[i]);
    }
    return kept;
  }
  /// Share of intervals value -+ `quantile` se that contain `truth`.
  double coverage(double truth, double quantile = 1.959963984540054) const {
    double inside = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      inside += std::fabs(values[i] - truth) <= quantile * errors[i] ? 1.0 : 0.0;
    }
    return inside / static_cast<double>(values.size());
  }
  /// The same around the estimator's own expectation: the se says nothing of the bias.
  double coverage_of_mean() const { return coverage(mean()); }
};

/// `estimate` gets an own stream of random numbers in each of `count` repetitions.
template <typename F>
Repetitions repeat(int count, std::uint64_t seed, const F& estimate) {
  Repetitions result;
  for (int r = 0; r < count; ++r) {
    CounterStream random(seed, static_cast<std::uint64_t>(r));
    const Estimate e = estimate(random);
    result.values.push_back(e.value);
    result.errors.push_back(e.se.value_or(0.0));
  }
  return result;
}

}  // namespace elbow::testing
