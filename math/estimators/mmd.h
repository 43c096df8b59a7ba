// Squared maximum mean discrepancy, MMD²(P, Q) = E k(X, X') + E k(Y, Y') - 2 E k(X, Y), from
// samples. Source: Gretton et al. 2012, "A kernel two-sample test".
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/gram.h"
#include "math/points.h"
#include "math/statistics/permutation.h"
#include "math/threefry.h"

namespace elbow {

/// U-statistic: unbiased, may be negative (never clip it). `se` from the unbiased variance
/// (`u_variance`), which is right at P = Q too; absent below 4 points and where that estimate comes
/// out negative. At P = Q the statistic is not normal: decide with the permutation test.
/// O((n + m)² d). Errors: fewer than 2 points, other dimensions, not finite.
Estimate mmd2_unbiased(const PointsView& p, const PointsView& q, const Kernel& kernel);

/// V-statistic, >= 0: above MMD² by (E k(x, x) - E k(x, x')) / n and the same for y. `se` as above
/// for kernels with a constant diagonal, absent for the polynomial one.
Estimate mmd2_biased(const PointsView& p, const PointsView& q, const Kernel& kernel);

/// Mean of k(x, x') + k(y, y') - k(x, y') - k(x', y) over disjoint pairs in the given order, O(n
/// d): unbiased, normal at P = Q too, and far noisier. Uses the first min(n, m) points of each.
Estimate mmd2_linear(const PointsView& p, const PointsView& q, const Kernel& kernel);

/// Kernel distance of KID: mmd2_unbiased with (x·y / d + 1)³. Source: Bińkowski et al. 2018.
Estimate kernel_distance(const PointsView& p, const PointsView& q);

/// Median of ‖x_i - x_j‖, i < j, over the first 1000 points: the usual bandwidth. Choose it once,
/// from real data: re-estimated at every evaluation, the numbers are not comparable.
/// Errors: fewer than 2 points; all of them equal.
double median_distance(const PointsView& p);

/// Test of P = Q by the U-statistic under relabelling: valid at any n, where the statistic is not
/// normal. Large values speak against equality. O((n + m)² (d + relabellings)).
PermutationTest mmd_permutation_test(const PointsView& p, const PointsView& q, const Kernel& kernel,
                                     std::int64_t relabellings, CounterStream& random);

/// The two statistics with their errors from sums that are there already.
Estimate u_estimate(const GramSums& sums);
Estimate v_estimate(const GramSums& sums);

}  // namespace elbow
