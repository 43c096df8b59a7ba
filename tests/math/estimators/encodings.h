// Posteriors of images with codes drawn from them, and the estimates of I, TC and DW in their
// plainest form.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "math/estimators/aggregate_posterior.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow::testing {

using Matrix = std::vector<std::vector<double>>;

inline constexpr AggregateWeights kAllWeights[] = {
    AggregateWeights::full, AggregateWeights::batch, AggregateWeights::leave_one_out,
    AggregateWeights::mws,  AggregateWeights::mss,   AggregateWeights::symmetric_mss};

/// Posteriors with a sample of each.
struct Encodings {
  Points mean, log_var, z;
  std::vector<std::int64_t> own;
  DiagonalPosteriors references() const { return {mean, log_var}; }
  CodeSamples samples() const { return {z, own}; }
};

/// mean_n ~ N(0, spread I), variance `s2`, `per_image` samples of each.
inline Encodings random_encodings(std::uint64_t seed, std::int64_t n, std::int64_t d, double spread,
                                  double s2, int per_image = 1) {
  CounterStream stream(seed, 0);
  Encodings w{Points(n, d), Points(n, d), Points(n * per_image, d), {}};
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t l = 0; l < d; ++l) {
      w.mean.row(j)[l] = std::sqrt(spread) * stream.normal();
      w.log_var.row(j)[l] = std::log(s2);
    }
    for (int r = 0; r < per_image; ++r) {
      double* z = w.z.row(static_cast<std::int64_t>(w.own.size()));
      for (std::int64_t l = 0; l < d; ++l)
        z[l] = w.mean.row(j)[l] + std::sqrt(s2) * stream.normal();
      w.own.push_back(j);
    }
  }
  return w;
}

inline double log_normal(double z, double mean, double log_var) {
  return -0.5 * (kLn2Pi + log_var + (z - mean) * (z - mean) / std::exp(log_var));
}

inline Matrix log_weights(AggregateWeights weights, std::int64_t b, std::int64_t n) {
  Matrix w;
  for (std::int64_t i = 0; i < b; ++i) {
    w.emplace_back();
    for (std::int64_t j = 0; j < b; ++j)
      w.back().push_back(aggregate_log_weight(weights, i, j, b, n));
  }
  return w;
}

/// I, TC, DW of a batch in the plainest form, with any matrix of log-weights. `per_dimension`: the
/// weight inside each dimension's term of the joint density (VW1).
struct Plain {
  double information = 0.0, correlation = 0.0, dimensions = 0.0, kl = 0.0;
};
inline Plain plain_terms(const Encodings& w, const Matrix& log_weight, bool per_dimension = false) {
  Plain result;
  const std::int64_t n = w.z.size(), d = w.z.dim();
  for (std::int64_t i = 0; i < n; ++i) {
    double joint = 0.0, product = 0.0, prior = 0.0, own = 0.0;
    std::vector<double> marginal(static_cast<std::size_t>(d), 0.0);
    for (std::int64_t j = 0; j < w.mean.size(); ++j) {
      const double lw = log_weight[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      double sum = per_dimension ? static_cast<double>(d) * lw : lw;
      for (std::int64_t l = 0; l < d; ++l) {
        const double t = log_normal(w.z.row(i)[l], w.mean.row(j)[l], w.log_var.row(j)[l]);
        sum += t;
        marginal[static_cast<std::size_t>(l)] += std::exp(lw + t);
      }
      joint += std::exp(sum);
    }
    for (std::int64_t l = 0; l < d; ++l) {
      product += std::log(marginal[static_cast<std::size_t>(l)]);
      prior += log_normal(w.z.row(i)[l], 0.0, 0.0);
      const std::int64_t j = w.own[static_cast<std::size_t>(i)];
      own += log_normal(w.z.row(i)[l], w.mean.row(j)[l], w.log_var.row(j)[l]);
    }
    const double share = 1.0 / static_cast<double>(n);
    result.information += share * (own - std::log(joint));
    result.correlation += share * (std::log(joint) - product);
    result.dimensions += share * (product - prior);
    result.kl += share * (own - prior);
  }
  return result;
}

/// VW2: the weights of MSS written down columns 0 and 1, every row alike.
inline Matrix mss_in_columns(std::int64_t b, std::int64_t n) {
  Matrix w;
  for (std::int64_t i = 0; i < b; ++i) {
    w.emplace_back();
    for (std::int64_t j = 0; j < b; ++j) {
      w.back().push_back(aggregate_log_weight(AggregateWeights::mss, 0, j, b, n));
    }
  }
  return w;
}

}  // namespace elbow::testing
