#include "math/divergences/gaussian.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/divergences/quadrature.h"

namespace elbow {
namespace {

std::vector<double> difference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = a[i] - b[i];
  return d;
}

// E |N(mean, sd²)|.
double mean_absolute(double mean, double sd) {
  if (sd == 0.0) return std::fabs(mean);
  const double z = mean / sd;
  return sd * std::sqrt(2.0 / std::numbers::pi) * std::exp(-0.5 * z * z) +
         mean * std::erf(z / std::numbers::sqrt2);
}

}  // namespace

double gaussian_kl(const Gaussian& p, const Gaussian& q) {
  const Matrix ratio =
      solve_lower(q.factor, lower_triangle(p.factor, p.covariance.size));  // L_q^-1 L_p
  const double mahalanobis = squared_norm(q.factor.solve_lower(difference(p.mean, q.mean)));
  return 0.5 * (squared_norm(ratio.values) + mahalanobis - static_cast<double>(p.covariance.size) +
                q.factor.log_det() - p.factor.log_det());
}

double gaussian_log_power_integral(const Gaussian& p, const Gaussian& q, double a) {
  const Cholesky mixed = cholesky(combine(1.0 - a, p.covariance, a, q.covariance));
  if (!mixed.ok()) return kInfinity;
  const double mahalanobis = squared_norm(mixed.solve_lower(difference(p.mean, q.mean)));
  return 0.5 * (a * (a - 1.0) * mahalanobis + (1.0 - a) * p.factor.log_det() +
                a * q.factor.log_det() - mixed.log_det());
}

double gaussian_renyi(const Gaussian& p, const Gaussian& q, double a) {
  if (a == 1.0) return gaussian_kl(p, q);
  return gaussian_log_power_integral(p, q, a) / (a - 1.0);
}

double gaussian_wasserstein2_squared(std::span<const double> mean_p, const Matrix& covariance_p,
                                     std::span<const double> mean_q, const Matrix& covariance_q) {
  // (S_p^½ S_q S_p^½)^½ with S_p^½ = V √w V^T; the rotation V leaves the trace alone.
  const Eigen eigen = symmetric_eigen(covariance_p);
  Matrix product = multiply(transpose(eigen.vectors), multiply(covariance_q, eigen.vectors));
  const auto root = [&](std::int64_t i) {
    return std::sqrt(std::fmax(eigen.values[static_cast<std::size_t>(i)], 0.0));
  };
  for (std::int64_t i = 0; i < product.size; ++i) {
    for (std::int64_t j = 0; j < product.size; ++j) product(i, j) *= root(i) * root(j);
  }
  double cross = 0.0;
  for (const double value : symmetric_eigen(product).values)
    cross += std::sqrt(std::fmax(value, 0.0));
  const double squared = squared_norm(difference(mean_p, mean_q)) + trace(covariance_p) +
                         trace(covariance_q) - 2.0 * cross;
  return std::fmax(squared, 0.0);
}

double gaussian_wasserstein1(const Gaussian& p, const Gaussian& q) {
  return mean_absolute(p.mean[0] - q.mean[0],
                       std::fabs(p.factor.lower(0, 0) - q.factor.lower(0, 0)));
}

double gaussian_mean_norm(std::span<const double> mean, const Matrix& covariance) {
  if (covariance.size == 1) return mean_absolute(mean[0], std::sqrt(covariance(0, 0)));
  const Eigen eigen = symmetric_eigen(covariance);
  std::vector<double> rotated(mean.size(), 0.0);  // squares of V^T mean
  for (std::size_t k = 0; k < mean.size(); ++k) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      rotated[k] +=
          mean[i] * eigen.vectors(static_cast<std::int64_t>(i), static_cast<std::int64_t>(k));
    }
    rotated[k] *= rotated[k];
  }
  // 1 - E exp(-t |Z|²).
  const auto decay = [&](double t) {
    double log_mean = 0.0;
    for (std::size_t k = 0; k < rotated.size(); ++k) {
      const double v = std::fmax(eigen.values[k], 0.0);
      log_mean -= 0.5 * std::log1p(2.0 * t * v) + t * rotated[k] / (1.0 + 2.0 * t * v);
    }
    return -std::expm1(log_mean);
  };
  // The half line beyond `split` is folded by w -> 1 / w.
  const double split = 1.0 / std::sqrt(squared_norm(mean) + trace(covariance));
  const double near = integrate([&](double w) { return decay(w * w) / (w * w); }, {0.0, split},
                                {.relative = 1e-13, .absolute = 0.0});
  const double far = integrate([&](double v) { return decay(1.0 / (v * v)); }, {0.0, 1.0 / split},
                               {.relative = 1e-13, .absolute = 0.0});
  return (near + far) / std::sqrt(std::numbers::pi);
}

double gaussian_mean_kernel(const Gaussian& p, const Gaussian& q, double bandwidth) {
  const double h2 = bandwidth * bandwidth;
  const Matrix sum = combine(1.0, p.covariance, 1.0, q.covariance);
  const Cholesky smoothed = cholesky(combine(1.0, sum, h2, identity_matrix(sum.size)));
  const double mahalanobis = squared_norm(smoothed.solve_lower(difference(p.mean, q.mean)));
  const double log_ratio = static_cast<double>(sum.size) * std::log(h2) - smoothed.log_det();
  return std::exp(0.5 * (log_ratio - mahalanobis));
}

double mahalanobis(const Gaussian& p, const Gaussian& q) {
  return std::sqrt(squared_norm(p.factor.solve_lower(difference(p.mean, q.mean))));
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
