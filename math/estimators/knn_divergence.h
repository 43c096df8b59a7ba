// KL and Renyi divergences between two samples from distances to nearest neighbours.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

struct KnnOptions {
  std::int64_t k = 5;
  std::int64_t k_cross = 0;    ///< neighbour among the other sample; 0: the same k
  bool standard_error = true;  ///< about as much work again
  std::uint64_t seed = 1;      ///< of the subsamples
};

/// KL(P||Q) ~ (d/n) sum ln(nu_l(i) / rho_k(i)) + ln(m / (n - 1)) + psi(k) - psi(l), rho: k-th
/// neighbour of x_i among the other x, nu: l-th among the y, in the common coordinates of
/// math/sample_support.h, d their rank: the value does not change under an invertible affine map of
/// both samples, nor by constant or dependent columns. Consistent; at finite n the bias has either
/// sign.
/// se: root of the sum of squares of the subsampling error and of d times the change of the value
/// at four times as many neighbours: more than the bias where that grows like (k/n)^(1/d), as at
/// edges, or faster. Absent, and the note says why, for small samples; in more than 5 dimensions;
/// and where the density of Q near P's points was not seen (unseen_density_note).
/// Throws Error for n <= k, m < l, what require_common_density refuses (the same points twice,
/// ties, different subspaces), samples that lie apart, points near a set of lower dimension
/// (intrinsic dimension below 0.77 d by two standard errors), and where equal points make a
/// distance 0. Source: Wang, Kulkarni & Verdu 2009, eq. 5 and section III (l != k); Perez-Cruz
/// 2008.
Estimate knn_kl(const PointsView& p, const PointsView& q, const KnnOptions& options = {});

/// Integral of p^alpha q^(1 - alpha) ~ C (1/n) sum ((n - 1) rho^d / (m nu^d))^(1 - alpha),
/// C = Gamma(k)^2 / (Gamma(k - alpha + 1) Gamma(k + alpha - 1)). Needs k > |1 - alpha|. se and
/// refusals as above; no se either where the averaged powers may have no variance (Pareto k-hat).
/// Source: Poczos & Schneider 2011, "On the estimation of alpha-divergences".
Estimate knn_alpha_integral(const PointsView& p, const PointsView& q, double alpha,
                            const KnnOptions& options = {});
/// ln(integral) / (alpha - 1), alpha != 1: Renyi's divergence of P from Q.
Estimate knn_renyi(const PointsView& p, const PointsView& q, double alpha,
                   const KnnOptions& options = {});
/// 1 - integral at alpha = 1/2. May be slightly negative.
Estimate knn_squared_hellinger(const PointsView& p, const PointsView& q,
                               const KnnOptions& options = {});

}  // namespace elbow
