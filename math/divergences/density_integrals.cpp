#include "math/divergences/density_integrals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"
#include "math/divergences/f_divergence.h"
#include "math/divergences/quadrature.h"
#include "math/divergences/supports.h"

namespace elbow {
namespace {

constexpr double kNegligible = 45.0;  // nats below the peak

// ln p and ln q at a point of one or two coordinates.
struct LogPair {
  double p, q;
};

class Pair {
 public:
  Pair(const Density& p, const Density& q)
      : p_(p), q_(q), dim_(static_cast<std::size_t>(p.dim())) {}
  LogPair operator()(double x, double y = 0.0) const {
    const std::array<double, 2> at = {x, y};
    const std::span<const double> point(at.data(), dim_);
    return {p_.log_density(point), q_.log_density(point)};
  }
  std::size_t dim() const { return dim_; }
  const Density& p() const { return p_; }
  const Density& q() const { return q_; }

 private:
  const Density &p_, &q_;
  std::size_t dim_;
};

// a ln p + (1 - a) ln q; -inf where the density with a positive exponent vanishes.
double log_power(const LogPair& log, double a) {
  if (a == 0.0) return log.q;
  if (a == 1.0) return log.p;
  if (log.p == -kInfinity || log.q == -kInfinity) return -kInfinity;
  return a * log.p + (1.0 - a) * log.q;
}

std::vector<double> axis_points(const Pair& pair, std::int64_t axis,
                                std::span<const double> multiples) {
  std::vector<double> points = pair.p().kinks(axis);
  const auto more = pair.q().kinks(axis);
  points.insert(points.end(), more.begin(), more.end());
  for (const Density* density : {&pair.p(), &pair.q()}) {
    for (const Landmark& landmark : density->landmarks(axis)) {
      for (const double m : multiples) {
        points.push_back(landmark.location - m * landmark.scale);
        points.push_back(landmark.location + m * landmark.scale);
      }
    }
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

constexpr std::array<double, 7> kMultiples1 = {0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0};
constexpr std::array<double, 4> kMultiples2 = {0.0, 2.5, 6.0, 12.0};

// The nodes' frame: breakpoints along each axis, and the peak of each power's logarithm.
struct Frame {
  std::vector<double> x, y;  // y = {0} in one dimension
  std::vector<double> peaks;
};

std::vector<double> scan(const std::vector<double>& points) {
  return points.size() == 1 ? points : refined(points, 4);
}

void raise_peaks(const Pair& pair, Frame& frame, std::span<const double> powers) {
  frame.peaks.assign(powers.size(), -kInfinity);
  const auto ys = scan(frame.y);
  for (const double x : scan(frame.x)) {
    for (const double y : ys) {
      const LogPair log = pair(x, y);
      for (std::size_t k = 0; k < powers.size(); ++k) {
        frame.peaks[k] = std::fmax(frame.peaks[k], log_power(log, powers[k]));
      }
    }
  }
}

// Whether some power is still within kNegligible of its peak on the line through `edge`.
bool matters(const Pair& pair, const Frame& frame, std::span<const double> powers, double edge,
             bool along_y) {
  const auto line = scan(along_y ? frame.x : frame.y);
  for (const double t : line) {
    const LogPair log = along_y ? pair(t, edge) : pair(edge, t);
    for (std::size_t k = 0; k < powers.size(); ++k) {
      if (log_power(log, powers[k]) > frame.peaks[k] - kNegligible) return true;
    }
  }
  return false;
}

// Moves the four (two) ends outwards until nothing matters there.
Frame make_frame(const Pair& pair, std::span<const double> powers) {
  Frame frame;
  if (pair.dim() == 1) {
    frame.x = axis_points(pair, 0, kMultiples1);
    frame.y = {0.0};
  } else {
    frame.x = axis_points(pair, 0, kMultiples2);
    frame.y = axis_points(pair, 1, kMultiples2);
  }
  constexpr int kMostSteps = 60;
  for (int step = 0; step < kMostSteps; ++step) {
    raise_peaks(pair, frame, powers);
    bool grown = false;
    for (const bool along_y : {false, true}) {
      if (along_y && pair.dim() == 1) continue;
      auto& points = along_y ? frame.y : frame.x;
      const double reach = 0.35 * (points.back() - points.front());
      const double low = points.front(), high = points.back();
      if (matters(pair, frame, powers, low, along_y)) {
        points.insert(points.begin(), low - reach);
        grown = true;
      }
      if (matters(pair, frame, powers, high, along_y)) {
        points.push_back(high + reach);
        grown = true;
      }
    }
    if (!grown) break;
  }
  return frame;
}

// One integrand, as a function of the two log-densities.
struct Component {
  std::function<double(const LogPair&)> at;
  bool infinite = false;
};

Integrals integrate_line(const std::vector<Component>& components, std::vector<double> points,
                         const std::function<LogPair(double)>& log_at, int pieces,
                         const QuadratureTolerance& tolerance) {
  const auto grid = refined(points, pieces);
  const auto crossings = sign_changes(
      [&](double t) {
        const LogPair log = log_at(t);
        return log.p == log.q ? 0.0 : log.p - log.q;
      },
      grid);
  points.insert(points.end(), crossings.begin(), crossings.end());
  return integrate(
      [&](double t, std::span<double> out) {
        const LogPair log = log_at(t);
        const bool nothing = log.p == -kInfinity && log.q == -kInfinity;
        for (std::size_t c = 0; c < components.size(); ++c) {
          out[c] = nothing || components[c].infinite ? 0.0 : components[c].at(log);
        }
      },
      components.size(), std::move(points), tolerance);
}

Integrals integrate_all(const Pair& pair, const std::vector<Component>& components,
                        const Frame& frame) {
  if (pair.dim() == 1) {
    return integrate_line(components, frame.x, [&](double x) { return pair(x); }, 8, {});
  }
  return integrate(
      [&](double x, std::span<double> out) {
        const Integrals inner =
            integrate_line(components, frame.y, [&](double y) { return pair(x, y); }, 3,
                           {.relative = 1e-11, .absolute = 1e-15});
        std::copy(inner.values.begin(), inner.values.end(), out.begin());
      },
      components.size(), frame.x, {.relative = 3e-10, .absolute = 3e-12});
}

constexpr double kLargestExponent = 690.0;  // beyond it a value is no double

}  // namespace

std::vector<double> density_breakpoints(const Density& p, const Density& q) {
  const std::array<double, 2> powers = {0.0, 1.0};
  return make_frame(Pair(p, q), powers).x;
}

DensityDivergences integrate_divergences(const Density& p, const Density& q,
                                         std::span<const double> orders) {
  if (p.dim() != q.dim() || p.dim() > 2) {
    throw Error("error: quadrature is over one or two dimensions; these densities have " +
                std::to_string(p.dim()) + " and " + std::to_string(q.dim()) + ".");
  }
  const Pair pair(p, q);
  const Supports supports = compare_supports(p, q);
  // Powers a of p^a q^(1-a): the densities, the chi-squared and those asked for.
  std::vector<double> powers = {0.0, 1.0, 2.0, -1.0};
  powers.insert(powers.end(), orders.begin(), orders.end());
  std::vector<double> finite;
  std::vector<bool> diverges;
  for (const double a : powers) {
    diverges.push_back(power_integral_diverges(p, q, a));
    if (!diverges.back()) finite.push_back(a);
  }
  const Frame frame = make_frame(pair, finite);
  std::vector<double> peaks;
  for (std::size_t k = 0, next = 0; k < powers.size(); ++k) {
    peaks.push_back(diverges[k] ? kInfinity : frame.peaks[next++]);
  }

  std::vector<Component> components;
  const auto add = [&components](const FDivergence& row, bool infinite) {
    components.push_back(
        {[excess = row.excess](const LogPair& log) { return excess(log.p, log.q); }, infinite});
  };
  add(f_divergence("kl"), supports.p_outside_q);
  add(f_divergence("reverse_kl"), supports.q_outside_p);
  add(f_divergence("jensen_shannon"), false);
  add(f_divergence("total_variation"), false);
  add(f_divergence("squared_hellinger_2"), false);
  add(f_divergence("pearson_chi2"), peaks[2] > kLargestExponent);
  add(f_divergence("neyman_chi2"), peaks[3] > kLargestExponent);
  add(f_divergence("le_cam"), false);
  components.push_back({[](const LogPair& log) { return std::exp(log.p); }, false});
  components.push_back({[](const LogPair& log) { return std::exp(log.q); }, false});
  constexpr std::size_t kFixed = 10;
  for (std::size_t k = 0; k < orders.size(); ++k) {
    const double a = orders[k], peak = peaks[4 + k];
    const bool limit = (a == 0.0 && supports.q_outside_p) || (a == 1.0 && supports.p_outside_q);
    add(alpha_divergence(a), limit || peak > kLargestExponent);
    components.push_back(
        {[a, peak](const LogPair& log) { return std::exp(log_power(log, a) - peak); },
         peak == kInfinity || peak == -kInfinity});
  }

  const Integrals integrals = integrate_all(pair, components, frame);
  DensityDivergences result;
  const auto value = [&](std::size_t c) {
    if (components[c].infinite) return kInfinity;
    result.error = std::fmax(result.error,
                             integrals.errors[c] / std::fmax(1.0, std::fabs(integrals.values[c])));
    return integrals.values[c];
  };
  result.kl = value(0);
  result.reverse_kl = value(1);
  result.jensen_shannon = 0.5 * value(2);
  result.total_variation = value(3);
  result.squared_hellinger = 0.5 * value(4);
  result.pearson_chi2 = value(5);
  result.neyman_chi2 = value(6);
  result.le_cam = value(7);
  result.mass_p = value(8);
  result.mass_q = value(9);
  for (std::size_t k = 0; k < orders.size(); ++k) {
    const double a = orders[k], peak = peaks[4 + k];
    const double alpha = value(kFixed + 2 * k);
    result.alpha.push_back(alpha);
    const double excess = a * (a - 1.0) * alpha;  // int p^a q^(1-a) - 1
    if (a <= 0.0) {
      result.renyi.push_back(std::numeric_limits<double>::quiet_NaN());
    } else if (a == 1.0 || peak == kInfinity) {
      result.renyi.push_back(alpha);
    } else if (peak == -kInfinity) {  // nowhere both positive
      result.renyi.push_back(kInfinity);
    } else if (std::fabs(excess) < 0.5) {
      result.renyi.push_back(std::log1p(excess) / (a - 1.0));
    } else {
      result.renyi.push_back((std::log(value(kFixed + 2 * k + 1)) + peak) / (a - 1.0));
    }
  }
  return result;
}

}  // namespace elbow
