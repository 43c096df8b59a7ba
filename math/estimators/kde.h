// Kernel density estimates with Gaussian kernels, and the plug-in KL between two of them.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// sigma (4 / ((d + 2) n))^(1/(d + 4)), sigma^2 the mean variance of the coordinates. Throws Error
/// for fewer than two points or none that differ. Source: Silverman 1986, eq. 4.14.
double silverman_bandwidth(const PointsView& points);

/// p^(x) = (1/n) sum N(x; x_i, h^2 I), on points that someone else owns.
class Kde {
 public:
  /// Throws Error for an empty or non-finite sample and for h <= 0.
  Kde(const PointsView& points, double bandwidth);
  double bandwidth() const { return bandwidth_; }
  double log_density(const double* x) const;
  /// At sample i, from the other n - 1 samples; -inf for n = 1.
  double log_density_without(std::int64_t i) const;
  /// ln N(x; x_i, h^2 I).
  double log_kernel(const double* x, std::int64_t i) const;

 private:
  PointsView points_;
  double bandwidth_, log_constant_;
};

struct KdeOptions {
  double bandwidth_p = 0.0, bandwidth_q = 0.0;  ///< 0: Silverman's rule
};

/// KL(P||Q) ~ mean over x_i of ln p^_(-i)(x_i) - ln q^(x_i), leaving x_i out of its own density.
/// Bias O(h^2), of either sign; for d <= 3 only (a note says so above). se: infinitesimal jackknife
/// over both samples, bandwidths held fixed. Throws Error for n < 2. O(n (n + m) d).
Estimate kde_kl(const PointsView& p, const PointsView& q, const KdeOptions& options = {});

}  // namespace elbow
