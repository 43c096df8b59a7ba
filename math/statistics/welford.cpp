#include "math/statistics/welford.h"

#include <cmath>

#include "core/error.h"

namespace elbow {

void Welford::add(double x) {
  ++count_;
  const double delta = x - mean_;
  mean_ += delta / static_cast<double>(count_);
  squares_ += delta * (x - mean_);
}

void Welford::merge(const Welford& other) {
  if (other.count_ == 0) return;
  const double a = static_cast<double>(count_), b = static_cast<double>(other.count_);
  const double delta = other.mean_ - mean_;
  count_ += other.count_;
  mean_ += delta * (b / (a + b));
  squares_ += other.squares_ + delta * delta * (a * b / (a + b));
}

double Welford::variance() const {
  return count_ < 2 ? 0.0 : squares_ / static_cast<double>(count_ - 1);
}

double Welford::se() const {
  return count_ < 1 ? 0.0 : std::sqrt(variance() / static_cast<double>(count_));
}

void WeightedWelford::add(double x, double weight) {
  if (!(weight >= 0.0) || std::isinf(weight)) {
    throw Error("A weight must be finite and not negative.");
  }
  if (weight == 0.0) return;
  weight_ += weight;
  weight_squares_ += weight * weight;
  const double delta = x - mean_;
  mean_ += delta * (weight / weight_);
  squares_ += weight * delta * (x - mean_);
}

double WeightedWelford::variance() const {
  if (weight_ == 0.0) return 0.0;
  const double free = weight_ - weight_squares_ / weight_;
  return free > 0.0 ? squares_ / free : 0.0;
}

double WeightedWelford::effective_count() const {
  return weight_ == 0.0 ? 0.0 : weight_ * weight_ / weight_squares_;
}

double WeightedWelford::se() const {
  return weight_ == 0.0 ? 0.0 : std::sqrt(variance() / effective_count());
}

Ewma::Ewma(double alpha) : alpha_(alpha) {
  if (!(alpha > 0.0 && alpha <= 1.0)) throw Error("alpha must lie in (0, 1].");
}

void Ewma::add(double x) {
  if (!started_) {
    mean_ = x;
    started_ = true;
    return;
  }
  const double delta = x - mean_;
  mean_ += alpha_ * delta;
  variance_ = (1.0 - alpha_) * (variance_ + alpha_ * delta * delta);
}

}  // namespace elbow
