// Densities made of densities: independent coordinates, and mixtures.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <memory>
#include <span>

#include "core/error.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

class Product : public Density {
 public:
  Product(std::vector<DensityPtr> factors, std::string expression)
      : factors_(std::move(factors)), expression_(std::move(expression)) {}

  std::int64_t dim() const override { return static_cast<std::int64_t>(factors_.size()); }
  std::string expression() const override { return expression_; }
  double log_density(std::span<const double> x) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      sum += factors_[i]->log_density(x.subspan(i, 1));
    }
    return sum;
  }
  void sample(CounterStream& random, double* x) const override {
    for (std::size_t i = 0; i < factors_.size(); ++i) factors_[i]->sample(random, x + i);
  }
  std::vector<double> mean() const override {
    std::vector<double> result;
    for (const auto& factor : factors_) result.push_back(factor->mean()[0]);
    return result;
  }
  Matrix covariance() const override {
    Matrix result(dim());
    for (std::int64_t i = 0; i < dim(); ++i) result(i, i) = factor(i).covariance()(0, 0);
    return result;
  }
  std::complex<double> characteristic(std::span<const double> w) const override {
    std::complex<double> product = 1.0;
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      product *= factors_[i]->characteristic(w.subspan(i, 1));
    }
    return product;
  }
  Tail tail(std::span<const double> u) const override {
    Tail sum{0.0, 0.0, 0.0};
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      const Tail one = u[i] == 0.0 ? constant(factors_[i]->Density::log_density(0.0))
                                   : factors_[i]->tail(u.subspan(i, 1));
      sum.quadratic += one.quadratic;
      sum.linear += one.linear;
      sum.constant += one.constant;
    }
    return sum;
  }
  std::vector<double> kinks(std::int64_t axis) const override { return factor(axis).kinks(0); }
  std::vector<Landmark> landmarks(std::int64_t axis) const override {
    return factor(axis).landmarks(0);
  }
  std::vector<DensityPtr> factors() const override { return factors_; }
  DensityPtr shifted(std::span<const double> c) const override {
    std::vector<DensityPtr> moved;
    for (std::size_t i = 0; i < factors_.size(); ++i)
      moved.push_back(factors_[i]->shifted(c.subspan(i, 1)));
    return std::make_shared<Product>(std::move(moved), expression_);
  }
  PointFunction log_ratio_to(const Density& q) const override {
    const auto others = q.factors();
    if (others.size() != factors_.size()) return {};
    std::vector<PointFunction> parts;
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      parts.push_back(factors_[i]->log_ratio_to(*others[i]));
      if (!parts.back()) return {};
    }
    return [others, parts](std::span<const double> x) {
      double sum = 0.0;
      for (std::size_t i = 0; i < parts.size(); ++i) sum += parts[i](x.subspan(i, 1));
      return sum;
    };
  }

 private:
  const Density& factor(std::int64_t i) const { return *factors_[static_cast<std::size_t>(i)]; }
  static Tail constant(double log_value) {
    return log_value == -kInfinity ? Tail{} : Tail{0.0, 0.0, log_value};
  }

  std::vector<DensityPtr> factors_;
  std::string expression_;
};

class Mixture : public Density {
 public:
  explicit Mixture(std::vector<std::pair<double, DensityPtr>> components)
      : components_(std::move(components)) {
    for (const auto& component : components_) log_weights_.push_back(std::log(component.first));
  }

