// The normal family, in one and in several dimensions.
#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <span>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

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
