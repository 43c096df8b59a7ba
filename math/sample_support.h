// What two samples allow an estimator to say: the subspace that they span, repeated points, whether
// they lie apart, how heavy their tails are. A density-based estimate of what has no density, or of
// samples that do not meet, is a number without a meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// Both samples in coordinates of the affine subspace that they span together: centred, in which
/// the pooled sample has mean 0 and covariance I. The same invertible affine map for both, so that
/// every f-divergence and every ratio of densities is as before; shifts, units, rotations, constant
/// and linearly dependent columns do not show.
struct CommonCoordinates {
  Points p, q;            ///< [n, rank], [m, rank]
  std::int64_t rank = 0;  ///< dimension of the subspace: at most that of the points
};

/// Columns are first brought to a standard deviation of 1; those whose deviation is below 1e-12 of
/// their largest magnitude are constant. A direction belongs to the subspace where its variance is
/// above 1e-10 of the largest (1e-5 of the spread: rounding of float32 files stays below it). By
/// eigenvalues of the covariance or, for more columns than points, of the Gram matrix: O(N r² + r³)
/// with N = n + m, r = min(N, d). At rank N - 1 the map makes all points equally far from one
/// another: `require_common_density` refuses that. Rank 0 where all points are equal. Errors: those
/// of require_comparable.
CommonCoordinates common_coordinates(const PointsView& p, const PointsView& q);

/// Dimension of the affine subspace that one sample spans, by the same rule.
std::int64_t affine_rank(const PointsView& points);

/// Shares of equal points (all coordinates, bit for bit, -0 as 0).
struct Ties {
  double within_p = 0.0, within_q = 0.0;  ///< points that occur more than once in their sample
  double across = 0.0;                    ///< points of both samples that occur in the other
  bool same_sample = false;               ///< the two hold the same points equally often
};
/// O(N log N) comparisons of rows.
Ties count_ties(const PointsView& p, const PointsView& q);

/// Points whose nearest other point is one of the other sample; equally near ones count as such. If
/// P = Q, about m / (n + m) of P's. None on either side: the samples lie apart, and the data give
/// no upper bound of any divergence between the laws. O(N² d), of at most `most` points of each.
struct Mixing {
  std::int64_t of_p = 0, of_q = 0;
  bool apart() const { return of_p == 0 && of_q == 0; }
};
Mixing mix(const PointsView& p, const PointsView& q, std::int64_t most = 2000);

/// Throws Error where the samples lie apart in common coordinates.
void require_mixing(const CommonCoordinates& common, const std::string& what);

/// Why the density of Q near the points of P is not shown by the samples, or "" where it is: more
/// than 2 % + 1/n of P's points lie outside the range of Q in a coordinate, or have their k-th
/// neighbour in Q so far away that the ball to it holds more than a tenth of P. An estimate of
/// KL(P||Q) is then too low by an amount that the samples do not tell: no standard error.
std::string unseen_density_note(const CommonCoordinates& common, std::int64_t k);

/// The samples in common coordinates, for an estimator that takes both laws to have densities
/// there. Throws Error, with the reason in words, where the samples speak against it:
///   the same points in both; all points equal; more than 1 % of the points repeated, within or
///   across; a sample that spans a smaller subspace than both do (no common density: the KL is
///   infinite); too few points, less than `points_per_dimension` for each dimension, for the
///   subspace to be that of the laws.
/// `what` begins the sentence: "A neighbour estimate".
CommonCoordinates require_common_density(const PointsView& p, const PointsView& q,
                                         const std::string& what,
                                         std::int64_t points_per_dimension = 2);

/// Share of repeated points up to which a sample counts as one of a law with a density: float32
/// rounding of 10^5 values on a line repeats a few in a thousand.
inline constexpr double kMostTies = 0.01;

/// Index of the tail of ‖x - median‖ (median coordinate by coordinate), by the Pareto fit of
/// `pareto_tail` without shrinkage: E‖x‖^r is in doubt where it is above 1/r. Its own standard
/// error is (1 + k) / √tail. Nothing below 25 points and where fewer than 5 exceed the threshold.
std::optional<Estimate> tail_index(const PointsView& points);

/// Whether E‖x‖^order of either sample is in doubt: tail_index, less half its own standard error,
/// above 1 / order. A mean of ‖x‖^(order / 2) then has no standard error.
bool moment_in_doubt(const PointsView& p, const PointsView& q, double order);

/// The estimate, without its standard error and with a note where that moment is in doubt.
Estimate without_error_of_a_doubtful_moment(Estimate estimate, const PointsView& p,
                                            const PointsView& q, double order);

}  // namespace elbow
