// Sums of posterior densities over groups of reference images: what estimates of the aggregate
// posterior and their jackknife are made of.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "math/points.h"

namespace elbow {

/// q(z|x_j) = N(mean_j, diag exp(log_var_j)): [B, d] each.
struct DiagonalPosteriors {
  PointsView mean, log_var;
};

/// Samples z_i ~ q(z|x_own(i)), with `own` an index into the references.
struct CodeSamples {
  PointsView z;                       ///< [n, d]
  std::span<const std::int64_t> own;  ///< [n]
};

/// Group of an image in the jackknife: floor(groups frac(j (sqrt 5 - 1) / 2)), which spreads any
/// arithmetic sequence of images evenly.
std::int64_t jackknife_group(std::int64_t image, std::int64_t groups);

/// For each sample, per group of references and for the joint density (column d) and each
/// dimension: ln sum q(z_i|x_j) over the others, that is without the image itself and, for mss,
/// without the next one, whose values stand beside them.
struct GroupSums {
  std::int64_t dim = 0, groups = 0;
  std::vector<std::int64_t> sizes;  // of the groups
  std::vector<double> others;       // [n, d + 1, groups]
  std::vector<double> own, next;    // [n, d + 1]
  const double* at(std::int64_t i, std::int64_t column) const {
    return others.data() + (i * (dim + 1) + column) * groups;
  }
};

/// mss: the next image, (own + 1) mod B, is kept apart. Cost O(n B d) exponentials, vectorised, on
/// all threads. The arguments must fit together.
GroupSums group_sums(const CodeSamples& samples, const DiagonalPosteriors& references,
                     std::int64_t groups, bool mss);

/// ln N(z; mean, exp(log_var)).
double normal_log_density(double z, double mean, double log_var);

}  // namespace elbow
