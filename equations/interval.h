// Interval rules: what values a term may have, from what its parts may have.
#pragma once

#include <functional>
#include <string>

#include "equations/expression.h"

namespace elbow::equations {

/// The numbers from `low` to `high`, infinities allowed as ends. A rule gives an interval that
/// holds every value of the result, not always the least such.
struct Interval {
  double low, high;
  static Interval all();
  static Interval of(double value) { return {value, value}; }
  bool operator==(const Interval&) const = default;
};

Interval operator-(Interval a);
Interval operator+(Interval a, Interval b);
Interval operator-(Interval a, Interval b);
Interval operator*(Interval a, Interval b);
/// Everything where b holds 0 inside.
Interval operator/(Interval a, Interval b);
Interval power(Interval base, Interval exponent);

/// Ranges of what the rules do not know: names and applied networks, densities and divergences.
/// Everything (Interval::all()) for what has no narrower one.
using Ranges = std::function<Interval(const Expression& leaf)>;

/// Range of an expression. E keeps the range of what it averages; sum_j multiplies by an unknown
/// number of dimensions, so that only the sign is kept.
Interval range(const Expression& e, const Ranges& leaf);

/// "+", "−", "0" or "±": the sign of every value in it.
std::string sign(Interval interval);

}  // namespace elbow::equations
