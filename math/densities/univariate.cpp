// Families of one variable: Laplace, logistic, exponential, uniform.
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <span>
#include <typeinfo>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

// ln(scale_p / scale_q).
double log_scale_ratio(const LocationScalePair& pair) {
  const double relative = pair.scale_difference / pair.scale_q;
  return std::fabs(relative) < 0.5 ? std::log1p(relative) : std::log(pair.scale_p / pair.scale_q);
}

// (x - location_q) / scale_q - z, z = (x - location_p) / scale_p.
double step(const LocationScalePair& pair, double z) {
  return (pair.location_difference + pair.scale_difference * z) / pair.scale_q;
}

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
  DensityPtr shifted(std::span<const double> c) const override { return moved(-c[0]); }

  std::optional<LocationScalePair> paired_with(const Density& q) const override {
    return typeid(*this) == typeid(q) ? std::optional(pair_with(static_cast<const Univariate&>(q)))
                                      : std::nullopt;
  }
  PointFunction log_ratio_to(const Density& q) const override {
    const auto pair = paired_with(q);
    if (!pair) return {};
    return [this, pair = *pair, log_scales = log_scale_ratio(*pair)](std::span<const double> x) {
      const double z = standard(x[0]);
      return log_drop(z, step(pair, z)) - log_scales;
    };
  }
  std::function<double(double)> cdf_difference_to(const Density& q) const override {
    const auto pair = paired_with(q);
    if (!pair) return {};
    return [this, &q, pair = *pair](double x) {
      const double z = standard(x), h = step(pair, z);
      return std::fabs(h) < 0.5 ? -cdf_rise(z, h) : plain_cdf_difference(*this, q, x);
    };
  }

 protected:
  explicit Univariate(std::vector<double> kinks) : kinks_(std::move(kinks)) {}
  virtual DensityPtr moved(double by) const = 0;
  virtual LocationScalePair pair_with(const Univariate& q) const = 0;
  /// z = (x - location) / scale, and of the density f and the distribution function F of Z:
  /// ln f(z) - ln f(z + h) where both are positive, and F(z + h) - F(z).
  virtual double standard(double x) const = 0;
  virtual double log_drop(double z, double h) const = 0;
  virtual double cdf_rise(double z, double h) const = 0;
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
  DensityPtr moved(double by) const override {
    return std::make_shared<Laplace>(location_ + by, scale_);
  }
  LocationScalePair pair_with(const Univariate& other) const override {
    const auto& q = static_cast<const Laplace&>(other);
    return {location_ - q.location_, scale_ - q.scale_, scale_, q.scale_, 0.0, 2.0};
  }
  double standard(double x) const override { return (x - location_) / scale_; }
  double log_drop(double z, double h) const override {
    if (z >= 0.0 && z + h >= 0.0) return h;
    if (z <= 0.0 && z + h <= 0.0) return -h;
    return std::fabs(z + h) - std::fabs(z);
  }
  double cdf_rise(double z, double h) const override {
    const double end = z + h;
    if (z >= 0.0 && end >= 0.0) return -0.5 * std::exp(-z) * std::expm1(-h);
    if (z <= 0.0 && end <= 0.0) return 0.5 * std::exp(z) * std::expm1(h);
    const double across = -0.5 * (std::expm1(-std::fabs(z)) + std::expm1(-std::fabs(end)));
    return h > 0.0 ? across : -across;
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
  DensityPtr moved(double by) const override {
    return std::make_shared<Logistic>(location_ + by, scale_);
  }
  LocationScalePair pair_with(const Univariate& other) const override {
    const auto& q = static_cast<const Logistic&>(other);
    return {location_ - q.location_,
            scale_ - q.scale_,
            scale_,
            q.scale_,
            0.0,
            std::numbers::pi * std::numbers::pi / 3.0};
  }
  double standard(double x) const override { return (x - location_) / scale_; }
  // f(z) = 1 / (4 cosh²(z/2)), and cosh(a + b) / cosh a = 1 + 2 sinh²(b/2) + sinh b tanh a.
  double log_drop(double z, double h) const override {
    if (std::fabs(h) > 1.0) {
      const auto log_cosh = [](double t) {
        return std::fabs(t) + std::log1p(std::exp(-2.0 * std::fabs(t))) - kLn2;
      };
      return 2.0 * (log_cosh(0.5 * (z + h)) - log_cosh(0.5 * z));
    }
    const double quarter = std::sinh(0.25 * h);
    return 2.0 * std::log1p(2.0 * quarter * quarter + std::sinh(0.5 * h) * std::tanh(0.5 * z));
  }
  double cdf_rise(double z, double h) const override {
    return h > 0.0 ? -sigmoid(z + h) * sigmoid(-z) * std::expm1(-h)
                   : sigmoid(z) * sigmoid(-z - h) * std::expm1(h);
  }

 private:
  double location_, scale_;
};

