// KL and Renyi divergences between two samples from distances to nearest neighbours.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

struct KnnOptions {
  std::int64_t k = 5;
  std::int64_t k_cross = 0;    ///< neighbour among the other sample; 0: the same k
  bool standard_error = true;  ///< by subsampling: about as much work again
  std::uint64_t seed = 1;      ///< of the subsamples
};

/// KL(P||Q) ~ (d/n) sum ln(nu_l(i) / rho_k(i)) + ln(m / (n - 1)) + psi(k) - psi(l), rho: k-th
/// neighbour of x_i among the other x, nu: l-th among the y. Consistent; at finite n the bias has
/// either sign and is large above some five dimensions. se by subsampling, absent for small
/// samples. Throws Error for n <= k, m < l, mismatched dimensions, and where equal points make a
/// distance 0: these estimators are for continuous data. Source: Wang, Kulkarni & Verdu 2009, eq. 5
/// and section III (l != k); Perez-Cruz 2008.
Estimate knn_kl(const PointsView& p, const PointsView& q, const KnnOptions& options = {});

/// Integral of p^alpha q^(1 - alpha) ~ C (1/n) sum ((n - 1) rho^d / (m nu^d))^(1 - alpha),
/// C = Gamma(k)^2 / (Gamma(k - alpha + 1) Gamma(k + alpha - 1)). Needs k > |1 - alpha|.
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
