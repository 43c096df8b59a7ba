#include "math/aggregate_kernels.h"

#include <limits>

#include "math/simd.h"

namespace elbow::kernels {

ELBOW_CLONES void normal_log_densities(double z, const double* mean, const double* precision,
                                       const double* constant, double* out, double* joint,
                                       std::int64_t n) {
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) {
    const double e = z - mean[j];
    const double value = constant[j] - 0.5 * e * e * precision[j];
    out[j] = value;
    joint[j] += value;
  }
}

ELBOW_CLONES double largest(const double* x, std::int64_t n) {
  double top = -std::numeric_limits<double>::infinity();
#pragma omp simd reduction(max : top)
  for (std::int64_t j = 0; j < n; ++j) top = x[j] > top ? x[j] : top;
  return top;
}

ELBOW_CLONES double sum_exp(const double* x, double shift, std::int64_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < n; ++j) sum += simd::exp(x[j] - shift);
  return sum;
}

}  // namespace elbow::kernels
