// The normal family, in one and in several dimensions.
#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <span>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

// ln(p / q) of positive numbers, `difference` = p - q.
double log_ratio_of(double difference, double p, double q) {
  const double relative = difference / q;
  return std::fabs(relative) < 0.5 ? std::log1p(relative) : std::log(p / q);
}

// Phi(z + h) - Phi(z) for |h| < ½: 10 nodes of Gauss and Legendre, exact to rounding.
double standard_normal_mass(double z, double h) {
  const auto density = [&](double t) {
    const double x = z + 0.5 * h * (1.0 + t);
    return std::exp(-0.5 * x * x);
  };
  return boost::math::quadrature::gauss<double, 10>::integrate(density) * 0.5 * h /
         std::sqrt(2.0 * std::numbers::pi);
}

class Normal : public Density {
 public:
  explicit Normal(Gaussian gaussian)
      : gaussian_(std::move(gaussian)),
        inverse_(solve_lower(gaussian_.factor, identity_matrix(gaussian_.covariance.size))),
        log_normaliser_(0.5 * gaussian_.factor.log_det() +
                        0.5 * static_cast<double>(gaussian_.covariance.size) * kLn2Pi) {}

  std::int64_t dim() const override { return gaussian_.covariance.size; }

  std::string expression() const override {
    if (dim() == 1) {
      return "normal(" + number_text(gaussian_.mean[0]) + "," + number_text(sd()) + ")";
    }
    std::string mean, rows;
    for (std::int64_t i = 0; i < dim(); ++i) {
      std::string row;
      for (std::int64_t j = 0; j < dim(); ++j) {
        row += (j ? "," : "") + number_text(gaussian_.covariance(i, j));
      }
      mean += (i ? "," : "") + number_text(gaussian_.mean[static_cast<std::size_t>(i)]);
      rows += (i ? ",[" : "[") + row + "]";
    }
    return "normal([" + mean + "],[" + rows + "])";
  }

  double log_density(std::span<const double> x) const override {
    double sum = 0.0;
    for (std::int64_t i = 0; i < dim(); ++i) {
      double z = 0.0;
      for (std::int64_t j = 0; j <= i; ++j) {
        const auto k = static_cast<std::size_t>(j);
        z += inverse_(i, j) * (x[k] - gaussian_.mean[k]);
      }
      sum += z * z;
    }
    return -0.5 * sum - log_normaliser_;
  }

  void sample(CounterStream& random, double* x) const override {
    std::copy(gaussian_.mean.begin(), gaussian_.mean.end(), x);
    for (std::int64_t j = 0; j < dim(); ++j) {
      const double z = random.normal();
      for (std::int64_t i = j; i < dim(); ++i) {
        x[i] +=
            gaussian_.factor.lower(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) * z;
      }
    }
  }

  std::vector<double> mean() const override { return gaussian_.mean; }
  Matrix covariance() const override { return gaussian_.covariance; }

  std::complex<double> characteristic(std::span<const double> w) const override {
    double phase = 0.0, decay = 0.0;
    for (std::int64_t i = 0; i < dim(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      phase += w[k] * gaussian_.mean[k];
      for (std::int64_t j = 0; j < dim(); ++j) {
        decay += w[k] * gaussian_.covariance(i, j) * w[static_cast<std::size_t>(j)];
      }
    }
    return std::polar(std::exp(-0.5 * decay), phase);
  }

  Tail tail(std::span<const double> u) const override {
    const auto a = gaussian_.factor.solve_lower(u);
    const auto b = gaussian_.factor.solve_lower(gaussian_.mean);
    double cross = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) cross += a[i] * b[i];
    return {0.5 * squared_norm(a), -cross, -0.5 * squared_norm(b) - log_normaliser_};
  }

  std::vector<double> kinks(std::int64_t) const override { return {}; }

  std::vector<Landmark> landmarks(std::int64_t axis) const override {
    return {{gaussian_.mean[static_cast<std::size_t>(axis)],
             std::sqrt(gaussian_.covariance(axis, axis))}};
  }

  double cdf(double x) const override {
    if (dim() != 1) return Density::cdf(x);
    return 0.5 * std::erfc(-(x - gaussian_.mean[0]) / (sd() * std::numbers::sqrt2));
  }
  double survival(double x) const override {
    if (dim() != 1) return Density::survival(x);
    return 0.5 * std::erfc((x - gaussian_.mean[0]) / (sd() * std::numbers::sqrt2));
  }

  DensityPtr shifted(std::span<const double> c) const override {
    Gaussian moved = gaussian_;
    for (std::size_t i = 0; i < c.size(); ++i) moved.mean[i] -= c[i];
    return std::make_shared<Normal>(std::move(moved));
  }

