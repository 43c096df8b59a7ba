// Mutual information from nearest neighbours, and the total correlation of a Gaussian.
#pragma once

#include <cstdint>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

enum class Ksg { one = 1, two = 2 };

struct KsgOptions {
  std::int64_t k = 3;
  Ksg variant = Ksg::one;
  bool standard_error = true;  ///< by subsampling
  std::uint64_t seed = 1;      ///< of the subsamples
};

/// I(X;Y) of n pairs, max norm in each and over both.
///   one  psi(k) + psi(n) - mean(psi(n_x + 1) + psi(n_y + 1)), n_x: others strictly closer in x
///   than
///        the k-th joint neighbour
///   two  psi(k) - 1/k + psi(n) - mean(psi(n_x) + psi(n_y)), n_x: others no farther in x than the
///        farthest in x of the k joint neighbours
/// May be slightly negative. Strong dependence needs n ~ e^I; low dimensions only. Throws Error for
/// n
/// <= k, unequal sizes, and where k + 1 pairs are equal. O(n^2 d).
/// Source: Kraskov, Stoegbauer & Grassberger 2004, eqs. 8 and 9.
Estimate ksg_mutual_information(const PointsView& x, const PointsView& y,
                                const KsgOptions& options = {});

/// 1/2 (sum ln S_jj - ln |S|) of the covariance S of n points: the total correlation if the data
/// are Gaussian. For those it is too large by `gaussian_total_correlation_bias` exactly, whatever
/// S. Linearly dependent columns: +inf. se: delete-group jackknife, not valid at independence (the
/// value is then a maximum of its own). Throws Error for n <= d + 1 and for constant columns. O(n
/// d^2 + d^3).
Estimate gaussian_total_correlation(const PointsView& points);

/// 1/2 (d psi((n - 1)/2) - sum_(i=1..d) psi((n - i)/2)), about d (d - 1) / (4 n).
double gaussian_total_correlation_bias(std::int64_t n, std::int64_t d);

}  // namespace elbow
