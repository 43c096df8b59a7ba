// The inner loops behind math/distances.h.
#pragma once

#include <cstdint>

namespace elbow::kernels {

/// Columns of a panel: 8 points stored coordinate by coordinate, [panels, d, 8].
inline constexpr std::int64_t kPanel = 8;

/// out[r * stride + p * 8 + c] = Σ_k (rows[r, k] - panels[p, k, c])². rows [n, d].
void squared_distance_panels(const double* rows, std::int64_t n, const double* panels,
                             std::int64_t panel_count, std::int64_t d, double* out,
                             std::int64_t stride);

/// The same with Σ_k rows[r, k] · panels[p, k, c].
void dot_panels(const double* rows, std::int64_t n, const double* panels, std::int64_t panel_count,
                std::int64_t d, double* out, std::int64_t stride);

/// values <- exp(-values / (2 h²)) summed over the n_h bandwidths h.
void rbf(double* values, std::int64_t n, const double* bandwidths, std::int64_t n_h);

/// values <- Σ C / (C + values).
void inverse_multiquadric(double* values, std::int64_t n, const double* scales,
                          std::int64_t n_scales);

/// values <- -√values.
void negative_root(double* values, std::int64_t n);

/// Σ values and Σ values².
void sum_and_squares(const double* values, std::int64_t n, double* sum, double* squares);

/// total[j] += values[j].
void accumulate(const double* values, std::int64_t n, double* total);

double dot(const double* a, const double* b, std::int64_t n);

/// -ε ln Σ_j exp((g_j - cost_j) / ε + log_weight), stable: the soft minimum of cost - g.
double soft_minimum(const double* cost, const double* g, std::int64_t n, double epsilon,
                    double log_weight);

/// out[j] = exp((f + g_j - cost_j) / ε + log_weight).
void plan_row(const double* cost, const double* g, double f, std::int64_t n, double epsilon,
              double log_weight, double* out);

}  // namespace elbow::kernels
