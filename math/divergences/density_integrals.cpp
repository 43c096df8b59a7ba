#include "math/divergences/density_integrals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "math/divergences/f_divergence.h"
#include "math/divergences/integration_frame.h"
#include "math/divergences/quadrature.h"
#include "math/divergences/supports.h"

namespace elbow {
namespace {

// One integrand, as a function of the two log-densities.
using Integrand = std::function<double(const LogPair&)>;

constexpr double kRounding = 3e-14;         // of an integral, relative
constexpr double kLargestExponent = 690.0;  // beyond it a value is no double

Integrals integrate_line(const std::vector<Integrand>& integrands, std::vector<double> points,
                         const std::function<LogPair(double)>& log_at, int pieces, bool kinks,
                         const QuadratureTolerance& tolerance) {
  if (kinks) {
    const auto crossings = sign_changes(
        [&](double t) {
          const LogPair log = log_at(t);
          // The end of a support is among the points already.
          if (log.p == -kInfinity || log.q == -kInfinity) return std::nan("");
          return log.ratio;
        },
        refined(points, pieces));
    points.insert(points.end(), crossings.begin(), crossings.end());
  }
  return integrate(
      [&](double t, std::span<double> out) {
        const LogPair log = log_at(t);
        const bool nothing = log.p == -kInfinity && log.q == -kInfinity;
        for (std::size_t c = 0; c < integrands.size(); ++c)
          out[c] = nothing ? 0.0 : integrands[c](log);
      },
      integrands.size(), std::move(points), tolerance);
}

/// `kinks`: the integrands have one where p = q.
Integrals integrate_all(const IntegrationFrame& frame, const std::vector<Integrand>& integrands,
                        bool kinks, int pieces = 1) {
  const auto outer = refined(frame.outer(), pieces);
  if (frame.pair().dim() == 1) {
    return integrate_line(integrands, outer, [&](double x) { return frame.at(x); }, 8, kinks,
                          {.relative = 1e-12, .absolute = 0.0});
  }
  constexpr double kInner = 1e-11;
  std::vector<double> largest(integrands.size(), 0.0), floors(integrands.size(), 0.0);
  Integrals result = integrate(
      [&](double x, std::span<double> out) {
        // A line that adds nothing to those before needs no digits of its own.
        for (std::size_t c = 0; c < floors.size(); ++c) floors[c] = 1e-13 * largest[c];
        const Integrals inner = integrate_line(
            integrands, frame.inner(x), [&](double y) { return frame.at(x, y); }, 3, kinks,
            {.relative = kInner, .absolute = 0.0, .floors = floors, .most_panels = 120});
        for (std::size_t c = 0; c < floors.size(); ++c) {
          out[c] = inner.values[c];
          largest[c] = std::fmax(largest[c], out[c]);
        }
      },
      integrands.size(), outer, {.relative = 3e-10, .absolute = 0.0, .most_panels = 150});
  for (std::size_t c = 0; c < floors.size(); ++c)
    result.errors[c] += kInner * std::fabs(result.values[c]);
  return result;
}

Approximate infinite() { return {kInfinity, 0.0}; }
// What rounding leaves of an f-divergence with f''(1) > 0: the change of f under one of u.
double rounding_of(double value, double noise) {
  return kRounding * value + noise * std::sqrt(2.0 * std::fabs(value)) + noise * noise;
}

// ln int p^a q^(1-a) / (a - 1) from the alpha divergence, (int - 1) / (a (a - 1)), and, where that
// is large, from the logarithm of the integral and its error.
Approximate renyi_of(double a, const Approximate& alpha, double log_integral, double log_error) {
  if (a <= 0.0) return {std::numeric_limits<double>::quiet_NaN(), 0.0};
  if (!alpha.why.empty() || a == 1.0) return alpha;
  const double excess = a * (a - 1.0) * alpha.value;  // int p^a q^(1-a) - 1
  if (std::fabs(excess) < 0.5)
    return {std::log1p(excess) / (a - 1.0), a * alpha.error / (1.0 + excess)};
  return {log_integral / (a - 1.0), log_error / std::fabs(a - 1.0)};
}

struct Power {
  Approximate alpha, renyi;
};

// Orders outside [0, 1], where the integrand is large where p and q need not be.
Power integrate_power(const DensityPair& pair, double a) {
  if (power_integral_diverges(pair.p(), pair.q(), a)) {
    Power both{infinite(), infinite()};
    if (a <= 0.0) both.renyi.value = std::numeric_limits<double>::quiet_NaN();
    return both;
  }
  const FDivergence row = alpha_divergence(a);
  std::array<double, 2> log_integral{};
  std::array<Integrals, 2> passes;
  const auto pass = [&](std::size_t k) {
    const bool plane = pair.dim() == 2;
    // With p and q, whose share of the excess must not be cut off.
    const IntegrationFrame frame(pair, {a, 0.0, 1.0}, plane ? static_cast<int>(k) : 0);
    const double peak = frame.peaks()[0];
    const bool small = peak < 0.9 * kLargestExponent;
    passes[k] = integrate_all(
        frame,
        {[&](const LogPair& log) { return small ? row.excess_of(log.p, log.q, log.ratio) : 0.0; },
         [&](const LogPair& log) { return std::exp(log_power(log, a) - peak); }},
        false, plane ? 1 : 1 + static_cast<int>(k));
    log_integral[k] = std::log(passes[k].values[1]) + peak;
  };
  pass(0);
  pass(1);
  const double relative = passes[0].errors[1] / passes[0].values[1];
  const double log_error = relative + kRounding + std::fabs(log_integral[0] - log_integral[1]);
  constexpr double kControlled = 1e-5;
  if (!(log_error < kControlled)) {
    const auto why = uncontrolled("two integrations of p^a q^(1-a), a = " + number_text(a) +
                                  ", differ by " + number_text(log_error) + " of the value");
    return {why, why};
  }
  Approximate alpha;
  constexpr double kLarge = 0.5;
  if (log_integral[0] > kLarge) {
    alpha.value = log_integral[0] > kLargestExponent
                      ? kInfinity
                      : std::expm1(log_integral[0]) / (a * (a - 1.0));
    alpha.error = std::isinf(alpha.value) ? 0.0 : alpha.value * 2.5 * log_error;
  } else {
    alpha.value = passes[0].values[0];
    alpha.error = passes[0].errors[0] + std::fabs(passes[1].values[0] - alpha.value) +
                  rounding_of(alpha.value, pair.noise());
  }
  return {alpha, renyi_of(a, alpha, log_integral[0], log_error)};
}

/// Why D_f may be infinite though its terms are finite; empty where powers that converge bound it.
std::string undecided(const DensityPair& pair, const FormulaDivergence& f) {
  for (const auto& [limit, order, where] :
       {std::tuple{f.slope_at_infinity, f.highest, "large"}, {f.at_zero, f.lowest, "small"}}) {
    if (std::isfinite(limit)) continue;
    if (order == 0.0 || order == 1.0) continue;  // finite as the KL divergences are
    if (std::isfinite(order) && !power_integral_diverges(pair.p(), pair.q(), order)) continue;
    return std::string("f grows fast for ") + where +
           " t = p/q, and whether its integral is finite could not be told" +
           (std::isfinite(order) ? ": that of t^" + number_text(order) + " is not" : "");
  }
  return {};
}

}  // namespace

Approximate integrate_f_divergence(const Density& p, const Density& q, const FormulaDivergence& f) {
  if (p.dim() != q.dim() || p.dim() > 2)
    return uncontrolled("quadrature is over one or two dimensions");
  const DensityPair pair(p, q);
  const Supports supports = compare_supports(pair.p(), pair.q());
  if ((supports.p_outside_q && std::isinf(f.slope_at_infinity)) ||
      (supports.q_outside_p && std::isinf(f.at_zero)))
    return infinite();
  if (const std::string why = undecided(pair, f); !why.empty()) return uncontrolled(why);
  std::vector<double> powers = {0.0, 1.0};
  if (std::isinf(f.slope_at_infinity)) powers.push_back(f.highest);
  if (std::isinf(f.at_zero)) powers.push_back(f.lowest);
  const std::vector<Integrand> integrands = {
      [&](const LogPair& log) { return f.f.excess_of(log.p, log.q, log.ratio); },
      [](const LogPair& log) { return std::exp(log.p); },
      [](const LogPair& log) { return std::exp(log.q); }};
  const auto pass = [&](int k) {
    const bool plane = pair.dim() == 2;
    const IntegrationFrame frame(pair, powers, plane ? k : 0);
    return integrate_all(frame, integrands, f.kinked, plane ? 1 : 1 + k);
  };
  const Integrals one = pass(0), other = pass(1);
  for (std::size_t c = 1; c < 3; ++c) {
    if (std::fabs(one.values[c] - 1.0) > 1e-8)
      return uncontrolled("the nodes of the quadrature miss a part of the densities");
  }
  const double value = one.values[0], difference = std::fabs(value - other.values[0]);
  constexpr double kControlled = 1e-5;
  if (!(difference <= kControlled * value + 1e-14))
    return uncontrolled("two integrations differ by " + number_text(difference));
  const double rounding = f.f.curvature_at_one ? rounding_of(value, pair.noise())
                                               : pair.noise() + kRounding * (1.0 + value);
  return {value, one.errors[0] + difference + rounding};
}

std::vector<double> density_breakpoints(const DensityPair& pair) {
  return IntegrationFrame(pair, {0.0, 1.0}).outer();
}

DensityDivergences integrate_divergences(const Density& p, const Density& q,
                                         std::span<const double> orders) {
  if (p.dim() != q.dim() || p.dim() > 2) {
    throw Error("error: quadrature is over one or two dimensions; these densities have " +
                std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + ".");
  }
  const DensityPair pair(p, q);
  const Supports supports = compare_supports(pair.p(), pair.q());
  std::vector<Integrand> integrands = {[](const LogPair& log) { return std::exp(log.p); },
                                       [](const LogPair& log) { return std::exp(log.q); }};
  const auto add = [&integrands](const FDivergence& row, bool diverges) {
    integrands.push_back([f = row.excess_of, diverges](const LogPair& log) {
      return diverges ? 0.0 : f(log.p, log.q, log.ratio);
    });
  };
  const bool either = supports.p_outside_q || supports.q_outside_p;
  add(f_divergence("kl"), supports.p_outside_q);
  add(f_divergence("reverse_kl"), supports.q_outside_p);
  add(f_divergence("jeffreys"), either);
  add(f_divergence("jensen_shannon"), false);
  add(f_divergence("squared_hellinger_2"), false);
  add(f_divergence("le_cam"), false);
  constexpr std::size_t kFixed = 8;
  std::vector<double> inside = {0.0, 1.0};  // the orders that p and q bound
  for (const double a : orders)
    if (a > 0.0 && a < 1.0) inside.push_back(a);
  const IntegrationFrame frame(pair, inside);
  for (std::size_t k = 2; k < inside.size(); ++k) {
    const double a = inside[k], peak = frame.peaks()[k];
    add(alpha_divergence(a), false);
    integrands.push_back([a, peak](const LogPair& log) {
      return peak == -kInfinity ? 0.0 : std::exp(log_power(log, a) - peak);
    });
  }

  const Integrals integrals = integrate_all(frame, integrands, false);
  const Integrals variation =
      integrate_all(frame, {[f = f_divergence("total_variation").excess_of](const LogPair& log) {
                      return f(log.p, log.q, log.ratio);
                    }},
                    true);
  DensityDivergences result;
  result.mass_p = integrals.values[0];
  result.mass_q = integrals.values[1];
  std::string missed;
  if (!(std::fabs(result.mass_p - 1.0) <= 1e-8 && std::fabs(result.mass_q - 1.0) <= 1e-8)) {
    missed = "the nodes of the quadrature miss a part of the densities: they see " +
             number_text(result.mass_p) + " and " + number_text(result.mass_q) + " of 1";
  }
  const auto value = [&](std::size_t c, bool diverges = false) {
    if (diverges) return infinite();
    if (!missed.empty()) return uncontrolled(missed);
    return Approximate{integrals.values[c],
                       integrals.errors[c] + rounding_of(integrals.values[c], pair.noise())};
  };
  result.kl = value(2, supports.p_outside_q);
  result.reverse_kl = value(3, supports.q_outside_p);
  result.jeffreys = value(4, either);
  result.jensen_shannon = scaled(0.5, value(5));
  result.total_variation =
      missed.empty() ? Approximate{variation.values[0], variation.errors[0] + pair.noise() +
                                                            kRounding * variation.values[0]}
                     : uncontrolled(missed);
  result.squared_hellinger = scaled(0.5, value(6));
  result.le_cam = value(7);
  const Power pearson = integrate_power(pair, 2.0), neyman = integrate_power(pair, -1.0);
  result.pearson_chi2 = scaled(2.0, pearson.alpha);
  result.neyman_chi2 = scaled(2.0, neyman.alpha);
  for (std::size_t k = 0, next = 2; k < orders.size(); ++k) {
    const double a = orders[k];
    if (a < 0.0 || a > 1.0) {
      const Power power = a == 2.0 ? pearson : a == -1.0 ? neyman : integrate_power(pair, a);
      result.alpha.push_back(power.alpha);
      result.renyi.push_back(power.renyi);
      continue;
    }
    if (a == 0.0 || a == 1.0) {
      result.alpha.push_back(a == 1.0 ? result.kl : result.reverse_kl);
      result.renyi.push_back(renyi_of(a, result.alpha.back(), 0.0, 0.0));
      continue;
    }
    const std::size_t c = kFixed + 2 * (next - 2);
    const double peak = frame.peaks()[next++];
    result.alpha.push_back(value(c));
    const double sum = integrals.values[c + 1];
    if (peak == -kInfinity || sum == 0.0) {  // nowhere both positive
      result.renyi.push_back(missed.empty() ? infinite() : uncontrolled(missed));
    } else {
      result.renyi.push_back(renyi_of(a, result.alpha.back(), std::log(sum) + peak,
                                      integrals.errors[c + 1] / sum + kRounding));
    }
  }
  return result;
}

}  // namespace elbow
