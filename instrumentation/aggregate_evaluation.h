// What the codes of a whole data set say: mutual information, total correlation, distance of the
// aggregate posterior from the prior, active units.
#pragma once

#include <cstdint>
#include <vector>

#include "instrumentation/latent_model.h"
#include "instrumentation/measurement.h"

namespace elbow {

struct AggregateSettings {
  std::int64_t samples = 2000;  ///< codes, of images evenly spread over the references
  std::int64_t batch = 128;     ///< of the minibatch estimates that enclose the information
  std::uint64_t seed = 1;
};

/// With all images as references: kl/mc, mutual_information, total_correlation,
/// dimension_wise_kl, marginal_kl; the mutual information from minibatches (with the image itself,
/// and without) that enclose it (V58).
std::vector<Measurement> evaluate_aggregate(const EncodedImages& images,
                                            const AggregateSettings& settings, const Work& work);

/// Latents u with Var_x mu_u > 0.01 (V63). Throws Error for fewer than two images.
std::vector<Measurement> evaluate_active_units(const EncodedImages& images);

}  // namespace elbow
