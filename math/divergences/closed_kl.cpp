#include "math/divergences/closed_kl.h"

#include <cmath>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {

double diagonal_gaussian_kl(std::span<const double> mean_p, std::span<const double> log_var_p,
                            std::span<const double> mean_q, std::span<const double> log_var_q) {
  if (mean_p.size() != log_var_p.size() || mean_p.size() != mean_q.size() ||
      mean_p.size() != log_var_q.size()) {
    throw Error("Means and log-variances of two Gaussians need the same number of coordinates.");
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < mean_p.size(); ++i) {
    const double shift = mean_p[i] - mean_q[i];
    sum += expm1_minus(log_var_p[i] - log_var_q[i]) + shift * shift * std::exp(-log_var_q[i]);
  }
  return 0.5 * sum;
}

double standard_gaussian_kl(std::span<const double> mean, std::span<const double> log_var) {
  const std::vector<double> zero(mean.size(), 0.0);
  return diagonal_gaussian_kl(mean, log_var, zero, zero);
}

double laplace_kl(double location_p, double scale_p, double location_q, double scale_q) {
  const double shift = std::fabs(location_p - location_q);
  return std::log(scale_q / scale_p) + shift / scale_q +
         scale_p / scale_q * std::exp(-shift / scale_p) - 1.0;
}

double exponential_kl(double rate_p, double rate_q) {
  return expm1_minus(std::log(rate_q / rate_p));
}

double uniform_kl(double low_p, double high_p, double low_q, double high_q) {
  if (low_p < low_q || high_p > high_q) return kInfinity;
  return std::log((high_q - low_q) / (high_p - low_p));
}

}  // namespace elbow
