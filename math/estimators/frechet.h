// Fréchet distance of two samples: W2² of the Gaussians with their moments,
// ‖Δμ‖² + tr(Σ1 + Σ2 - 2 (Σ1^½ Σ2 Σ1^½)^½). On features of a classifier that is not Inception it is
// never called FID. Source: Dowson & Landau 1982.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// Mean [d] and covariance [d, d].
struct GaussianMoments {
  std::vector<double> mean, covariance;
};
/// `divisor_offset` 1: covariance divided by n - 1; 0: by n, with which the distance is a lower
/// bound of W2² of the two clouds (Gelbrich 1990).
GaussianMoments gaussian_moments(const PointsView& p, std::int64_t divisor_offset = 1);

/// The formula, by eigenvalues of symmetric matrices, negative ones (rounding) taken as 0: finite
/// also for singular covariances. Errors: other dimensions.
double frechet_distance(const GaussianMoments& p, const GaussianMoments& q);

/// With n - 1 covariances. At N(0, I) against itself it is 2d/n + d(d+1)/2(n-1) on average, not 0.
/// `se`: delete-group jackknife (a group of each side at a time, the sides being independent);
/// absent below 2 groups points a side and where E‖x‖⁴ is in doubt (heavy tails). At P = Q it
/// overstates the spread: compare with the floor. Errors: fewer than 2 points, other dimensions,
/// not finite.
Estimate frechet(const PointsView& p, const PointsView& q, std::int64_t groups = 20);

/// Points on a side that frechet_extrapolated needs: with fewer than 10 a dimension the bias is not
/// linear in 1/n.
std::int64_t frechet_extrapolation_points(std::int64_t dim);

/// Intercept of the regression on 1/n over sub-samples of 4 to 20 twentieths of the points, the
/// values of one size averaged: the leading term of the bias is gone. Assumes points in random
/// order. `se`: the jackknife of the whole procedure, absent below 400 points a side and above 128
/// dimensions. Source: Chong & Forsyth 2020. Errors: fewer than frechet_extrapolation_points, and
/// as above.
Estimate frechet_extrapolated(const PointsView& p, const PointsView& q);

}  // namespace elbow
