// Metrics of two samples that are no divergences of densities with an exact value here: the kernel
// distance of KID, Sinkhorn divergence, sliced and max-sliced Wasserstein distances, the classifier
// two-sample test, precision and recall with density and coverage. In the table of `elbow
// divergence`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "math/estimators/two_sample.h"

namespace elbow {

/// Their names, in the order in which they are shown after divergence_quantities().
const std::vector<std::string>& sample_quantities();

/// One row each; P is the data and Q the model where that matters. On a line the sliced distances
/// are the Wasserstein distances and left out. The entropy of the Sinkhorn divergence costs
/// settings.epsilon or, without one, ε = median²/10 of the distances in P.
std::vector<TwoSampleEstimator> sample_metrics(const DivergenceSettings& settings, std::int64_t dim,
                                               const SharedRatio& ratio);
std::vector<TwoSampleEstimator> sample_metrics(const DivergenceSettings& settings,
                                               std::int64_t dim);

}  // namespace elbow
