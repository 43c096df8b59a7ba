// Likelihood by importance sampling from the encoder's posteriors, for several numbers of samples.
#pragma once

#include <cstdint>
#include <vector>

#include "instrumentation/latent_model.h"
#include "instrumentation/measurement.h"

namespace elbow {

/// ln w of `samples` codes of each image, row by row: [n, K]. Sample k of image i comes from
/// numbers of its own (seed, i, k), so that it does not depend on K or on the other images.
std::vector<double> image_log_weights(const LatentModel& model, const EncodedImages& images,
                                      std::int64_t samples, std::uint64_t seed,
                                      std::int64_t first_image = 0);

/// Per image from one set of max(k) weights: elbo; iwae/kK for each K by the mean of L_K over the
/// disjoint blocks of K weights, so that smaller K have less noise and, where the Ks divide each
/// other, the bounds are ordered on every image; the jackknife; Pareto k-hat, effective sample
/// size. Means over images with the standard error between images.
std::vector<Measurement> evaluate_importance(const LatentModel& model, const EncodedImages& images,
                                             std::vector<std::int64_t> ks, std::uint64_t seed,
                                             const Work& work);

}  // namespace elbow
