#include "math/fused_kernels.h"

#include <cmath>

#include "math/simd.h"

namespace elbow::kernels {

ELBOW_CLONES void bernoulli_rows(const float* __restrict logits, const float* __restrict x,
                                 float* __restrict out, std::int64_t rows, std::int64_t dim) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* l = logits + b * dim;
    const float* t = x + b * dim;
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < dim; ++i) {
      const float e = simd::exp_nonpositive(-std::fabs(l[i]));
      const float positive = l[i] < 0.0f ? 0.0f : l[i];
      sum += (t[i] * l[i] - positive) - simd::log1p_unit(e);
    }
    out[b] = sum;
  }
}

ELBOW_CLONES void bernoulli_rows_gradient(const float* __restrict logits, const float* __restrict x,
                                          const float* __restrict g, float* __restrict out,
                                          std::int64_t rows, std::int64_t dim) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* l = logits + b * dim;
    const float* t = x + b * dim;
    float* o = out + b * dim;
    const float scale = g[b];
#pragma omp simd
    for (std::int64_t i = 0; i < dim; ++i) {
      const float e = simd::exp_nonpositive(-std::fabs(l[i]));
      const float q = 1.0f / (1.0f + e);
      const float sigmoid = l[i] < 0.0f ? e * q : q;
      o[i] = scale * (t[i] - sigmoid);
    }
  }
}

ELBOW_CLONES void squared_distance_rows(const float* __restrict x, const float* __restrict m,
                                        float* __restrict out, std::int64_t rows,
                                        std::int64_t dim) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* s = x + b * dim;
    const float* t = m + b * dim;
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < dim; ++i) {
      const float difference = s[i] - t[i];
      sum += difference * difference;
    }
    out[b] = sum;
  }
}

ELBOW_CLONES void squared_distance_rows_gradient(const float* __restrict x,
                                                 const float* __restrict m,
                                                 const float* __restrict g, float* __restrict out,
                                                 std::int64_t rows, std::int64_t dim) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float scale = 2.0f * g[b];
    const std::int64_t row = b * dim;
#pragma omp simd
    for (std::int64_t i = 0; i < dim; ++i) out[row + i] = scale * (m[row + i] - x[row + i]);
  }
}

ELBOW_CLONES void posterior_rows(const float* __restrict p, const float* __restrict eps,
                                 float* __restrict z, float* __restrict kl, std::int64_t rows,
                                 std::int64_t d) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* mu = p + 2 * b * d;
    const float* log_var = mu + d;
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t j = 0; j < d; ++j) {
      z[b * d + j] = mu[j] + simd::exp(0.5f * log_var[j]) * eps[b * d + j];
      sum += mu[j] * mu[j] + simd::expm1_minus(log_var[j]);
    }
    kl[b] = 0.5f * sum;
  }
}

ELBOW_CLONES void posterior_rows_gradient(const float* __restrict p, const float* __restrict eps,
                                          const float* __restrict gz, const float* __restrict gkl,
                                          float* __restrict out, std::int64_t rows,
                                          std::int64_t d) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* mu = p + 2 * b * d;
    const float* log_var = mu + d;
    float* out_mu = out + 2 * b * d;
    float* out_log_var = out_mu + d;
    const float k = gkl == nullptr ? 0.0f : gkl[b];
#pragma omp simd
    for (std::int64_t j = 0; j < d; ++j) {
      const float sigma = simd::exp(0.5f * log_var[j]);
      const float g = gz == nullptr ? 0.0f : gz[b * d + j];
      const float through_kl = gkl == nullptr ? 0.0f : k * (sigma * sigma - 1.0f);
      out_mu[j] = g + k * mu[j];
      out_log_var[j] = 0.5f * (g * sigma * eps[b * d + j] + through_kl);
    }
  }
}

namespace {

// One body for both precisions; a clone cannot itself be a template.

template <typename T>
ELBOW_INLINE void log_densities(const T* __restrict p, const T* __restrict eps,
                                const T* __restrict z, std::int64_t rows, std::int64_t d,
                                double* __restrict density, double* __restrict from_noise,
                                double* __restrict prior) {
  constexpr double kLog2Pi = 1.8378770664093454836;
  for (std::int64_t b = 0; b < rows; ++b) {
    const T* mu = p + 2 * b * d;
    const T* log_var = mu + d;
    const T* noise_row = eps + b * d;
    const T* code_row = z + b * d;
    double q = 0.0, noise = 0.0, standard = 0.0;
#pragma omp simd reduction(+ : q, noise, standard)
    for (std::int64_t j = 0; j < d; ++j) {
      const double l = static_cast<double>(log_var[j]), e = static_cast<double>(noise_row[j]);
      const double code = static_cast<double>(code_row[j]);
      const double deviation = code - static_cast<double>(mu[j]);
      q += l + deviation * deviation * static_cast<double>(simd::exp(-log_var[j]));
      noise += l + e * e;
      standard += code * code;
    }
    const double constant = static_cast<double>(d) * kLog2Pi;
    density[b] = -0.5 * (constant + q);
    from_noise[b] = -0.5 * (constant + noise);
    prior[b] = -0.5 * (constant + standard);
  }
}

template <typename T>
ELBOW_INLINE void columns(const T* __restrict p, std::int64_t rows, std::int64_t count,
                          double* __restrict least, double* __restrict largest,
                          double* __restrict total, double* __restrict squares) {
  for (std::int64_t j = 0; j < count; ++j) {
    least[j] = largest[j] = static_cast<double>(p[j]);
    total[j] = squares[j] = 0.0;
  }
  for (std::int64_t b = 1; b < rows; ++b) {
    const T* row = p + b * count;
#pragma omp simd
    for (std::int64_t j = 0; j < count; ++j) {
      const double value = static_cast<double>(row[j]);
      const double deviation = value - static_cast<double>(p[j]);
      least[j] = value < least[j] ? value : least[j];
      largest[j] = value > largest[j] ? value : largest[j];
      total[j] += deviation;
      squares[j] += deviation * deviation;
    }
  }
}

template <typename T>
ELBOW_INLINE double sum_of(const T* __restrict values, std::int64_t n) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = 0; i < n; ++i) total += static_cast<double>(values[i]);
  return total;
}

