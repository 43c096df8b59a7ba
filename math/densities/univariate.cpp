// Families of one variable: Laplace, logistic, exponential, uniform.
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <span>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

// What the families of one variable share.
class Univariate : public Density {
 public:
  std::int64_t dim() const override { return 1; }
  double log_density(std::span<const double> x) const override { return log_at(x[0]); }
  void sample(CounterStream& random, double* x) const override { *x = draw_one(random); }
  std::vector<double> mean() const override { return {centre()}; }
  Matrix covariance() const override { return {1, {variance()}}; }
  std::complex<double> characteristic(std::span<const double> w) const override {
    return characteristic_at(w[0]);
  }
  Tail tail(std::span<const double> u) const override { return tail_along(u[0]); }
  std::vector<double> kinks(std::int64_t) const override { return kinks_; }
  std::vector<Landmark> landmarks(std::int64_t) const override {
    return {{centre(), std::sqrt(variance())}};
  }

 protected:
  explicit Univariate(std::vector<double> kinks) : kinks_(std::move(kinks)) {}
  virtual double log_at(double x) const = 0;
  virtual double draw_one(CounterStream& random) const = 0;
  virtual double centre() const = 0;
  virtual double variance() const = 0;
  virtual std::complex<double> characteristic_at(double w) const = 0;
  virtual Tail tail_along(double u) const = 0;

 private:
  std::vector<double> kinks_;
};

std::string call(const std::string& name, double a, double b) {
  return name + "(" + number_text(a) + "," + number_text(b) + ")";
}

class Laplace : public Univariate {
 public:
  Laplace(double location, double scale)
      : Univariate({location}), location_(location), scale_(scale) {}
  std::string expression() const override { return call("laplace", location_, scale_); }
  double cdf(double x) const override { return beyond((location_ - x) / scale_); }
  double survival(double x) const override { return beyond((x - location_) / scale_); }

 protected:
  double log_at(double x) const override {
    return -std::fabs(x - location_) / scale_ - std::log(2.0 * scale_);
  }
  double draw_one(CounterStream& random) const override {
    const double magnitude = -scale_ * std::log(random.uniform());
    return location_ + (random.bits() & 1 ? magnitude : -magnitude);
  }
  double centre() const override { return location_; }
  double variance() const override { return 2.0 * scale_ * scale_; }
  std::complex<double> characteristic_at(double w) const override {
    return std::polar(1.0 / (1.0 + scale_ * scale_ * w * w), w * location_);
  }
  Tail tail_along(double u) const override {
    return {0.0, std::fabs(u) / scale_,
            std::copysign(location_ / scale_, u * location_) - std::log(2.0 * scale_)};
  }

 private:
  static double beyond(double z) { return z > 0 ? 0.5 * std::exp(-z) : 1.0 - 0.5 * std::exp(z); }
  double location_, scale_;
};

class Logistic : public Univariate {
 public:
  Logistic(double location, double scale) : Univariate({}), location_(location), scale_(scale) {}
  std::string expression() const override { return call("logistic", location_, scale_); }
  double cdf(double x) const override { return sigmoid((x - location_) / scale_); }
  double survival(double x) const override { return sigmoid((location_ - x) / scale_); }

 protected:
  double log_at(double x) const override {
    const double z = (x - location_) / scale_;
    return -softplus(z) - softplus(-z) - std::log(scale_);
  }
  double draw_one(CounterStream& random) const override {
    const double u = random.uniform();
    return location_ + scale_ * (std::log(u) - std::log1p(-u));
  }
  double centre() const override { return location_; }
  double variance() const override {
    return std::numbers::pi * std::numbers::pi * scale_ * scale_ / 3.0;
  }
  std::complex<double> characteristic_at(double w) const override {
    const double t = std::numbers::pi * scale_ * std::fabs(w);
    const double size = t < 1e-4 ? 1.0 - t * t / 6.0 : t > 700.0 ? 0.0 : t / std::sinh(t);
    return std::polar(size, w * location_);
  }
  Tail tail_along(double u) const override {
    return {0.0, std::fabs(u) / scale_,
            std::copysign(location_ / scale_, u * location_) - std::log(scale_)};
  }

 private:
  double location_, scale_;
};

class Exponential : public Univariate {
 public:
  explicit Exponential(double rate) : Univariate({0.0}), rate_(rate) {}
  std::string expression() const override { return "exponential(" + number_text(rate_) + ")"; }
  double cdf(double x) const override { return x > 0 ? -std::expm1(-rate_ * x) : 0.0; }
  double survival(double x) const override { return x > 0 ? std::exp(-rate_ * x) : 1.0; }

 protected:
  double log_at(double x) const override {
    return x < 0 ? -kInfinity : std::log(rate_) - rate_ * x;
  }
  double draw_one(CounterStream& random) const override {
    return -std::log(random.uniform()) / rate_;
  }
  double centre() const override { return 1.0 / rate_; }
  double variance() const override { return 1.0 / (rate_ * rate_); }
  std::complex<double> characteristic_at(double w) const override {
    return 1.0 / std::complex<double>(1.0, -w / rate_);
  }
  Tail tail_along(double u) const override {
    return u < 0 ? Tail{} : Tail{0.0, rate_ * u, std::log(rate_)};
  }

 private:
  double rate_;
};

class Uniform : public Univariate {
 public:
  Uniform(double low, double high) : Univariate({low, high}), low_(low), high_(high) {}
  std::string expression() const override { return call("uniform", low_, high_); }
  double cdf(double x) const override { return share(x - low_); }
  double survival(double x) const override { return share(high_ - x); }

 protected:
  double log_at(double x) const override {
    return x < low_ || x > high_ ? -kInfinity : -std::log(high_ - low_);
  }
  double draw_one(CounterStream& random) const override { return random.uniform(low_, high_); }
  double centre() const override { return low_ + 0.5 * (high_ - low_); }
  double variance() const override { return (high_ - low_) * (high_ - low_) / 12.0; }
  std::complex<double> characteristic_at(double w) const override {
    const double t = 0.5 * w * (high_ - low_);
    const double size = std::fabs(t) < 1e-4 ? 1.0 - t * t / 6.0 : std::sin(t) / t;
    return size * std::polar(1.0, w * centre());
  }
  Tail tail_along(double) const override { return {}; }

 private:
  double share(double length) const {
    return std::fmin(std::fmax(length / (high_ - low_), 0.0), 1.0);
  }
  double low_, high_;
};

}  // namespace

DensityPtr make_laplace(double location, double scale) {
  if (!(scale > 0.0)) throw Error("the scale must be positive");
  return std::make_shared<Laplace>(location, scale);
}

DensityPtr make_logistic(double location, double scale) {
  if (!(scale > 0.0)) throw Error("the scale must be positive");
  return std::make_shared<Logistic>(location, scale);
}

DensityPtr make_exponential(double rate) {
  if (!(rate > 0.0)) throw Error("the rate must be positive");
  return std::make_shared<Exponential>(rate);
}

DensityPtr make_uniform(double low, double high) {
  if (!(low < high)) throw Error("the upper end must lie above the lower one");
  return std::make_shared<Uniform>(low, high);
}

}  // namespace elbow
