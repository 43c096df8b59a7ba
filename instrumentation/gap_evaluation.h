// The inference gap of a VAE, split: what the Gaussian family costs and what sharing one encoder
// costs.
#pragma once

#include <cstdint>
#include <vector>

#include "instrumentation/latent_model.h"
#include "instrumentation/measurement.h"

namespace elbow {

struct RefinementSettings {
  std::int64_t steps = 300;  ///< of Adam per image
  std::int64_t samples = 8;  ///< of z per step
  double rate = 0.03;        ///< learning rate, falling linearly to 0
  std::uint64_t seed = 1;
};

/// Per image the diagonal Gaussian that maximises the ELBO, by stochastic gradient ascent from the
/// encoder's own: grad_mu = E[d] - mu, grad_log_var = E[d eps] s / 2 - (s^2 - 1) / 2 with
/// d = grad_z ln p(x|z), z = mu + s eps (Cremer, Li & Duvenaud 2018: "SVI").
EncodedImages refine_posteriors(const LatentModel& model, const EncodedImages& images,
                                const RefinementSettings& settings, const Work& work);

/// gap/inference = ln p - elbo = gap/approximation (ln p - elbo/refined) + gap/amortisation
/// (elbo/refined - elbo), with common noise for the two ELBOs (analytic KL) and ln p by importance
/// sampling with `samples` from the refined posteriors. V91.
std::vector<Measurement> evaluate_gaps(const LatentModel& model, const EncodedImages& images,
                                       std::int64_t samples, const RefinementSettings& settings,
                                       const Work& work);

}  // namespace elbow
