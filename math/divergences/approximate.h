// Computed numbers with a bound on how wrong they are.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace elbow {

/// A computed number and how far it may be from the exact one: quadrature and rounding, on the safe
/// side. NaN where the error could not be controlled; `why` then says so.
struct Approximate {
  double value = 0.0;
  double error = 0.0;
  std::string why = {};
  operator double() const { return value; }
};

inline Approximate uncontrolled(std::string why) {
  constexpr auto kNone = std::numeric_limits<double>::quiet_NaN();
  return {kNone, std::numeric_limits<double>::infinity(), std::move(why)};
}

inline Approximate scaled(double factor, Approximate x) {
  if (std::isinf(x.value)) return x;
  return {factor * x.value, std::fabs(factor) * x.error, std::move(x.why)};
}

}  // namespace elbow
