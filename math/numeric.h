// Scalar functions in float64 that lose no digits where the textbook form does, and special
// functions. No LibTorch.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace elbow {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kLn2 = 0.693147180559945309417232121458176568;
inline constexpr double kLn2Pi = 1.83787706640934548356065947281123527;

/// ln(1 + e^t), for any t.
inline double softplus(double t) { return std::fmax(t, 0.0) + std::log1p(std::exp(-std::fabs(t))); }
/// 1 / (1 + e^-t).
inline double sigmoid(double t) {
  const double e = std::exp(-std::fabs(t));
  return t >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}
/// ln sigmoid(t) = -softplus(-t); ln(1 - sigmoid(t)) is log_sigmoid(-t).
inline double log_sigmoid(double t) { return -softplus(-t); }
/// ln(1 - e^x) for x <= 0; -inf at 0. Source: Maechler 2012, "Accurately computing log(1 -
/// exp(-|a|))".
inline double log1mexp(double x) {
  return x > -kLn2 ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}
/// e^x - 1 - x >= 0, also where x is so small that the terms cancel.
double expm1_minus(double x);
/// x ln x, 0 at 0.
inline double x_log_x(double x) { return x == 0.0 ? 0.0 : x * std::log(x); }
/// Entropy of a coin with the given logit, in nats: softplus(l) - l sigmoid(l).
double binary_entropy(double logit);

/// ln(e^a + e^b); -inf for two -inf.
double log_add_exp(double a, double b);
/// ln(e^a - e^b) for a >= b.
double log_diff_exp(double a, double b);
/// ln sum e^x; -inf for none or for all -inf, +inf where one is +inf.
double logsumexp(std::span<const double> x);
/// ln of the mean of e^x. Throws Error on an empty list.
double log_mean_exp(std::span<const double> x);

/// logsumexp of numbers as they come: the largest so far, and the sum relative to it.
class StreamingLogSumExp {
 public:
  void add(double x);
  void merge(const StreamingLogSumExp& other);
  /// -inf before the first number.
  double value() const;
  std::int64_t count() const { return count_; }

 private:
  double largest_ = -kInfinity, sum_ = 0.0;
  std::int64_t count_ = 0;
};

/// Digamma psi(x), x > 0. Throws Error otherwise.
double digamma(double x);
/// ln of the volume of the unit ball of R^d: pi^(d/2) / Gamma(d/2 + 1) in L2, 2^d in the max norm.
double log_unit_ball(std::int64_t dim);
double log_unit_cube_ball(std::int64_t dim);

/// Phi(x), also far in the tails.
double normal_cdf(double x);
/// Phi^-1(p), 0 < p < 1. Throws Error otherwise.
double normal_quantile(double p);
/// Quantile of Student's t with `dof` > 0 degrees of freedom (not necessarily whole), 0 < p < 1.
double student_t_quantile(double p, double dof);
/// P(|T| >= |t|) of Student's t.
double student_t_two_sided(double t, double dof);

/// Sum with Neumaier's compensation.
double accurate_sum(std::span<const double> x);
/// Mean; variance with the n - 1 divisor by two passes. Throw Error on fewer than one, two numbers.
double mean(std::span<const double> x);
double sample_variance(std::span<const double> x);
/// The middle value, or the mean of the two middle ones. Throws Error on an empty list.
double median(std::vector<double> x);
/// Linear interpolation between order statistics at position (n - 1) p, of an ascending list.
double sorted_quantile(std::span<const double> ascending, double p);

}  // namespace elbow
