// Positive-definite kernels and the sums over their Gram matrices: what the U- and V-statistics of
// MMD and the energy distance, and the variance of the former, are made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// k(x, y). `rbf` and `inverse_multiquadric` are sums over their scales, so that several widths
/// are one kernel.
struct Kernel {
  enum class Kind { rbf, inverse_multiquadric, polynomial, negative_distance };
  Kind kind = Kind::rbf;
  std::vector<double> scales = {};
  int degree = 3;

  /// Σ_h exp(-‖x - y‖² / 2h²). Errors: no bandwidth, or one that is not positive and finite.
  static Kernel rbf(std::vector<double> bandwidths);
  /// Σ_C C / (C + ‖x - y‖²) (Tolstikhin et al. 2018). Errors: as above.
  static Kernel inverse_multiquadric(std::vector<double> constants);
  /// (x·y / d + 1)^degree; degree 3 is that of KID. Errors: degree < 1.
  static Kernel polynomial(int degree);
  /// -‖x - y‖: MMD² with it is the energy distance (Sejdinovic et al. 2013). Not positive definite
  /// by itself; only differences as those of MMD² have a meaning.
  static Kernel negative_distance();

  /// k(x, x) is the same number for every x.
  bool constant_diagonal() const { return kind != Kind::polynomial; }
  /// k of one pair of points in R^d.
  double operator()(const double* x, const double* y, std::int64_t d) const;
};

/// Sums over K_xx, K_yy (diagonal left out) and K_xy (all of it).
struct GramSums {
  std::int64_t n = 0, m = 0;
  std::vector<double> rows_xx = {}, rows_yy = {};     ///< [n], [m]
  std::vector<double> rows_xy = {}, columns_xy = {};  ///< [n], [m]
  double total_xx = 0.0, total_yy = 0.0, total_xy = 0.0;
  double squares_xx = 0.0, squares_yy = 0.0, squares_xy = 0.0;  ///< of the same entries
  double diagonal_xx = 0.0, diagonal_yy = 0.0;
  bool constant_diagonal = true;
};

/// O((n + m)² d); with negative_distance in one dimension O((n + m) log(n + m)), by sorting.
/// Errors: no points, other dimensions, not finite, values above the largest number.
GramSums gram_sums(const PointsView& p, const PointsView& q, const Kernel& kernel);

/// Σ_{i≠j} k(x_i, x_j) / n(n-1) + the same for y - 2 Σ_ij k(x_i, y_j) / nm.
double u_statistic(const GramSums& sums);
/// The same with the diagonals and 1/n²: the squared norm of the difference of the embeddings.
double v_statistic(const GramSums& sums);

/// Unbiased estimate of Var(w_x U_xx + w_y U_yy - 2 U_xy), U_xx = Σ_{i≠j} k(x_i, x_j) / n(n-1),
/// for independent samples of any sizes n, m >= 4: every product of two means is an average over
/// distinct indices, so the divisors are falling factorials. May be negative. w = 1 is Var of the
/// U-statistic, w_x = (n-1)/n and w_y = (m-1)/m that of the V-statistic of a kernel with a constant
/// diagonal. Source: Sutherland & Deka 2019, for
/// n = m.
double u_variance(const GramSums& sums, double weight_x = 1.0, double weight_y = 1.0);

/// U-statistics of `repetitions` random relabellings of the pooled sample, computed together in one
/// pass over the pooled Gram matrix: O((n + m)² (d + repetitions)); with negative_distance in one
/// dimension O((n + m) repetitions), by sorting.
struct RelabelledStatistics {
  double observed = 0.0;  ///< by the same route
  std::vector<double> relabelled = {};
  double rounding = 0.0;  ///< differences below this are ties
};
RelabelledStatistics relabelled_u_statistics(const PointsView& p, const PointsView& q,
                                             const Kernel& kernel, std::int64_t repetitions,
                                             CounterStream& random);

}  // namespace elbow
