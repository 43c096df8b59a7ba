// Divergences between known densities of one or two dimensions, by quadrature.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "math/densities/density.h"

namespace elbow {

/// The divergences that are integrals over p and q, in nats or pure numbers, as in the design's
/// list; +inf where the integral diverges.
struct DensityDivergences {
  double kl = 0.0, reverse_kl = 0.0, jensen_shannon = 0.0, total_variation = 0.0;
  double squared_hellinger = 0.0, pearson_chi2 = 0.0, neyman_chi2 = 0.0, le_cam = 0.0;
  std::vector<double> alpha;  ///< one an order
  std::vector<double> renyi;  ///< one an order; NaN for orders <= 0, where it is not defined
  double mass_p = 0.0, mass_q = 0.0;  ///< int p and int q over the nodes: 1, a check on the nodes
  double error = 0.0;  ///< largest error of a finite one, relative to max(1, value); pessimistic
};

/// Adaptive quadrature with breakpoints at kinks, supports' ends and crossings of p and q; nested
/// in 2-D. About 1e-12 in 1-D and 1e-10 in 2-D. Throws Error for more than two dimensions or
/// different ones. A value that is finite but beyond the range of doubles comes out as +inf.
DensityDivergences integrate_divergences(const Density& p, const Density& q,
                                         std::span<const double> orders);

/// Breakpoints along the axis of 1-D densities that hold all but e^-45 of both: kinks, centres and
/// multiples of the scales, then outwards in growing steps.
std::vector<double> density_breakpoints(const Density& p, const Density& q);

}  // namespace elbow
