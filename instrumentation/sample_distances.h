// Distances between samples of a model and held-out data, each beside its floor: the same distance
// between two held-out sets of that size.
#pragma once

#include <cstdint>
#include <vector>

#include "core/identity.h"
#include "core/spec.h"
#include "math/points.h"

namespace elbow {

/// What is compared: as many samples as half of the held-out points, at most 256.
class SampleDistances {
 public:
  /// held_out [n, D], n >= 4: the floors are measured here, once.
  explicit SampleDistances(const PointsView& held_out);
  std::int64_t samples() const { return reals_.size(); }
  /// Adds the terms of `sample_distance_terms` for samples() samples; nothing where one is not
  /// finite. The assignment, O(n³), is of the first 128 points.
  void add(const PointsView& samples, Values& values) const;

 private:
  Points reals_;
  Moments energy_floor_, transport_floor_;
};

std::vector<TermSpec> sample_distance_terms();

}  // namespace elbow
