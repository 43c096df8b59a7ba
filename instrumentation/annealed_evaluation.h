// Likelihood by annealed importance sampling, and the gap to its reverse on simulated images.
#pragma once

#include <cstdint>
#include <vector>

#include "instrumentation/latent_model.h"
#include "instrumentation/measurement.h"
#include "math/sampling/annealing.h"

namespace elbow {

struct AnnealingSettings {
  std::int64_t steps = 100;  ///< temperatures
  std::int64_t chains = 16;  ///< per image
  HmcOptions hmc = {};
  std::uint64_t seed = 1;
};

/// The path from q(z|x) to p(x, z) in the coordinates u = (z - mu) / s, where it starts at N(0, I):
/// base(u) = ln N(u; 0, I), g(u) = ln p(x, z) - ln q(z|x). Rows: each image `chains` times, one
/// after the other. The shift by the posterior's scale is the same for base and base + g.
Path encoder_path(const LatentModel& model, const EncodedImages& images, std::int64_t chains);

/// ais: the mean over images of the lower bound of ln p(x); ais/above_elbo: its distance from the
/// ELBO, which is the mean of g where the chains start. Steps are tuned per image and temperature
/// in pilot chains and frozen.
std::vector<Measurement> evaluate_annealing(const LatentModel& model, const EncodedImages& images,
                                            const AnnealingSettings& settings, const Work& work);

/// On `count` images simulated from the model, whose code is known: the chain of bounds
/// elbo <= lower <= ln p <= upper <= eubo and the gap upper - lower.
/// Throws Error where the likelihood cannot be sampled.
std::vector<Measurement> evaluate_bidirectional(const LatentModel& model, std::int64_t count,
                                                const AnnealingSettings& settings,
                                                const Work& work);

}  // namespace elbow
