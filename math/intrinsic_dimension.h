// The dimension of the set near which points lie, from how distances to neighbours grow.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// (psi(k) - psi(j)) / mean ln(T_k / T_j) with j = k/2 and T_j the distance to the j-th neighbour:
/// the dimension d where the density is constant over the neighbourhoods, since T_j^d / T_k^d is
/// then Beta(j, k - j). Biased down by curved densities: for normals of 1000 points 2.0 in 2
/// dimensions, 4.7 in 5, 8 in 10. se: sd / √n of the logarithms, delta method. Of the first `most`
/// points. Errors: k < 2, n <= k, k equal points. Source: Levina & Bickel 2004, with the inverses
/// averaged as MacKay & Ghahramani 2005 do.
Estimate intrinsic_dimension(const PointsView& points, std::int64_t k = 10,
                             std::int64_t most = 2000);

}  // namespace elbow
