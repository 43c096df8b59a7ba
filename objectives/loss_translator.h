// Says what a weighted sum of reconstruction error and KL means: "sum or mean?" as two numbers.
#pragma once

#include <string>

namespace elbow {

/// The loss  L = a/R_x · reconstruction + b/R_z · KL,  where "reconstruction" is the cross entropy
/// or the squared error summed over pixels, and R_x, R_z are the divisors of its reductions (D for
/// a mean over pixels, d for a mean over latent dimensions, 1 for sums).
struct LossReduction {
  double reconstruction_weight = 1.0;  ///< a
  double kl_weight = 1.0;              ///< b
  double pixel_divisor = 1.0;          ///< R_x
  double latent_divisor = 1.0;         ///< R_z
};

/// β of the negative β-ELBO that L is a multiple of when its reconstruction term is a negative
/// log-likelihood:  β = b/R_z · R_x/a.  Errors: a or a divisor is not positive.
double effective_beta(const LossReduction& loss);

/// θ = βσ² of the Gaussian decoder that L is a multiple of when its reconstruction term is a
/// squared error:  θ = b/R_z · R_x/(2a).  Only θ is identified by the loss; σ² must be stated to
/// name β.
double effective_theta(const LossReduction& loss);

/// "this loss is s × (−ELBO) of a Gaussian decoder with σ² = …, β = …; θ = βσ² = …", with
/// s = 2aσ²/R_x.
std::string translate_squared_error(const LossReduction& loss, double variance);

/// "this loss is s × (−ELBO) with β = …", with s = a/R_x, where the reconstruction term is the
/// negative log-likelihood itself.
std::string translate_log_likelihood(const LossReduction& loss);

enum class DecoderVariance { none, fixed, fitted };

/// The sentence for a VAE's loss  a · (−ln p(x|z)) + b · KL,  sums over pixels and latent
/// dimensions, mean over the batch, with a and b of the run's last step. `first`: those of its
/// first step; `constant`: they are the same at every step. `variance`: σ² where it is fixed.
std::string translate_elbo(const LossReduction& last, const LossReduction& first, bool constant,
                           DecoderVariance kind, double variance = 0.0);

}  // namespace elbow
