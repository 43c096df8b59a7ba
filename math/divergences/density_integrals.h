// Divergences between known densities of one or two dimensions, by quadrature.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "math/densities/density.h"
#include "math/densities/density_pair.h"
#include "math/divergences/approximate.h"
#include "math/divergences/formula.h"

namespace elbow {

/// The divergences that are integrals over p and q, in nats or pure numbers, as in the design's
/// list; +inf where the integral diverges.
struct DensityDivergences {
  Approximate kl, reverse_kl, jeffreys, jensen_shannon, total_variation;
  Approximate squared_hellinger, pearson_chi2, neyman_chi2, le_cam;
  std::vector<Approximate> alpha;  ///< one an order
  std::vector<Approximate> renyi;  ///< one an order; NaN for orders <= 0, where it is not defined
  double mass_p = 0.0, mass_q = 0.0;  ///< int p and int q over the nodes: 1, a check on the nodes
};

/// Adaptive quadrature with breakpoints at kinks, supports' ends and crossings of p and q; nested
/// in 2-D. About 1e-12 in 1-D and 1e-9 in 2-D, of the value: the integrands are functions of
/// ln(p/q) in which nothing cancels where p is nearly q. The integral of each power outside [0, 1]
/// is refined where that power is, and taken twice (in 2-D in both orders of integration): where
/// the two differ it is not controlled. Throws Error for more than two dimensions or different
/// ones. A value that is finite but beyond the range of doubles comes out as +inf.
DensityDivergences integrate_divergences(const Density& p, const Density& q,
                                         std::span<const double> orders);

/// D_f of a formula, likewise. Where f grows faster than t, or is infinite at 0, it is told finite
/// by integrals of powers that bound it (power_integral_diverges), infinite by supports alone;
/// where neither tells, the value is left out with the reason.
Approximate integrate_f_divergence(const Density& p, const Density& q, const FormulaDivergence& f);

/// Breakpoints along the axis of 1-D densities that hold all but e^-45 of both: kinks, centres and
/// multiples of the scales, then outwards in growing steps.
std::vector<double> density_breakpoints(const DensityPair& pair);

}  // namespace elbow
