#include "math/cholesky.h"

#include <cmath>
#include <utility>

namespace elbow {

Cholesky::Cholesky(std::vector<double> a, std::size_t n) : l_(std::move(a)), n_(n) {
  for (std::size_t j = 0; j < n; ++j) {
    double* row_j = l_.data() + j * n;
    double pivot = row_j[j];
    for (std::size_t k = 0; k < j; ++k) pivot -= row_j[k] * row_j[k];
    if (!(pivot > 1e-14 * std::fabs(row_j[j]))) {
      ok_ = false;
      return;
    }
    row_j[j] = std::sqrt(pivot);
    for (std::size_t i = j + 1; i < n; ++i) {
      double* row_i = l_.data() + i * n;
      double sum = row_i[j];
      for (std::size_t k = 0; k < j; ++k) sum -= row_i[k] * row_j[k];
      row_i[j] = sum / row_j[j];
    }
  }
}

double Cholesky::log_det() const {
  double sum = 0.0;
  for (std::size_t i = 0; i < n_; ++i) sum += std::log(lower(i, i));
  return 2.0 * sum;
}

std::vector<double> Cholesky::solve_lower(std::span<const double> b) const {
  std::vector<double> y(b.begin(), b.end());
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t k = 0; k < i; ++k) y[i] -= lower(i, k) * y[k];
    y[i] /= lower(i, i);
  }
  return y;
}

std::vector<double> Cholesky::solve(std::span<const double> b) const {
  std::vector<double> x = solve_lower(b);
  for (std::size_t i = n_; i-- > 0;) {
    for (std::size_t k = i + 1; k < n_; ++k) x[i] -= lower(k, i) * x[k];
    x[i] /= lower(i, i);
  }
  return x;
}

}  // namespace elbow
