#include "math/distance_kernels.h"

#include <cmath>

#include "math/simd.h"

namespace elbow::kernels {
namespace {

constexpr std::int64_t kRows = 4;  // rows that share one read of a panel

ELBOW_INLINE double squared_difference(double a, double b) { return (a - b) * (a - b); }
ELBOW_INLINE double product(double a, double b) { return a * b; }

template <double (*Combine)(double, double), std::int64_t Rows>
ELBOW_INLINE void tile(const double* __restrict rows, const double* __restrict panel,
                       std::int64_t d, double* __restrict out, std::int64_t stride) {
  double sum[Rows][kPanel] = {};
  for (std::int64_t k = 0; k < d; ++k) {
#pragma GCC unroll 4
    for (std::int64_t r = 0; r < Rows; ++r) {
      const double x = rows[r * d + k];
#pragma omp simd
      for (std::int64_t c = 0; c < kPanel; ++c) sum[r][c] += Combine(x, panel[k * kPanel + c]);
    }
  }
  for (std::int64_t r = 0; r < Rows; ++r) {
#pragma omp simd
    for (std::int64_t c = 0; c < kPanel; ++c) out[r * stride + c] = sum[r][c];
  }
}

template <double (*Combine)(double, double)>
ELBOW_INLINE void panels_by_rows(const double* rows, std::int64_t n, const double* panels,
                                 std::int64_t panel_count, std::int64_t d, double* out,
                                 std::int64_t stride) {
  for (std::int64_t p = 0; p < panel_count; ++p) {
    const double* panel = panels + p * d * kPanel;
    double* column = out + p * kPanel;
    std::int64_t r = 0;
    for (; r + kRows <= n; r += kRows) {
      tile<Combine, kRows>(rows + r * d, panel, d, column + r * stride, stride);
    }
    for (; r < n; ++r) tile<Combine, 1>(rows + r * d, panel, d, column + r * stride, stride);
  }
}

}  // namespace

ELBOW_CLONES void squared_distance_panels(const double* rows, std::int64_t n, const double* panels,
                                          std::int64_t panel_count, std::int64_t d, double* out,
                                          std::int64_t stride) {
  panels_by_rows<squared_difference>(rows, n, panels, panel_count, d, out, stride);
}

ELBOW_CLONES void dot_panels(const double* rows, std::int64_t n, const double* panels,
                             std::int64_t panel_count, std::int64_t d, double* out,
                             std::int64_t stride) {
  panels_by_rows<product>(rows, n, panels, panel_count, d, out, stride);
}

ELBOW_CLONES void rbf(double* values, std::int64_t n, const double* bandwidths, std::int64_t n_h) {
  constexpr std::int64_t kBlock = 256;
  double squared[kBlock];
  for (std::int64_t begin = 0; begin < n; begin += kBlock) {
    const std::int64_t count = n - begin < kBlock ? n - begin : kBlock;
    double* v = values + begin;
    for (std::int64_t i = 0; i < count; ++i) {
      squared[i] = v[i];
      v[i] = 0.0;
    }
    for (std::int64_t s = 0; s < n_h; ++s) {
      const double factor = -0.5 / (bandwidths[s] * bandwidths[s]);
#pragma omp simd
      for (std::int64_t i = 0; i < count; ++i) v[i] += simd::exp(factor * squared[i]);
    }
  }
}

ELBOW_CLONES void inverse_multiquadric(double* values, std::int64_t n, const double* scales,
                                       std::int64_t n_scales) {
  for (std::int64_t i = 0; i < n; ++i) {
    double sum = 0.0;
    for (std::int64_t s = 0; s < n_scales; ++s) sum += scales[s] / (scales[s] + values[i]);
    values[i] = sum;
  }
}

ELBOW_CLONES void negative_root(double* values, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) values[i] = -std::sqrt(values[i]);
}

ELBOW_CLONES void sum_and_squares(const double* values, std::int64_t n, double* sum,
                                  double* squares) {
  double s = 0.0, q = 0.0;
#pragma omp simd reduction(+ : s, q)
  for (std::int64_t i = 0; i < n; ++i) {
    s += values[i];
    q += values[i] * values[i];
  }
  *sum = s;
  *squares = q;
}

ELBOW_CLONES void accumulate(const double* __restrict values, std::int64_t n,
                             double* __restrict total) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) total[i] += values[i];
}

ELBOW_CLONES double dot(const double* a, const double* b, std::int64_t n) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

ELBOW_CLONES double soft_minimum(const double* cost, const double* g, std::int64_t n,
                                 double epsilon, double log_weight) {
  double least = cost[0] - g[0];
#pragma omp simd reduction(min : least)
  for (std::int64_t j = 0; j < n; ++j) {
    const double value = cost[j] - g[j];
    least = value < least ? value : least;
  }
  const double scale = 1.0 / epsilon;
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < n; ++j) sum += simd::exp((least - (cost[j] - g[j])) * scale);
  return least - epsilon * (std::log(sum) + log_weight);
}

ELBOW_CLONES void plan_row(const double* __restrict cost, const double* __restrict g, double f,
                           std::int64_t n, double epsilon, double log_weight,
                           double* __restrict out) {
  const double scale = 1.0 / epsilon;
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) {
    out[j] = simd::exp((f + g[j] - cost[j]) * scale + log_weight);
  }
}

}  // namespace elbow::kernels
