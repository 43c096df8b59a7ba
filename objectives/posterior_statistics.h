// Log-densities and summaries of a diagonal Gaussian posterior on one batch of samples, in double.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <vector>

namespace elbow {

struct PosteriorStatistics {
  std::vector<double> log_q_density;  ///< [B] ln q(z|x) from z, the density formula
  std::vector<double> log_q_noise;    ///< [B] the same from eps, with z = mu + s eps
  std::vector<double> log_p_z;        ///< [B] ln N(z; 0, I)
  std::int64_t active_units = 0;      ///< dimensions with Var_x(mu) > 0.01 over this batch
  double mu_min = 0.0, mu_max = 0.0, log_var_min = 0.0, log_var_max = 0.0;
};

/// mu_log_var: [B, 2d]; eps, z: [B, d]. All densities in nats with every constant. The variance of
/// mu over the batch is the sample variance (divisor B - 1). Source: Burda et al. 2016, section 5
/// (active units). Errors: shapes differ.
PosteriorStatistics posterior_statistics(const Tensor& mu_log_var, const Tensor& eps,
                                         const Tensor& z);

}  // namespace elbow
