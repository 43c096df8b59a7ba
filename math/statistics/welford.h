// Running moments in float64: plain, weighted, and exponentially weighted.
#pragma once

#include <cstdint>

namespace elbow {

/// Mean and variance of numbers as they come, without cancellation.
/// Source: Welford 1962; merging: Chan, Golub & LeVeque 1983.
class Welford {
 public:
  void add(double x);
  /// Afterwards the same as if all numbers of `other` had been added.
  void merge(const Welford& other);
  std::int64_t count() const { return count_; }
  double mean() const { return mean_; }
  /// With the n - 1 divisor; 0 for fewer than two numbers.
  double variance() const;
  /// sqrt(variance / n): valid for independent numbers only.
  double se() const;

 private:
  std::int64_t count_ = 0;
  double mean_ = 0.0, squares_ = 0.0;
};

/// The same with weights >= 0 (West 1979). Throws Error on a negative or non-finite weight.
class WeightedWelford {
 public:
  void add(double x, double weight);
  double weight() const { return weight_; }
  double mean() const { return mean_; }
  /// Sum w (x - mean)^2 / (W - sum w^2 / W): unbiased where weights do not depend on x.
  double variance() const;
  /// W^2 / sum w^2.
  double effective_count() const;
  /// sqrt(variance / effective count).
  double se() const;

 private:
  double weight_ = 0.0, weight_squares_ = 0.0, mean_ = 0.0, squares_ = 0.0;
};

/// mean <- mean + alpha (x - mean), V <- (1 - alpha) (V + alpha (x - mean)^2).
class Ewma {
 public:
  /// 0 < alpha <= 1; throws Error otherwise.
  explicit Ewma(double alpha);
  void add(double x);
  double mean() const { return mean_; }
  double variance() const { return variance_; }
  /// (2 - alpha) / alpha: numbers that the mean is worth if they are independent.
  double effective_count() const { return (2.0 - alpha_) / alpha_; }

 private:
  double alpha_, mean_ = 0.0, variance_ = 0.0;
  bool started_ = false;
};

}  // namespace elbow
