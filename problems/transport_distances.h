// Distances of clouds of points: what must hold between those of the same clouds, by two
// algorithms, and where a closed form is known.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/estimate.h"
#include "math/points.h"
#include "problems/checks.h"

namespace elbow::problems {

/// The program's own estimators, unless a test puts others in their place.
struct TransportEstimators {
  using Distance = std::function<Estimate(const PointsView& p, const PointsView& q)>;
  Distance w1, w2_squared, energy_unbiased, energy_biased;
  Distance frechet;  ///< with 1/n covariances
  std::function<Estimate(const PointsView& p, const PointsView& q, const PointsView& directions)>
      sliced_w1;
  std::function<Estimate(const PointsView& p, const PointsView& q, double epsilon)> sinkhorn;
};
TransportEstimators transport_estimators();

/// n points (shift, (i + ½)/n).
Points line(double shift, std::int64_t n);

/// n points of N(mean, sd² I).
Points normals(std::int64_t n, std::int64_t d, double mean, double sd, std::uint64_t seed,
               std::uint64_t stream);

/// G47: two parallel lines at a distance.
void check_lines(const Checks& checks, double theta,
                 const TransportEstimators& estimators = transport_estimators());

/// G46, G53, G54: inequalities between the distances of the same clouds; ids end in `suffix`.
void check_distances(const Checks& checks, const std::string& suffix, const PointsView& p,
                     const PointsView& q, std::uint64_t seed,
                     const TransportEstimators& estimators = transport_estimators());

/// G46: the same points on a line, by sorting and as an assignment in the plane.
void check_two_algorithms(const Checks& checks, std::uint64_t seed,
                          const TransportEstimators& estimators = transport_estimators());

/// G46: N(0, 1) and N(m, 1) on a line, where quantiles do not cross; n points of each.
void check_shifts(const Checks& checks, std::uint64_t seed, std::int64_t n,
                  const TransportEstimators& estimators = transport_estimators());

}  // namespace elbow::problems
