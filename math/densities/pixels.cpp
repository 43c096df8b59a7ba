#include "math/densities/pixels.h"

#include <cmath>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {

double log_bernoulli(double x, double logit) { return x * logit - softplus(logit); }

double bernoulli_kl(double logit_p, double logit_q) {
  // p (ln p - ln q) + (1 - p) (ln(1-p) - ln(1-q)), each difference from logits.
  return sigmoid(logit_p) * (log_sigmoid(logit_p) - log_sigmoid(logit_q)) +
         sigmoid(-logit_p) * (log_sigmoid(-logit_p) - log_sigmoid(-logit_q));
}

double log_continuous_bernoulli_normaliser(double logit) {
  const double l = std::fabs(logit);
  // l / tanh(l/2) = 2 (1 + l²/12 - l⁴/720 + ...).
  if (l < 1e-2) return kLn2 + std::log1p(l * l / 12.0 - l * l * l * l / 720.0);
  return std::log(l) - std::log(std::tanh(0.5 * l));
}

double log_continuous_bernoulli(double x, double logit) {
  return log_bernoulli(x, logit) + log_continuous_bernoulli_normaliser(logit);
}

double continuous_bernoulli_mean(double logit) {
  if (std::fabs(logit) < 1e-2) return 0.5 + logit / 12.0 - logit * logit * logit / 720.0;
  return -1.0 / std::expm1(-logit) - 1.0 / logit;
}

double log_discretised_logistic(int k, double mean, double scale) {
  if (k < 0 || k > 255) throw Error("A grey level is between 0 and 255.");
  const double above = ((k + 0.5) / 255.0 - mean) / scale;
  const double below = ((k - 0.5) / 255.0 - mean) / scale;
  if (k == 0) return log_sigmoid(above);
  if (k == 255) return log_sigmoid(-below);
  return log_sigmoid(above) + log_sigmoid(-below) + log1mexp(below - above);
}

}  // namespace elbow
