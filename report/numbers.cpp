#include "report/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace elbow::report {

int decimals(double value, const std::optional<double>& se) {
  if (!se || !(*se > 0.0) || !std::isfinite(*se)) return value == std::floor(value) ? 0 : 4;
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(*se))), 0, 9);
}

std::string fixed(double value, int digits) {
  std::array<char, 400> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string with_error(double value, const std::optional<double>& se) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const double size = std::max(std::fabs(value), se.value_or(0.0));
  std::array<char, 64> text;
  if (size != 0.0 && (size < 1e-3 || size >= 1e7)) {
    if (se) {
      std::snprintf(text.data(), text.size(), "%.3g ± %.2g", value, *se);
    } else {
      std::snprintf(text.data(), text.size(), "%.4g", value);
    }
    return text.data();
  }
  const int digits = decimals(value, se);
  return fixed(value, digits) + (se ? " ± " + fixed(*se, digits) : "");
}

std::string p_text(double p) {
  std::array<char, 32> text;
  if (p < 0.001) return "p < 0.001";
  std::snprintf(text.data(), text.size(), p < 0.1 ? "p = %.3f" : "p = %.2f", p);
  return text.data();
}

}  // namespace elbow::report
