#include "math/statistics/mean_estimate.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

void require_numbers(std::span<const double> x, const char* what) {
  if (x.empty()) throw Error(std::string(what) + " needs at least one number.");
  if (std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); })) {
    throw Error(std::string(what) + " got a number that is NaN.");
  }
}

}  // namespace

Estimate mean_estimate(std::span<const double> x) {
  require_numbers(x, "A mean");
  const double value = mean(x);
  if (std::isnan(value)) throw Error("A mean over +inf and -inf is not defined.");
  Estimate result{.value = value, .bias = Bias::none};
  if (x.size() < 2) {
    result.note = "one sample: no standard error";
  } else if (std::isinf(value)) {
    result.note = "infinite at a sample: no standard error";
  } else {
    result.se = std::sqrt(sample_variance(x) / static_cast<double>(x.size()));
  }
  return result;
}

Estimate log_mean_exp_estimate(std::span<const double> log_w) {
  require_numbers(log_w, "A log-mean-exp");
  Estimate result{.value = log_mean_exp(log_w), .bias = Bias::lower};
  if (std::isinf(result.value)) {
    result.note = "infinite: no standard error";
    return result;
  }
  if (log_w.size() < 2) {
    result.note = "one sample: no standard error";
    return result;
  }
  const double k = static_cast<double>(log_w.size());
  double squares = 0.0;  // of K w~ - 1, which does not cancel
  for (const double l : log_w) squares += std::pow(std::expm1(l - result.value), 2);
  result.se = std::sqrt(squares) / k;
  return result;
}

}  // namespace elbow
