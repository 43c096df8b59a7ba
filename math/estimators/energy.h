// Energy distance D² = 2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖ >= 0, from samples: MMD² with the kernel
// -‖x - y‖; on a line 2 ∫ (F - G)². Source: Székely & Rizzo 2013; Sejdinovic et al. 2013.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/estimators/mmd.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// U-statistic: unbiased, may be negative. `se` as for mmd2_unbiased, absent where E‖x‖² is in
/// doubt. O((n + m)² d), on a line O((n + m) log(n + m)). Errors: fewer than 2 points, other
/// dimensions, not finite.
Estimate energy_unbiased(const PointsView& p, const PointsView& q);

/// V-statistic: the energy distance of the two empirical distributions, >= 0; above D² by
/// E‖X - X'‖ / n + E‖Y - Y'‖ / m.
Estimate energy_biased(const PointsView& p, const PointsView& q);

PermutationTest energy_permutation_test(const PointsView& p, const PointsView& q,
                                        std::int64_t relabellings, CounterStream& random);

}  // namespace elbow