  std::int64_t dim() const override { return components_[0].second->dim(); }
  std::string expression() const override {
    std::string text;
    for (const auto& [weight, density] : components_) {
      text += (text.empty() ? "" : ",") + number_text(weight) + "*" + density->expression();
    }
    return "mixture(" + text + ")";
  }
  double log_density(std::span<const double> x) const override {
    // Blocks on the stack: this is the innermost loop of quadrature and sampling.
    std::array<double, 32> logs;
    double result = -kInfinity;
    for (std::size_t begin = 0; begin < components_.size(); begin += logs.size()) {
      const std::size_t count = std::min(logs.size(), components_.size() - begin);
      double largest = result;
      for (std::size_t k = 0; k < count; ++k) {
        logs[k] = log_weights_[begin + k] + components_[begin + k].second->log_density(x);
        largest = std::fmax(largest, logs[k]);
      }
      if (largest == -kInfinity) continue;
      double sum = std::exp(result - largest);
      for (std::size_t k = 0; k < count; ++k) {
        constexpr double kNothing = -45.0;  // of no weight in double
        if (logs[k] - largest > kNothing) sum += std::exp(logs[k] - largest);
      }
      result = largest + std::log(sum);
    }
    return result;
  }
  void sample(CounterStream& random, double* x) const override {
    double left = random.uniform();
    std::size_t k = 0;
    while (k + 1 < components_.size() && left >= components_[k].first) {
      left -= components_[k++].first;
    }
    components_[k].second->sample(random, x);
  }
  std::vector<double> mean() const override {
    std::vector<double> result(static_cast<std::size_t>(dim()), 0.0);
    for (const auto& [weight, density] : components_) {
      const auto m = density->mean();
      for (std::size_t i = 0; i < m.size(); ++i) result[i] += weight * m[i];
    }
    return result;
  }
  Matrix covariance() const override {
    const auto centre = mean();
    Matrix result(dim());
    for (const auto& [weight, density] : components_) {
      const auto m = density->mean();
      const Matrix within = density->covariance();
      for (std::int64_t i = 0; i < dim(); ++i) {
        for (std::int64_t j = 0; j < dim(); ++j) {
          const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
          result(i, j) += weight * (within(i, j) + (m[a] - centre[a]) * (m[b] - centre[b]));
        }
      }
    }
    return result;
  }
  std::complex<double> characteristic(std::span<const double> w) const override {
    std::complex<double> sum = 0.0;
    for (const auto& [weight, density] : components_) sum += weight * density->characteristic(w);
    return sum;
  }
  // The component that falls slowest; those that fall alike add up.
  Tail tail(std::span<const double> u) const override {
    Tail slowest{kInfinity, 0.0, -kInfinity};
    for (std::size_t k = 0; k < components_.size(); ++k) {
      Tail tail = components_[k].second->tail(u);
      if (tail.bounded()) continue;
      tail.constant += log_weights_[k];
      if (tail.quadratic == slowest.quadratic && tail.linear == slowest.linear) {
        slowest.constant = log_add_exp(slowest.constant, tail.constant);
      } else if (std::pair(tail.quadratic, tail.linear) <
                 std::pair(slowest.quadratic, slowest.linear)) {
        slowest = tail;
      }
    }
    return slowest;
  }
  std::vector<double> kinks(std::int64_t axis) const override {
    std::vector<double> all;
    for (const auto& component : components_) {
      const auto some = component.second->kinks(axis);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  std::vector<Landmark> landmarks(std::int64_t axis) const override {
    std::vector<Landmark> all;
    for (const auto& component : components_) {
      const auto some = component.second->landmarks(axis);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  double cdf(double x) const override {
    double sum = 0.0;
    for (const auto& [weight, density] : components_) sum += weight * density->cdf(x);
    return sum;
  }
  double survival(double x) const override {
    double sum = 0.0;
    for (const auto& [weight, density] : components_) sum += weight * density->survival(x);
    return sum;
  }
  std::span<const std::pair<double, DensityPtr>> components() const override { return components_; }
  DensityPtr shifted(std::span<const double> c) const override {
    auto moved = components_;
    for (auto& component : moved) component.second = component.second->shifted(c);
    return std::make_shared<Mixture>(std::move(moved));
  }

 private:
  std::vector<std::pair<double, DensityPtr>> components_;
  std::vector<double> log_weights_;
};

}  // namespace

DensityPtr make_product(std::vector<DensityPtr> factors, std::string expression) {
  if (factors.empty()) throw Error("a density needs at least one coordinate");
  for (const auto& factor : factors) {
    if (factor->dim() != 1) throw Error("the factors of a product are of one variable each");
  }
  return std::make_shared<Product>(std::move(factors), std::move(expression));
}

DensityPtr make_mixture(std::vector<std::pair<double, DensityPtr>> components) {
  if (components.empty()) throw Error("a mixture needs at least one component");
  double sum = 0.0;
  for (const auto& [weight, density] : components) {
    if (!(weight > 0.0)) throw Error("the weights of a mixture must be positive");
    if (density->dim() != components[0].second->dim()) {
      throw Error("the components of a mixture must have the same dimension; these have " +
                  std::to_string(components[0].second->dim()) + " and " +
                  std::to_string(density->dim()));
    }
    sum += weight;
  }
  if (!(std::fabs(sum - 1.0) <= 1e-6)) {
    throw Error("the weights of a mixture must sum to 1; these sum to " + number_text(sum));
  }
  for (auto& component : components) component.first /= sum;
  return std::make_shared<Mixture>(std::move(components));
}

}  // namespace elbow
