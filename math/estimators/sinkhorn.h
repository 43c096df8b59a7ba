// Entropic optimal transport, OT_ε = min over couplings <π, C> + ε KL(π ‖ a⊗b), C = ‖x - y‖²
// (no factor ½), and the Sinkhorn divergence made of it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// Solution of one entropic problem with equal weights.
struct EntropicTransport {
  double value = 0.0;           ///< of the dual problem, Σ f/n + Σ g/m at the solution
  double primal = 0.0;          ///< <π, C> + ε KL(π ‖ a⊗b), computed from the plan
  double marginal_error = 0.0;  ///< ‖π1 - a‖₁ + ‖πᵀ1 - b‖₁
  std::vector<double> f, g;     ///< dual potentials
  std::int64_t iterations = 0;  ///< passes over the cost matrix, those of Newton's method included
};

/// Log-domain Sinkhorn iterations with ε lowered from the diameter², then Newton's method on the
/// semi-dual where they are slow (their rate is like 1 - e^(-range(C)/ε)), until
/// ‖π1 - a‖₁ < 1e-10. Errors: ε not positive and finite; no convergence (names ε and the remedy).
EntropicTransport entropic_transport(const PointsView& p, const PointsView& q, double epsilon);
/// OT_ε(P, P), by the symmetric iteration f <- ½ (f + update).
EntropicTransport entropic_self_transport(const PointsView& p, double epsilon);

/// S_ε = OT_ε(P, Q) - ½ OT_ε(P, P) - ½ OT_ε(Q, Q) >= 0; W2² as ε -> 0, ‖E X - E Y‖² as ε -> ∞.
/// `se`: √(Var(f_pq - f_pp) / n + Var(g_pq - g_qq) / m), 0 to leading order at P = Q.
/// Source: Feydy et al. 2019; del Barrio et al. 2022 for the error.
Estimate sinkhorn_divergence(const PointsView& p, const PointsView& q, double epsilon);

}  // namespace elbow
