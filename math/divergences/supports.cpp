#include "math/divergences/supports.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "core/error.h"
#include "math/divergences/gaussian.h"

namespace elbow {
namespace {

// A point inside each interval between kinks, the two outer ones included.
std::vector<double> inner_points(const Density& p, const Density& q, std::int64_t axis) {
  std::vector<double> kinks = p.kinks(axis);
  const auto more = q.kinks(axis);
  kinks.insert(kinks.end(), more.begin(), more.end());
  std::sort(kinks.begin(), kinks.end());
  kinks.erase(std::unique(kinks.begin(), kinks.end()), kinks.end());
  if (kinks.empty()) return {0.0};
  const double margin = 1.0 + std::fmax(std::fabs(kinks.front()), std::fabs(kinks.back()));
  std::vector<double> points = {kinks.front() - margin};
  for (std::size_t i = 1; i < kinks.size(); ++i) {
    points.push_back(kinks[i - 1] + 0.5 * (kinks[i] - kinks[i - 1]));
  }
  points.push_back(kinks.back() + margin);
  return points;
}

// a x + (1 - a) y, and whether it lies above 0 by more than rounding.
int sign_of_mix(double a, double x, double y) {
  const double value = a * x + (1.0 - a) * y;
  const double rounding = 1e-12 * (std::fabs(a * x) + std::fabs((1.0 - a) * y));
  return value > rounding ? 1 : value < -rounding ? -1 : 0;
}

// Whether p^a q^(1-a) fails to fall along a ray.
bool fails_to_fall(const Tail& p, const Tail& q, double a) {
  if (p.bounded() || q.bounded()) {
    return a > 1.0 ? q.bounded() && !p.bounded() : p.bounded() && !q.bounded();
  }
  const int quadratic = sign_of_mix(a, p.quadratic, q.quadratic);
  if (quadratic != 0) return quadratic < 0;
  return sign_of_mix(a, p.linear, q.linear) <= 0;
}

void require_decidable(const Density& p, const Density& q) {
  if (!divergence_is_decidable(p, q)) {
    throw Error(
        "error: supports and tails are compared in one or two dimensions of both, between "
        "Gaussians, or between independent coordinates.");
  }
}

}  // namespace

bool divergence_is_decidable(const Density& p, const Density& q) {
  if (p.dim() != q.dim()) return false;
  return p.dim() <= 2 || (p.gaussian() && q.gaussian()) ||
         (!p.factors().empty() && !q.factors().empty());
}

Supports compare_supports(const Density& p, const Density& q) {
  require_decidable(p, q);
  if (p.gaussian() && q.gaussian()) return {};
  Supports result;
  if (p.dim() > 2) {
    const auto a = p.factors(), b = q.factors();
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Supports one = compare_supports(*a[i], *b[i]);
      result.p_outside_q |= one.p_outside_q;
      result.q_outside_p |= one.q_outside_p;
    }
    return result;
  }
  std::array<double, 2> x{};
  const auto size = static_cast<std::size_t>(p.dim());
  const auto second = size == 2 ? inner_points(p, q, 1) : std::vector<double>{0.0};
  for (const double x0 : inner_points(p, q, 0)) {
    for (const double x1 : second) {
      x = {x0, x1};
      const bool in_p = p.log_density(std::span<const double>(x.data(), size)) > -kInfinity;
      const bool in_q = q.log_density(std::span<const double>(x.data(), size)) > -kInfinity;
      result.p_outside_q |= in_p && !in_q;
      result.q_outside_p |= in_q && !in_p;
    }
  }
  return result;
}

bool power_integral_diverges(const Density& p, const Density& q, double a) {
  if (a >= 0.0 && a <= 1.0) return false;
  require_decidable(p, q);
  if (p.gaussian() && q.gaussian()) {
    return gaussian_log_power_integral(*p.gaussian(), *q.gaussian(), a) == kInfinity;
  }
  if (p.dim() > 2) {
    const auto x = p.factors(), y = q.factors();
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (power_integral_diverges(*x[i], *y[i], a)) return true;
    }
    return false;
  }
  const Supports supports = compare_supports(p, q);
  if (a > 1.0 ? supports.p_outside_q : supports.q_outside_p) return true;
  const auto size = static_cast<std::size_t>(p.dim());
  const int rays = p.dim() == 1 ? 2 : 720;
  for (int i = 0; i < rays; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / rays;
    // Exactly zero along the axes.
    const double u0 = 4 * i % rays == 0 ? std::round(std::cos(angle)) : std::cos(angle);
    const double u1 = 4 * i % rays == 0 ? std::round(std::sin(angle)) : std::sin(angle);
    const std::array<double, 2> u = {p.dim() == 1 ? 1.0 - 2.0 * i : u0, u1};
    const std::span<const double> direction(u.data(), size);
    if (fails_to_fall(p.tail(direction), q.tail(direction), a)) return true;
  }
  return false;
}

}  // namespace elbow
