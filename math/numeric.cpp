#include "math/numeric.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <numbers>
#include <string>

#include "core/error.h"

namespace elbow {
namespace {

void require_probability(double p, const char* what) {
  if (!(p > 0.0 && p < 1.0)) {
    throw Error(std::string(what) + " needs a probability between 0 and 1, not " +
                std::to_string(p) + ".");
  }
}

void require_some(std::size_t n, std::size_t least, const char* what) {
  if (n < least) {
    throw Error(std::string(what) + " needs at least " + std::to_string(least) +
                " numbers; there are " + std::to_string(n) + ".");
  }
}

}  // namespace

double expm1_minus(double x) {
  if (std::fabs(x) > 0.05) return std::expm1(x) - x;
  double series = 1.0;  // x^2/2 (1 + x/3 (1 + x/4 (... + x/9)))
  for (int i = 9; i >= 3; --i) series = 1.0 + x / i * series;
  return 0.5 * x * x * series;
}

double binary_entropy(double logit) {
  const double l = std::fabs(logit);
  if (l == kInfinity) return 0.0;
  return std::log1p(std::exp(-l)) + l * sigmoid(-l);
}

double log_add_exp(double a, double b) {
  const double high = a >= b ? a : b, low = a >= b ? b : a;
  if (std::isinf(high) && !std::isnan(low)) return high;
  return high + std::log1p(std::exp(low - high));
}

double log_diff_exp(double a, double b) {
  if (a == b) return -kInfinity;
  return a + log1mexp(b - a);
}

double logsumexp(std::span<const double> x) {
  if (x.empty()) return -kInfinity;
  const double largest = *std::max_element(x.begin(), x.end());
  if (std::isinf(largest)) return largest;  // -inf - -inf would be NaN
  double sum = 0.0;
  for (const double v : x) sum += std::exp(v - largest);
  return largest + std::log(sum);
}

double log_mean_exp(std::span<const double> x) {
  require_some(x.size(), 1, "A log-mean-exp");
  return logsumexp(x) - std::log(static_cast<double>(x.size()));
}

void StreamingLogSumExp::add(double x) {
  ++count_;
  if (x == -kInfinity) return;
  if (std::isnan(x)) {
    largest_ = sum_ = x;
  } else if (x > largest_) {
    sum_ = x == kInfinity ? 1.0 : sum_ * std::exp(largest_ - x) + 1.0;
    largest_ = x;
  } else if (x < kInfinity) {
    sum_ += std::exp(x - largest_);
  }
}

void StreamingLogSumExp::merge(const StreamingLogSumExp& other) {
  const std::int64_t count = count_ + other.count_;
  const StreamingLogSumExp& high = largest_ >= other.largest_ ? *this : other;
  const StreamingLogSumExp& low = largest_ >= other.largest_ ? other : *this;
  const double sum = std::isinf(high.largest_)
                         ? high.sum_
                         : high.sum_ + low.sum_ * std::exp(low.largest_ - high.largest_);
  largest_ = high.largest_;
  sum_ = sum;
  count_ = count;
}

double StreamingLogSumExp::value() const {
  return std::isinf(largest_) ? largest_ : largest_ + std::log(sum_);
}

double digamma(double x) {
  if (!(x > 0.0)) throw Error("Digamma is defined here for x > 0, not " + std::to_string(x) + ".");
  return boost::math::digamma(x);
}

double log_unit_ball(std::int64_t dim) {
  const double half = 0.5 * static_cast<double>(dim);
  return half * std::log(std::numbers::pi) - std::lgamma(half + 1.0);
}

double log_unit_cube_ball(std::int64_t dim) { return static_cast<double>(dim) * kLn2; }

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double normal_quantile(double p) {
  require_probability(p, "A quantile");
  return boost::math::quantile(boost::math::normal_distribution<double>(), p);
}

double student_t_quantile(double p, double dof) {
  require_probability(p, "A quantile");
  if (!(dof > 0.0)) throw Error("Student's t needs more than 0 degrees of freedom.");
  return boost::math::quantile(boost::math::students_t_distribution<double>(dof), p);
}

double student_t_two_sided(double t, double dof) {
  if (!(dof > 0.0)) throw Error("Student's t needs more than 0 degrees of freedom.");
  if (std::isinf(t)) return 0.0;
  return 2.0 * boost::math::cdf(boost::math::students_t_distribution<double>(dof), -std::fabs(t));
}

double accurate_sum(std::span<const double> x) {
  double sum = 0.0, lost = 0.0;
  for (const double v : x) {
    const double next = sum + v;
    lost += std::fabs(sum) >= std::fabs(v) ? (sum - next) + v : (v - next) + sum;
    sum = next;
  }
  return std::isfinite(sum) ? sum + lost : sum;
}

double mean(std::span<const double> x) {
  require_some(x.size(), 1, "A mean");
  return accurate_sum(x) / static_cast<double>(x.size());
}

double sample_variance(std::span<const double> x) {
  require_some(x.size(), 2, "A variance");
  const double centre = mean(x);
  double squares = 0.0;
  for (const double v : x) squares += (v - centre) * (v - centre);
  return squares / static_cast<double>(x.size() - 1);
}

double median(std::vector<double> x) {
  require_some(x.size(), 1, "A median");
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  if (x.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(x.begin(), middle));
}

double sorted_quantile(std::span<const double> ascending, double p) {
  require_some(ascending.size(), 1, "A quantile");
  const double position = std::clamp(p, 0.0, 1.0) * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return ascending[below] + fraction * (ascending[above] - ascending[below]);
}

}  // namespace elbow
