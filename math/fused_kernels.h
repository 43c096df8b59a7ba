// The loops behind math/fused.h, on raw row-major arrays. No argument checks, no threads.
#pragma once

#include <cstdint>

namespace elbow::kernels {

/// out[b] = sum_i x_bi l_bi - softplus(l_bi).
void bernoulli_rows(const float* logits, const float* x, float* out, std::int64_t rows,
                    std::int64_t dim);
/// out[b, i] = g_b (x_bi - sigmoid(l_bi)).
void bernoulli_rows_gradient(const float* logits, const float* x, const float* g, float* out,
                             std::int64_t rows, std::int64_t dim);

/// out[b] = sum_i (x_bi - m_bi)^2.
void squared_distance_rows(const float* x, const float* m, float* out, std::int64_t rows,
                           std::int64_t dim);
/// out[b, i] = 2 g_b (m_bi - x_bi).
void squared_distance_rows_gradient(const float* x, const float* m, const float* g, float* out,
                                    std::int64_t rows, std::int64_t dim);

/// z = mu + exp(lv / 2) eps and kl_b = 1/2 sum_j (mu^2 + expm1(lv) - lv); rows of `p` are mu, lv.
void posterior_rows(const float* p, const float* eps, float* z, float* kl, std::int64_t rows,
                    std::int64_t d);
/// Gradient in p from those in z ([rows, d]) and kl ([rows]); either may be null.
void posterior_rows_gradient(const float* p, const float* eps, const float* gz, const float* gkl,
                             float* out, std::int64_t rows, std::int64_t d);
/// Per row, in float64: ln q(z|x) by the density formula, the same from eps (z = mu + s eps), and
/// ln N(z; 0, I); rows of `p` are mu, lv. Only exp(-lv) has the precision of the argument.
void posterior_log_densities(const float* p, const float* eps, const float* z, std::int64_t rows,
                             std::int64_t d, double* density, double* from_noise, double* prior);
void posterior_log_densities(const double* p, const double* eps, const double* z, std::int64_t rows,
                             std::int64_t d, double* density, double* from_noise, double* prior);
/// Per column of p ([rows, columns]): its least and largest value, the sum of the deviations from
/// its first row and of their squares.
void column_statistics(const float* p, std::int64_t rows, std::int64_t columns, double* least,
                       double* largest, double* sum, double* squares);
void column_statistics(const double* p, std::int64_t rows, std::int64_t columns, double* least,
                       double* largest, double* sum, double* squares);
/// Sum of n values, and of the squares of their deviations from `centre`; in float64.
double sum(const float* values, std::int64_t n);
double sum(const double* values, std::int64_t n);
double squared_deviations(const float* values, std::int64_t n, double centre);
double squared_deviations(const double* values, std::int64_t n, double centre);
/// Per row, how many logits have |l| > limit, and how many x lie strictly between 0 and 1.
void pixel_counts(const float* logits, const float* x, std::int64_t rows, std::int64_t dim,
                  float limit, float* saturated, float* grey);
void pixel_counts(const double* logits, const double* x, std::int64_t rows, std::int64_t dim,
                  double limit, float* saturated, float* grey);
/// out[j] = mean over rows of 1/2 (mu^2 + exp(lv) - 1 - lv), in float64 throughout.
void kl_columns(const float* p, double* out, std::int64_t rows, std::int64_t d);

struct AdamFactors {
  float gradient_scale, beta1, one_minus_beta1, beta2, one_minus_beta2;
  float step;       ///< lr / (1 - beta1^t)
  float root_bias;  ///< 1 / sqrt(1 - beta2^t)
  float eps;
  float decay;  ///< 1 - lr * weight_decay
};
/// Adam on n elements in place; returns the sum of the squares of g.
double adam(float* p, const float* g, float* m, float* v, std::int64_t n, const AdamFactors& f);

double sum_of_squares(const float* g, std::int64_t n);

}  // namespace elbow::kernels
