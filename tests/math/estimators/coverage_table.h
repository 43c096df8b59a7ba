// How often the errors of estimates cover the truth, over families of laws and sample sizes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/estimators/sample_metrics.h"
#include "math/estimators/two_sample.h"
#include "tests/math/estimators/coverage_families.h"

namespace elbow::testing {

/// How one estimate stands to the truth.
enum class Standing {
  refused,  ///< left out, or a value that claims no error
  covers,   ///< within 1.96 errors; a bound: on its side of it, to 1.96 errors
  outside,  ///< within 4 of them
  missed,   ///< beyond: a confident miss
};

inline Standing standing(const Estimate& e, double truth) {
  if (!e.se) return Standing::refused;
  const double excess = e.bias == Bias::lower   ? e.value - truth
                        : e.bias == Bias::upper ? truth - e.value
                                                : std::fabs(e.value - truth);
  const double se = *e.se, rounding = 1e-12 * (1.0 + std::fabs(e.value));
  if (!(excess > 1.959963984540054 * se + rounding)) return Standing::covers;
  return excess > 4.0 * se + rounding ? Standing::missed : Standing::outside;
}

struct Cell {
  int refused = 0, covers = 0, outside = 0, missed = 0;
  bool bound = false;
  int claims() const { return covers + outside + missed; }
  /// Whether as few as these would happen at a coverage of 95 % in less than one of a thousand
  /// cells (binomial).
  bool below_nominal() const {
    const int n = claims();
    double probability = 0.0;
    for (int k = 0; k <= covers; ++k) {
      probability +=
          std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                   k * std::log(0.95) + (n - k) * std::log(0.05));
    }
    return n > 0 && probability < 1e-3;
  }
};

/// The estimators of `elbow divergence` for points of `dim` coordinates, without their tests.
inline std::vector<TwoSampleEstimator> all_estimators(std::int64_t dim) {
  std::vector<TwoSampleEstimator> all = two_sample_estimators({}, dim);
  for (auto& metric : sample_metrics(DivergenceSettings{}, dim)) all.push_back(std::move(metric));
  for (auto& estimator : all) estimator.test = {};
  return all;
}

inline void count(Cell& cell, const TwoSampleEstimator& estimator, const Points& p, const Points& q,
                  double truth, std::uint64_t seed) {
  Standing found = Standing::refused;
  try {
    const Estimate e = evaluate(estimator, p, q, seed);
    found = standing(e, truth);
    cell.bound = cell.bound || e.bias == Bias::lower || e.bias == Bias::upper;
  } catch (const Error&) {
  }
  switch (found) {
    case Standing::refused:
      ++cell.refused;
      break;
    case Standing::covers:
      ++cell.covers;
      break;
    case Standing::outside:
      ++cell.outside;
      break;
    case Standing::missed:
      ++cell.missed;
      break;
  }
}

}  // namespace elbow::testing