  // With z = L^-1 (x - m): ln p - ln q = ½ (z_q - z_p) · (z_q + z_p) + sum ln L_q,ii / L_p,ii and
  // z_q - z_p = L_q^-1 (m_p - m_q + (L_p - L_q) z_p).
  PointFunction log_ratio_to(const Density& other) const override {
    const auto* q = dynamic_cast<const Normal*>(&other);
    if (q == nullptr || q->dim() != dim()) return {};
    Matrix factors =
        factor_difference(gaussian_.factor, q->gaussian_.factor,
                          combine(1.0, gaussian_.covariance, -1.0, q->gaussian_.covariance));
    std::vector<double> shift(gaussian_.mean.size());
    double log_scales = 0.0;
    for (std::int64_t i = 0; i < dim(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      shift[k] = gaussian_.mean[k] - q->gaussian_.mean[k];
      log_scales += log_ratio_of(factors(i, i), gaussian_.factor.lower(k, k),
                                 q->gaussian_.factor.lower(k, k));
    }
    return [this, q, shift, factors, log_scales](std::span<const double> x) {
      const std::size_t d = shift.size();
      std::array<double, 16> memory;  // the innermost loop of quadrature allocates nothing
      std::vector<double> heap(2 * d > memory.size() ? 2 * d : 0);
      double* z = heap.empty() ? memory.data() : heap.data();
      double* moved = z + d;
      double sum = 0.0;
      for (std::size_t i = 0; i < d; ++i) {
        z[i] = 0.0;
        moved[i] = shift[i];
        for (std::size_t j = 0; j <= i; ++j)
          z[i] += inverse_.values[i * d + j] * (x[j] - gaussian_.mean[j]);
        for (std::size_t j = 0; j <= i; ++j) moved[i] += factors.values[i * d + j] * z[j];
        double step = 0.0;
        for (std::size_t j = 0; j <= i; ++j) step += q->inverse_.values[i * d + j] * moved[j];
        sum += step * (2.0 * z[i] + step);
      }
      return 0.5 * sum - log_scales;
    };
  }

  std::function<double(double)> cdf_difference_to(const Density& q) const override {
    const auto pair = paired_with(q);
    if (!pair) return {};
    return [this, &q, pair = *pair](double x) {
      const double z = (x - gaussian_.mean[0]) / pair.scale_p;
      const double h = (pair.location_difference + pair.scale_difference * z) / pair.scale_q;
      return std::fabs(h) < 0.5 ? -standard_normal_mass(z, h) : plain_cdf_difference(*this, q, x);
    };
  }

  std::optional<LocationScalePair> paired_with(const Density& other) const override {
    const Gaussian* q = other.gaussian();
    if (dim() != 1 || other.dim() != 1 || q == nullptr) return std::nullopt;
    const double scale = q->factor.lower(0, 0);
    return LocationScalePair{gaussian_.mean[0] - q->mean[0], sd() - scale, sd(), scale};
  }

  const Gaussian* gaussian() const override { return &gaussian_; }

  std::vector<DensityPtr> factors() const override {
    std::vector<DensityPtr> result;
    for (std::int64_t i = 0; i < dim(); ++i) {
      for (std::int64_t j = 0; j < i; ++j) {
        if (gaussian_.covariance(i, j) != 0.0) return {};
      }
      result.push_back(make_normal(gaussian_.mean[static_cast<std::size_t>(i)],
                                   std::sqrt(gaussian_.covariance(i, i))));
    }
    return result;
  }

 private:
  // √fl(s²) is s again.
  double sd() const { return gaussian_.factor.lower(0, 0); }

  Gaussian gaussian_;
  Matrix inverse_;  // of the Cholesky factor
  double log_normaliser_;
};

// Differences of rounding are forgiven: the lower triangle is kept.
Matrix symmetric(Matrix covariance) {
  for (std::int64_t i = 0; i < covariance.size; ++i) {
    for (std::int64_t j = 0; j < i; ++j) {
      const double scale = std::sqrt(std::fabs(covariance(i, i) * covariance(j, j)));
      if (!(std::fabs(covariance(i, j) - covariance(j, i)) <= 1e-9 * scale)) {
        throw Error("the covariance is not symmetric: element (" + std::to_string(i + 1) + "," +
                    std::to_string(j + 1) + ") is " + number_text(covariance(i, j)) + " and (" +
                    std::to_string(j + 1) + "," + std::to_string(i + 1) + ") is " +
                    number_text(covariance(j, i)));
      }
      covariance(j, i) = covariance(i, j);
    }
  }
  return covariance;
}

}  // namespace

// Column by column from S_p - S_q = L_p D^T + D L_q^T: no difference of large terms.
Matrix factor_difference(const Cholesky& p, const Cholesky& q, const Matrix& difference) {
  const auto n = static_cast<std::size_t>(difference.size);
  Matrix d(difference.size);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double rest = difference.values[i * n + j];
      for (std::size_t k = 0; k < j; ++k)
        rest -= p.lower(i, k) * d.values[j * n + k] + d.values[i * n + k] * q.lower(j, k);
      d.values[i * n + j] = i == j ? rest / (p.lower(j, j) + q.lower(j, j))
                                   : (rest - p.lower(i, j) * d.values[j * n + j]) / q.lower(j, j);
    }
  }
  return d;
}

DensityPtr make_normal(std::vector<double> mean, Matrix covariance) {
  if (mean.empty() || static_cast<std::int64_t>(mean.size()) != covariance.size) {
    throw Error("the mean has " + std::to_string(mean.size()) + " coordinates, the covariance " +
                std::to_string(covariance.size) + " rows");
  }
  covariance = symmetric(std::move(covariance));
  Cholesky factor = cholesky(covariance);
  if (!factor.ok()) throw Error("the covariance is not positive definite");
  return std::make_shared<Normal>(
      Gaussian{std::move(mean), std::move(covariance), std::move(factor)});
}

DensityPtr make_normal(double mean, double sd) {
  if (!(sd > 0.0)) throw Error("the standard deviation must be positive");
  Matrix variance(1, {sd * sd});
  Cholesky factor = cholesky(variance);
  if (!factor.ok() || !std::isfinite(variance(0, 0))) {
    throw Error("the square of the standard deviation is out of the range of double precision");
  }
  return std::make_shared<Normal>(Gaussian{{mean}, std::move(variance), std::move(factor)});
}

}  // namespace elbow