class Exponential : public Univariate {
 public:
  Exponential(double rate, double begin) : Univariate({begin}), rate_(rate), begin_(begin) {}
  std::string expression() const override {
    const std::string text = "exponential(" + number_text(rate_) + ")";
    return begin_ == 0.0 ? text : text + " + " + number_text(begin_);
  }
  double cdf(double x) const override { return x > begin_ ? -std::expm1(-standard(x)) : 0.0; }
  double survival(double x) const override { return x > begin_ ? std::exp(-standard(x)) : 1.0; }

 protected:
  double log_at(double x) const override {
    return x < begin_ ? -kInfinity : std::log(rate_) - standard(x);
  }
  double draw_one(CounterStream& random) const override {
    return begin_ - std::log(random.uniform()) / rate_;
  }
  double centre() const override { return begin_ + 1.0 / rate_; }
  double variance() const override { return 1.0 / (rate_ * rate_); }
  std::complex<double> characteristic_at(double w) const override {
    return std::polar(1.0, w * begin_) / std::complex<double>(1.0, -w / rate_);
  }
  Tail tail_along(double u) const override {
    return u < 0 ? Tail{} : Tail{0.0, rate_ * u, std::log(rate_) + rate_ * begin_};
  }
  DensityPtr moved(double by) const override {
    return std::make_shared<Exponential>(rate_, begin_ + by);
  }
  LocationScalePair pair_with(const Univariate& other) const override {
    const auto& q = static_cast<const Exponential&>(other);
    return {begin_ - q.begin_,
            (q.rate_ - rate_) / rate_ / q.rate_,
            1.0 / rate_,
            1.0 / q.rate_,
            1.0,
            1.0};
  }
  double standard(double x) const override { return rate_ * (x - begin_); }
  double log_drop(double, double h) const override { return h; }
  double cdf_rise(double z, double h) const override {
    if (z > 0.0 && z + h > 0.0) return -std::exp(-z) * std::expm1(-h);
    return -std::expm1(-std::fmax(z + h, 0.0)) + std::expm1(-std::fmax(z, 0.0));
  }

 private:
  double rate_, begin_;
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
  DensityPtr moved(double by) const override {
    return std::make_shared<Uniform>(low_ + by, high_ + by);
  }
  LocationScalePair pair_with(const Univariate& other) const override {
    const auto& q = static_cast<const Uniform&>(other);
    return {low_ - q.low_, (high_ - q.high_) - (low_ - q.low_), high_ - low_, q.high_ - q.low_, 0.5,
            1.0 / 12.0};
  }
  double standard(double x) const override { return (x - low_) / (high_ - low_); }
  double log_drop(double, double) const override { return 0.0; }
  double cdf_rise(double z, double h) const override {
    if (z >= 0.0 && z <= 1.0 && z + h >= 0.0 && z + h <= 1.0) return h;
    const auto inside = [](double t) { return std::fmin(std::fmax(t, 0.0), 1.0); };
    return inside(z + h) - inside(z);
  }

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
  return std::make_shared<Exponential>(rate, 0.0);
}

DensityPtr make_uniform(double low, double high) {
  if (!(low < high)) throw Error("the upper end must lie above the lower one");
  return std::make_shared<Uniform>(low, high);
}

}  // namespace elbow
