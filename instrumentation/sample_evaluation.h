// What a frozen classifier sees in generated images: which classes, and how their features lie to
// those of real ones; each number beside the same number between two real sets.
#pragma once

#include <cstdint>
#include <vector>

#include "instrumentation/measurement.h"
#include "math/points.h"

namespace elbow {

/// Images as a classifier sees them, row i of both from image i.
struct ClassifiedImages {
  Points features;       ///< [n, d]
  Points probabilities;  ///< [n, classes]
  std::int64_t size() const { return features.size(); }
  std::int64_t classes() const { return probabilities.dim(); }
};

struct SampleSettings {
  std::int64_t neighbours = 5;  ///< of precision, recall, density, coverage
  std::int64_t splits = 5;      ///< real-against-real repetitions
  std::uint64_t seed = 1;
};

/// The most probable class of each row, counted.
std::vector<std::int64_t> class_counts(const PointsView& probabilities);

/// modes, class/kl (and the part of it that missing classes make) and class/total_variation of the
/// predicted classes against those of the real images beyond the samples' number, lenet_score.
/// NAME/floor: the same between two disjoint sets of real images of these sizes. Errors: fewer than
/// twice as many reals as samples, other numbers of classes.
std::vector<Measurement> evaluate_classes(const ClassifiedImages& reals,
                                          const ClassifiedImages& samples,
                                          const SampleSettings& settings);

/// frechet_lenet (and its extrapolation to infinitely many images from 40 samples on), kid_lenet,
/// precision, recall, density, coverage on the features, against as many real images and with
/// floors as above. Errors: as above; no more samples than neighbours.
std::vector<Measurement> evaluate_features(const ClassifiedImages& reals,
                                           const ClassifiedImages& samples,
                                           const SampleSettings& settings, const Work& work);

/// critic/auc: chance that a real image scores above a sample (ties half).
Measurement evaluate_scores(const std::vector<double>& reals, const std::vector<double>& samples);

}  // namespace elbow
