// The loops behind the aggregate posterior, on raw arrays. No argument checks, no threads.
#pragma once

#include <cstdint>

namespace elbow::kernels {

/// out[j] = constant[j] - (z - mean[j])^2 precision[j] / 2, added to joint[j].
void normal_log_densities(double z, const double* mean, const double* precision,
                          const double* constant, double* out, double* joint, std::int64_t n);
double largest(const double* x, std::int64_t n);
/// sum_j e^(x_j - shift), for shift >= all x_j.
double sum_exp(const double* x, double shift, std::int64_t n);

}  // namespace elbow::kernels
