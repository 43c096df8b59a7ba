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

ELBOW_CLONES void posterior_log_densities(const double* __restrict p, const double* __restrict eps,
                                          const double* __restrict z, std::int64_t rows,
                                          std::int64_t d, double* __restrict density,
                                          double* __restrict from_noise, double* __restrict prior) {
  constexpr double kLog2Pi = 1.8378770664093454836;
  for (std::int64_t b = 0; b < rows; ++b) {
    const double* mu = p + 2 * b * d;
    const double* log_var = mu + d;
    const double* e = eps + b * d;
    const double* code = z + b * d;
    double q = 0.0, noise = 0.0, standard = 0.0;
#pragma omp simd reduction(+ : q, noise, standard)
    for (std::int64_t j = 0; j < d; ++j) {
      const double deviation = code[j] - mu[j];
      q += log_var[j] + deviation * deviation * simd::exp(-log_var[j]);
      noise += log_var[j] + e[j] * e[j];
      standard += code[j] * code[j];
    }
    const double constant = static_cast<double>(d) * kLog2Pi;
    density[b] = -0.5 * (constant + q);
    from_noise[b] = -0.5 * (constant + noise);
    prior[b] = -0.5 * (constant + standard);
  }
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
