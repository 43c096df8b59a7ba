// Kernel density estimates with Gaussian kernels, and the plug-in KL between two of them.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// sigma (4 / ((d + 2) n))^(1/(d + 4)), sigma^2 the mean over the coordinates of A^2, A the smaller
/// of the standard deviation and the interquartile range / 1.349 (the deviation where that is 0):
/// a few points far out do not widen the kernels of the others. Throws Error for fewer than two
/// points or none that differ. Source: Silverman 1986, eq. 4.14 with A of eq. 3.30.
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

/// KL(P||Q) ~ mean over x_i of ln p^_(-i)(x_i) - ln q^(x_i), leaving x_i out of its own density, in
/// the common coordinates of math/sample_support.h with Silverman's bandwidths: the value does not
/// change under an invertible affine map of both samples. Bias O(h^2), of either sign; for d <= 3
/// only (a note says so above).
/// se: root of the sum of squares of the infinitesimal jackknife over both samples (bandwidths
/// fixed), of the change of the value at twice the bandwidths (three times the bias where that is
/// O(h^2), which it is not yet where a bandwidth smooths modes together), and of what the points
/// contribute that lie beyond three bandwidths of all kernels. Absent above 3 dimensions, where the
/// density of Q near P's points was not seen (unseen_density_note), and where these last ones
/// matter most: then the tails of the kernels speak, not the laws. Throws Error for n < 2, for what
/// require_common_density refuses and for samples that lie apart. O(n (n + m) d).
Estimate kde_kl(const PointsView& p, const PointsView& q);

}  // namespace elbow
