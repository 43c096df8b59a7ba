// Sliced Wasserstein distances: one-dimensional transport averaged, or maximised, over projections.
// Source: Bonneel et al. 2015; Deshpande et al. 2019 (max-sliced).
#pragma once

#include <cstdint>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"
#include "math/threefry.h"

namespace elbow {

/// Directions uniform on the sphere, [count, d]. Draw them once: with new directions at every
/// evaluation the numbers are not comparable.
Points random_directions(std::int64_t count, std::int64_t d, CounterStream& random);

/// SW1 = E_θ W1(θ·P, θ·Q) and SW2² = E_θ W2²(θ·P, θ·Q) by the mean over `directions` [L, d] (unit
/// rows). `se` has the noise of the directions, sd/√L, and of the points (dual potentials averaged
/// over directions); at P = Q the latter is 0 to leading order. O(L n (d + log n)).
/// Errors: no direction, other dimensions, not finite.
Estimate sliced_wasserstein1(const PointsView& p, const PointsView& q,
                             const PointsView& directions);
Estimate sliced_wasserstein2_squared(const PointsView& p, const PointsView& q,
                                     const PointsView& directions);

/// max_θ W2²(θ·P, θ·Q) by ascent along great circles, from the difference of the means and then
/// from random directions; the largest of random directions alone is only a lower bound, and so is
/// this where the ascent stops early. The result is the value at `direction`.
struct MaxSliced {
  Estimate estimate;
  std::vector<double> direction;  ///< [d], unit length
};
MaxSliced max_sliced_wasserstein2_squared(const PointsView& p, const PointsView& q,
                                          CounterStream& random, std::int64_t starts = 4);

}  // namespace elbow
