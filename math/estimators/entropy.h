// Differential entropy from nearest neighbours.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/nearest_neighbours.h"
#include "math/points.h"

namespace elbow {

struct EntropyOptions {
  std::int64_t k = 3;
  Norm norm = Norm::euclidean;
  bool standard_error = true;  ///< by subsampling
  std::uint64_t seed = 1;      ///< of the subsamples
};

/// h ~ psi(n) - psi(k) + ln c_d + (d/n) sum ln rho_k, c_d the volume of the unit ball of the norm.
/// Consistent; biased up above some ten dimensions. Throws Error for n <= k and for equal points.
/// Source: Kozachenko & Leonenko 1987; k > 1: Goria et al. 2005.
Estimate kozachenko_leonenko(const PointsView& points, const EntropyOptions& options = {});

}  // namespace elbow
