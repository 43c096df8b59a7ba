// Exact Wasserstein distances of two samples: W_p^p = min over couplings of E‖X - Y‖^p, reported as
// W1 and W2². Source: Peyré & Cuturi 2019, "Computational optimal transport", ch. 2.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// ‖x - y‖ or ‖x - y‖².
enum class TransportCost { distance, squared_distance };

/// Optimal transport between two samples, each point with weight 1/n or 1/m. The potentials are
/// those of the dual problem, f(x_i) + g(y_j) <= cost(x_i, y_j), mean f + mean g = cost; f up to a
/// constant is how the cost answers to more weight on x_i.
struct Transport {
  double cost = 0.0;
  std::vector<double> f, g;  ///< in the order of the points
};

/// On a line, any n and m: the quantile coupling, O(n log n). The potentials are of the two
/// distributions' quantile functions, midway where they are not unique.
Transport transport_on_line(std::span<const double> x, std::span<const double> y,
                            TransportCost cost);
/// In R^d with n = m: linear assignment, O(n³). Errors: n differs from m.
Transport transport_by_assignment(const PointsView& p, const PointsView& q, TransportCost cost);

/// Only the cost, on a line.
double transport_cost_on_line(std::span<const double> x, std::span<const double> y,
                              TransportCost cost);

/// W1 and W2² of the empirical distributions. Above those of the distributions in expectation: by
/// c/√n on a line, ~n^(-1/d) in d >= 3 (compare with the floor). `se`: √(Var f / n + Var g / m),
/// the limit law of del Barrio & Loubes 2019 around the expectation; it is 0 to leading order at P
/// = Q, where it says nothing, and absent where E‖x‖² (W1) or E‖x‖⁴ (W2²) is in doubt. Dimension 1
/// takes any n and m; others need n = m. Errors: no points, other dimensions, not finite, n differs
/// from m in d > 1.
Estimate wasserstein1(const PointsView& p, const PointsView& q);
Estimate wasserstein2_squared(const PointsView& p, const PointsView& q);

/// Indices of x from its least to its greatest value.
std::vector<std::size_t> ascending_order(std::span<const double> x);

/// √(Var f / n + Var g / m): the standard error that dual potentials give.
double potentials_se(std::span<const double> f, std::span<const double> g);

}  // namespace elbow
