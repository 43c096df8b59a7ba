// Whether standard errors are right: how often an estimate's 95 % interval holds the truth.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/estimate.h"

namespace elbow::testing {

inline constexpr std::uint64_t kCoverageRepetitions = 400;

template <class Draw>
std::vector<Estimate> repeated_estimates(const Draw& draw) {
  std::vector<Estimate> all;
  for (std::uint64_t r = 0; r < kCoverageRepetitions; ++r) all.push_back(draw(r));
  return all;
}

/// Share of the estimates with |value - truth| <= 1.96 se; one without se counts as missing it.
inline double coverage(const std::vector<Estimate>& all, double truth) {
  double covered = 0.0;
  for (const Estimate& e : all) {
    if (e.se && std::fabs(e.value - truth) <= 1.96 * *e.se) covered += 1.0;
  }
  return covered / static_cast<double>(all.size());
}

/// The same around the mean of the values, for estimators with a bias: a standard error is about
/// the estimator's own expectation.
inline double coverage_of_mean(const std::vector<Estimate>& all) {
  double total = 0.0;
  for (const Estimate& e : all) total += e.value;
  return coverage(all, total / static_cast<double>(all.size()));
}

}  // namespace elbow::testing
