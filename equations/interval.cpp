#include "equations/interval.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "equations/functions.h"

namespace elbow::equations {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 0 times anything is 0: an end that is infinite is a limit and no value.
double product(double a, double b) { return a == 0.0 || b == 0.0 ? 0.0 : a * b; }

Interval hull(std::initializer_list<double> values) {
  Interval all{kInfinity, -kInfinity};
  for (const double v : values) {
    if (std::isnan(v)) return Interval::all();
    all = {std::min(all.low, v), std::max(all.high, v)};
  }
  return all;
}

Interval whole_power(Interval base, int n) {
  if (n == 0) return Interval::of(1.0);
  if (n < 0) return Interval::of(1.0) / whole_power(base, -n);
  const double low = std::pow(base.low, n), high = std::pow(base.high, n);
  if (n % 2 == 1) return {low, high};
  if (base.low <= 0.0 && base.high >= 0.0) return {0.0, std::max(low, high)};
  return hull({low, high});
}

}  // namespace

Interval Interval::all() { return {-kInfinity, kInfinity}; }

Interval operator-(Interval a) { return {-a.high, -a.low}; }

Interval operator+(Interval a, Interval b) {
  const double low = a.low + b.low, high = a.high + b.high;
  return {std::isnan(low) ? -kInfinity : low, std::isnan(high) ? kInfinity : high};
}

Interval operator-(Interval a, Interval b) { return a + -b; }

Interval operator*(Interval a, Interval b) {
  return hull({product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
               product(a.high, b.high)});
}

Interval operator/(Interval a, Interval b) {
  if (b.low < 0.0 && b.high > 0.0) return Interval::all();
  if (b.low == 0.0 && b.high == 0.0) return Interval::all();
  const Interval inverse = {b.high == 0.0 ? -kInfinity : 1.0 / b.high,
                            b.low == 0.0 ? kInfinity : 1.0 / b.low};
  return a * inverse;
}

Interval power(Interval base, Interval exponent) {
  if (exponent.low == exponent.high && exponent.low == std::round(exponent.low) &&
      std::fabs(exponent.low) <= 64.0)
    return whole_power(base, static_cast<int>(exponent.low));
  // A negative base has a value for whole exponents only.
  if (base.low < 0.0 && std::floor(exponent.high) >= std::ceil(exponent.low))
    return Interval::all();
  base.low = std::max(base.low, 0.0);
  if (base.high < base.low) return Interval::all();
  return hull({std::pow(base.low, exponent.low), std::pow(base.low, exponent.high),
               std::pow(base.high, exponent.low), std::pow(base.high, exponent.high)});
}

Interval range(const Expression& e, const Ranges& leaf) {
  const auto of = [&](std::size_t i) { return range(*e.parts[i], leaf); };
  switch (e.kind) {
    case Kind::number:
      return Interval::of(e.number);
    case Kind::name:
      return leaf(e);
    case Kind::negate:
      return -of(0);
    case Kind::add:
      return of(0) + of(1);
    case Kind::subtract:
      return same(*e.parts[0], *e.parts[1]) ? Interval::of(0.0) : of(0) - of(1);
    case Kind::multiply:
      return same(*e.parts[0], *e.parts[1]) ? whole_power(of(0), 2) : of(0) * of(1);
    case Kind::divide:
      return of(0) / of(1);
    case Kind::power:
      return power(of(0), of(1));
    case Kind::apply: {
      const Function* function = find_function(e.name);
      if (function == nullptr) return leaf(e);
      return function->range(of(0), function->arity > 1 ? of(1) : Interval::of(0.0));
    }
    case Kind::expectation:
      return of(0);
    case Kind::sum: {
      const Interval one = of(0);
      return {one.low < 0.0 ? -kInfinity : one.low, one.high > 0.0 ? kInfinity : one.high};
    }
  }
  return Interval::all();
}

std::string sign(Interval interval) {
  if (interval.low == 0.0 && interval.high == 0.0) return "0";
  if (interval.low >= 0.0) return "+";
  if (interval.high <= 0.0) return "−";
  return "±";
}

}  // namespace elbow::equations
