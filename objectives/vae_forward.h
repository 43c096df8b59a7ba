// The forward pass that VAE objectives share: encode, sample, decode, and the terms of the bound.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "objectives/objective.h"

namespace elbow {

/// How the gradient passes through the sampling of z.
enum class GradientEstimator { pathwise };

/// The config parameter `gradient`, which every VAE objective has.
ParameterSpec gradient_parameter();
/// Throws Error(usage) for a name that is no estimator.
GradientEstimator gradient_estimator(const Parameters& parameters);

/// One sample of z per datum and what follows from it. B data, d latent dimensions.
struct VaeForward {
  Tensor mu_log_var;  ///< [B, 2d] encoder output: means, then log-variances
  Tensor eps;         ///< [B, d] standard normal noise
  Tensor z;           ///< [B, d] mu + exp(log_var / 2) eps
  Tensor kl;          ///< [B] KL(q(z|x)||p(z)), closed form, nats
  Tensor kl_per_dim;  ///< [d, B] per dimension and datum, float64; only with instruments
  Tensor output;      ///< [B, out] decoder output
  Tensor log_px;      ///< [B] ln p(x|z), nats
};

/// Encodes context.batch.x, samples z with noise from context.latent (one draw of [B, d]), decodes.
/// Sampling happens in both modes: a bound is never evaluated at z = mu.
/// Errors: an encoder whose output is not [B, 2 latent].
VaeForward vae_forward(const Context& context, Likelihood& likelihood, std::int64_t latent,
                       GradientEstimator gradient);

/// The single phase "model": encoder, decoder, and the likelihood where it has parameters.
std::vector<Phase> vae_phases(Likelihood& likelihood);

/// elbo/reconstruction with weight -1 and elbo/kl with weight beta; with instruments every further
/// term of `vae_term_specs()` and the likelihood's own.
std::vector<Term> vae_terms(const VaeForward& forward, const Context& context,
                            Likelihood& likelihood, double beta);

}  // namespace elbow
