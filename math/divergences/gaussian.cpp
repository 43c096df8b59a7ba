#include "math/divergences/gaussian.h"

#include <algorithm>
#include <cmath>

namespace elbow {
namespace {

// x - ln(1 + x), y = ln(1 + x).
double minus_log1p(double x, double y) { return std::fabs(y) < 0.5 ? expm1_minus(y) : x - y; }

/// The terms of one order a, b = min(a, 1 - a): the roles of p and q are swapped for a <= ½.
struct Term {
  double excess, log_variance, b, s;  // s = 1 + b excess
};

Term term_of(const GaussianPair::Coordinate& c, double a) {
  const bool swapped = a <= 0.5;
  const double excess = swapped ? std::expm1(-c.log_variance) : c.excess;
  const double b = swapped ? a : 1.0 - a;
  return {excess, swapped ? -c.log_variance : c.log_variance, b, 1.0 + b * excess};
}

bool converges(const Term& t) {
  constexpr double kRounding = 1e-14;
  return t.s > kRounding * (1.0 + std::fabs(t.b * t.excess));
}

// b ln v - ln(1 + b (v - 1)), v the variance.
double covariance_part(const Term& t) {
  const double log_s = std::log1p(t.b * t.excess);
  if (t.excess > 1.0) return t.b * t.log_variance - log_s;
  return minus_log1p(t.b * t.excess, log_s) - t.b * minus_log1p(t.excess, t.log_variance);
}

}  // namespace

std::vector<double> mean_difference(const Gaussian& p, const Gaussian& q) {
  std::vector<double> d(p.mean.size());
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = p.mean[i] - q.mean[i];
  return d;
}

GaussianPair::GaussianPair(const Gaussian& p, const Gaussian& q)
    : GaussianPair(p.factor, q.factor, mean_difference(p, q),
                   combine(1.0, p.covariance, -1.0, q.covariance)) {}

GaussianPair::GaussianPair(const Cholesky& p, const Cholesky& q,
                           const std::vector<double>& mean_difference,
                           const Matrix& covariance_difference) {
  const std::int64_t n = covariance_difference.size;
  // L_q^-1 L_p = I + E; the covariance of p in whitened coordinates is I + E + E^T + E E^T.
  const Matrix e = solve_lower(q, factor_difference(p, q, covariance_difference));
  const Matrix square = multiply(e, transpose(e));
  const Matrix whitened = solve_lower(q, lower_triangle(p, n));
  Matrix excess(n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) excess(i, j) = e(i, j) + e(j, i) + square(i, j);
  const Eigen eigen = symmetric_eigen(excess);
  const auto shift = q.solve_lower(mean_difference);
  for (std::int64_t k = 0; k < n; ++k) {
    Coordinate c{eigen.values[static_cast<std::size_t>(k)], 0.0, 0.0};
    double variance = 0.0;  // |(L_q^-1 L_p)^T v|², which keeps its digits where it is small
    for (std::int64_t i = 0; i < n; ++i) {
      double along = 0.0;
      for (std::int64_t j = i; j < n; ++j) along += whitened(j, i) * eigen.vectors(j, k);
      variance += along * along;
      c.shift += eigen.vectors(i, k) * shift[static_cast<std::size_t>(i)];
    }
    c.log_variance = c.excess > -0.5 ? std::log1p(c.excess) : std::log(variance);
    coordinates_.push_back(c);
  }
  for (const Cholesky* factor : {&p, &q}) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      double row = 0.0;
      for (std::size_t j = 0; j <= i; ++j) row += factor->lower(i, j) * factor->lower(i, j);
      condition_ = std::fmax(condition_, row / (factor->lower(i, i) * factor->lower(i, i)));
    }
  }
}

double GaussianPair::kl() const {
  double sum = 0.0;
  for (const Coordinate& c : coordinates_)
    sum += minus_log1p(c.excess, c.log_variance) + c.shift * c.shift;
  return 0.5 * sum;
}

double GaussianPair::reverse_kl() const {
  double sum = 0.0;
  for (const Coordinate& c : coordinates_) {
    sum += expm1_minus(-c.log_variance) + c.shift * c.shift * std::exp(-c.log_variance);
  }
  return 0.5 * sum;
}

double GaussianPair::log_power_integral(double a) const {
  if (a == 0.0 || a == 1.0) return 0.0;
  double sum = 0.0;
  for (const Coordinate& c : coordinates_) {
    const Term t = term_of(c, a);
    if (!converges(t)) return kInfinity;
    const double variance = a <= 0.5 ? std::exp(c.log_variance) : 1.0;
    sum += covariance_part(t) + a * (a - 1.0) * c.shift * c.shift / (variance * t.s);
  }
  return 0.5 * sum;
}

double GaussianPair::renyi(double a) const {
  return a == 1.0 ? kl() : log_power_integral(a) / (a - 1.0);
}

double GaussianPair::rounding(double a) const {
  double worst = 1.0;
  for (const Coordinate& c : coordinates_) {
    const Term t = term_of(c, a);
    worst = std::fmax(worst, (1.0 + std::fabs(t.b * t.excess)) / std::fabs(t.s));
  }
  return 1e-15 * static_cast<double>(coordinates_.size()) * worst * condition_;
}

double gaussian_kl(const Gaussian& p, const Gaussian& q) { return GaussianPair(p, q).kl(); }

double gaussian_log_power_integral(const Gaussian& p, const Gaussian& q, double a) {
  return GaussianPair(p, q).log_power_integral(a);
}

double gaussian_renyi(const Gaussian& p, const Gaussian& q, double a) {
  return GaussianPair(p, q).renyi(a);
}

double mahalanobis(const Gaussian& p, const Gaussian& q) {
  return std::sqrt(squared_norm(p.factor.solve_lower(mean_difference(p, q))));
}

bool same_covariance(const Gaussian& p, const Gaussian& q) {
  const Matrix& a = p.covariance;
  const Matrix& b = q.covariance;
  for (std::int64_t i = 0; i < a.size; ++i) {
    for (std::int64_t j = 0; j < a.size; ++j) {
      const double scale = std::sqrt(a(i, i) * a(j, j));
      if (!(std::fabs(a(i, j) - b(i, j)) <= 1e-14 * scale)) return false;
    }
  }
  return true;
}

}  // namespace elbow
