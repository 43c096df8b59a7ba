#include "objectives/loss_translator.h"

#include <sstream>

#include "core/error.h"

namespace elbow {
namespace {

void require_positive(const LossReduction& loss) {
  if (!(loss.reconstruction_weight > 0) || !(loss.pixel_divisor > 0) || !(loss.latent_divisor > 0))
    throw Error(
        "The loss translator needs a positive reconstruction weight and positive divisors.");
}

}  // namespace

double effective_beta(const LossReduction& loss) {
  require_positive(loss);
  return loss.kl_weight / loss.latent_divisor * loss.pixel_divisor / loss.reconstruction_weight;
}

double effective_theta(const LossReduction& loss) { return effective_beta(loss) / 2.0; }

std::string translate_squared_error(const LossReduction& loss, double variance) {
  const double theta = effective_theta(loss);
  const double scale = 2.0 * loss.reconstruction_weight * variance / loss.pixel_divisor;
  std::ostringstream out;
  out << "this loss is " << scale << " × (−ELBO) of a Gaussian decoder with σ² = " << variance
      << ", β = " << theta / variance << "; θ = βσ² = " << theta;
  return out.str();
}

std::string translate_log_likelihood(const LossReduction& loss) {
  const double beta = effective_beta(loss);
  std::ostringstream out;
  out << "this loss is " << loss.reconstruction_weight / loss.pixel_divisor
      << " × (−ELBO) with β = " << beta;
  return out.str();
}

std::string translate_elbo(const LossReduction& last, const LossReduction& first, bool constant,
                           DecoderVariance kind, double variance) {
  std::ostringstream out;
  if (kind == DecoderVariance::fixed) {
    out << translate_squared_error(
        {.reconstruction_weight = 0.5 * last.reconstruction_weight / variance,
         .kl_weight = last.kl_weight},
        variance);
  } else {
    out << translate_log_likelihood(last);
    if (kind == DecoderVariance::fitted) {
      out << " of a Gaussian decoder whose σ² is fitted; θ = βσ² moves with it";
    }
  }
  out << ": sums over pixels and latent dimensions, mean over the batch";
  if (!constant) {
    out << "; β varies over the run, from " << effective_beta(first)
        << " at its first step, and the numbers are those of its last";
  }
  return out.str();
}

}  // namespace elbow