template <typename T>
ELBOW_INLINE double deviations_of(const T* __restrict values, std::int64_t n, double centre) {
  double squares = 0.0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < n; ++i) {
    const double deviation = static_cast<double>(values[i]) - centre;
    squares += deviation * deviation;
  }
  return squares;
}

template <typename T>
ELBOW_INLINE void counts(const T* __restrict logits, const T* __restrict x, std::int64_t rows,
                         std::int64_t dim, T limit, float* __restrict saturated,
                         float* __restrict grey) {
  for (std::int64_t b = 0; b < rows; ++b) {
    const T* l = logits + b * dim;
    const T* t = x + b * dim;
    std::int32_t far = 0, between = 0;
#pragma omp simd reduction(+ : far, between)
    for (std::int64_t i = 0; i < dim; ++i) {
      far += std::fabs(l[i]) > limit ? 1 : 0;
      between += (t[i] > T(0) ? 1 : 0) & (t[i] < T(1) ? 1 : 0);
    }
    saturated[b] = static_cast<float>(far);
    grey[b] = static_cast<float>(between);
  }
}

}  // namespace

ELBOW_CLONES void posterior_log_densities(const float* p, const float* eps, const float* z,
                                          std::int64_t rows, std::int64_t d, double* density,
                                          double* from_noise, double* prior) {
  log_densities(p, eps, z, rows, d, density, from_noise, prior);
}

ELBOW_CLONES void posterior_log_densities(const double* p, const double* eps, const double* z,
                                          std::int64_t rows, std::int64_t d, double* density,
                                          double* from_noise, double* prior) {
  log_densities(p, eps, z, rows, d, density, from_noise, prior);
}

ELBOW_CLONES void column_statistics(const float* p, std::int64_t rows, std::int64_t count,
                                    double* least, double* largest, double* total,
                                    double* squares) {
  columns(p, rows, count, least, largest, total, squares);
}

ELBOW_CLONES void column_statistics(const double* p, std::int64_t rows, std::int64_t count,
                                    double* least, double* largest, double* total,
                                    double* squares) {
  columns(p, rows, count, least, largest, total, squares);
}

ELBOW_CLONES double sum(const float* values, std::int64_t n) { return sum_of(values, n); }

ELBOW_CLONES double sum(const double* values, std::int64_t n) { return sum_of(values, n); }

ELBOW_CLONES double squared_deviations(const float* values, std::int64_t n, double centre) {
  return deviations_of(values, n, centre);
}

ELBOW_CLONES double squared_deviations(const double* values, std::int64_t n, double centre) {
  return deviations_of(values, n, centre);
}

ELBOW_CLONES void pixel_counts(const float* logits, const float* x, std::int64_t rows,
                               std::int64_t dim, float limit, float* saturated, float* grey) {
  counts(logits, x, rows, dim, limit, saturated, grey);
}

ELBOW_CLONES void pixel_counts(const double* logits, const double* x, std::int64_t rows,
                               std::int64_t dim, double limit, float* saturated, float* grey) {
  counts(logits, x, rows, dim, limit, saturated, grey);
}

ELBOW_CLONES void kl_columns(const float* __restrict p, double* __restrict out, std::int64_t rows,
                             std::int64_t d) {
  for (std::int64_t j = 0; j < d; ++j) {
#pragma omp simd
    for (std::int64_t b = 0; b < rows; ++b) {
      const double m = static_cast<double>(p[2 * b * d + j]);
      const double l = static_cast<double>(p[2 * b * d + d + j]);
      out[j * rows + b] = 0.5 * (m * m + simd::exp(l) - 1.0 - l);
    }
  }
}

ELBOW_CLONES double adam(float* __restrict p, const float* __restrict g, float* __restrict m,
                         float* __restrict v, std::int64_t n, const AdamFactors& factors) {
  const AdamFactors f = factors;
  double squares = 0.0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < n; ++i) {
    const float raw = g[i];
    squares += static_cast<double>(raw) * static_cast<double>(raw);
    const float scaled = f.gradient_scale * raw;
    m[i] = f.beta1 * m[i] + f.one_minus_beta1 * scaled;
    v[i] = f.beta2 * v[i] + f.one_minus_beta2 * (scaled * scaled);
    p[i] = f.decay * p[i] - f.step * m[i] / (std::sqrt(v[i]) * f.root_bias + f.eps);
  }
  return squares;
}

ELBOW_CLONES double sum_of_squares(const float* g, std::int64_t n) {
  double squares = 0.0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < n; ++i) {
    squares += static_cast<double>(g[i]) * static_cast<double>(g[i]);
  }
  return squares;
}

}  // namespace elbow::kernels
