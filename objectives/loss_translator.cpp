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
      << ", β = " << theta / variance;
  return out.str();
}

}  // namespace elbow
