#include "math/divergences/exact_findings.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace elbow {
namespace {

constexpr int kDigits = 10;  // as an exact value is shown

// One digit, rounded upwards.
std::string bound_text(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)));
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.0e", value + 0.499 * unit);
  return text.data();
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

}  // namespace

int digits_of(const Finding& exact, int most) {
  const double size = std::fabs(exact.estimate.value);
  if (!(exact.error > 0.0) || !(size > 0.0) || std::isinf(size)) return most;
  // An error of half a unit of the last digit shown, which is at most size / 10^(digits - 1).
  const double digits = std::floor(-std::log10(2.0 * exact.error / size));
  return static_cast<int>(std::fmin(std::fmax(digits, 1.0), most));
}

void ExactFindings::add(const std::string& quantity, const Approximate& x, std::string note) {
  if (!x.why.empty()) {
    left_out_.push_back({quantity, estimator_, x.why});
    return;
  }
  if (std::isnan(x.value)) return;
  Finding row{quantity, estimator_, Estimate{.value = x.value, .bias = Bias::none, .exact = true},
              x.error};
  if (std::isfinite(x.value) && x.error > 0.0 && !(2.0 * x.error < std::fabs(x.value))) {
    constexpr double kSmall = 1e-12;
    if (!(x.error < kSmall)) {
      left_out_.push_back(
          {quantity, estimator_,
           "the error may be " + bound_text(x.error) + ", the value is " + bound_text(x.value)});
      return;
    }
    row.estimate.value = 0.0;
    note = joined(note, "0 to within " + bound_text(2.0 * x.error + std::fabs(x.value)));
  } else if (digits_of(row, kDigits) < kDigits) {
    note = joined(note, "error up to " + bound_text(x.error));
  }
  row.estimate.note = std::move(note);
  found_.push_back(std::move(row));
}

void ExactFindings::add(const std::string& quantity, double value, double relative_error,
                        std::string note) {
  const double error = std::isfinite(value) ? relative_error * std::fabs(value) : 0.0;
  add(quantity, Approximate{value, error}, std::move(note));
}

}  // namespace elbow
