#include "math/divergences/formula.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "equations/derivative.h"
#include "equations/evaluate.h"
#include "equations/parser.h"
#include "equations/print.h"
#include "math/densities/density.h"
#include "math/numeric.h"

namespace elbow {
namespace {

using equations::Expression;
using equations::ExpressionPtr;

constexpr double kLargestRatio = 690.0;  // of ln(p/q), beyond which t is no double

using Curve = std::function<double(double)>;

Curve curve_of(ExpressionPtr e) {
  return [e = std::move(e)](double t) {
    return equations::evaluate(*e, [t](const Expression&) { return t; });
  };
}

[[noreturn]] void refuse(const std::string& origin, const std::string& formula,
                         const std::string& why) {
  throw Error(origin + ": error: f(t) = " + formula + ": " + why, ExitCode::usage);
}

bool is_kinked(const Expression& e) {
  for (const char* name : {"abs", "relu", "min", "max", "sign", "step"})
    if (e.kind == equations::Kind::apply && e.name == name) return true;
  return std::any_of(e.parts.begin(), e.parts.end(), [](const auto& p) { return is_kinked(*p); });
}

/// Limit of a monotone sequence from three terms whose arguments are 10^20, 10^40 and 10^80, or
/// their inverses, so that cubes are still numbers: what still grows as much as a logarithm of a
/// logarithm grows for ever.
std::optional<double> limit(const std::array<double, 3>& values) {
  for (const double v : values)
    if (std::isnan(v)) return std::nullopt;
  if (std::isinf(values[2])) return values[2];
  const double before = std::fabs(values[1] - values[0]), last = std::fabs(values[2] - values[1]);
  if (last <= 1e-9 * (1.0 + std::fabs(values[2]))) return values[2];
  if (last >= 0.9 * before) return values[2] > values[1] ? kInfinity : -kInfinity;
  return std::nullopt;
}

/// Whether a sequence at the same arguments comes to rest, however slowly.
bool bounded(const std::array<double, 3>& values) {
  const double before = std::fabs(values[1] - values[0]), last = std::fabs(values[2] - values[1]);
  return last <= 0.75 * before || last <= 1e-9 * (1.0 + std::fabs(values[2]));
}

std::array<double, 3> at_powers(const Curve& f, double sign) {
  return {f(std::pow(10.0, sign * 20.0)), f(std::pow(10.0, sign * 40.0)),
          f(std::pow(10.0, sign * 80.0))};
}

/// a of |f| ~ t^a from t = 10^(±50) on, rounded outwards; infinite where f overflows.
double order(const Curve& f, double sign) {
  const double near = std::fabs(f(std::pow(10.0, sign * 25.0))),
               far = std::fabs(f(std::pow(10.0, sign * 50.0)));
  if (!(std::isfinite(near) && std::isfinite(far)) || near == 0.0) return sign * kInfinity;
  // A logarithm beside a power raises what is seen of it by less than this.
  constexpr double kSlack = 0.05;
  return std::log(far / near) / (sign * 25.0 * std::log(10.0)) + sign * kSlack;
}

/// The first three points between which f is above its chord.
std::optional<std::array<double, 3>> not_convex(const Curve& f) {
  std::vector<double> points;
  for (int k = -240; k <= 240; ++k) points.push_back(std::pow(10.0, k / 40.0));
  for (int k = -60; k <= 60; ++k) points.push_back(1.0 + k / 100.0);
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end(),
                           [](double a, double b) { return b - a < 1e-9 * b; }),
               points.end());
  for (std::size_t i = 2; i < points.size(); ++i) {
    const double a = points[i - 2], b = points[i - 1], c = points[i];
    const double fa = f(a), fb = f(b), fc = f(c);
    if (!(std::isfinite(fa) && std::isfinite(fb) && std::isfinite(fc))) continue;
    const double left = (fb - fa) / (b - a), right = (fc - fb) / (c - b);
    const double rounding =
        1e-14 * (std::fabs(fa) + std::fabs(fb) + std::fabs(fc)) * (1.0 / (b - a) + 1.0 / (c - b));
    if (left > right + rounding) return std::array<double, 3>{a, b, c};
  }
  return std::nullopt;
}

/// int_0^1 (1 - s) f''(1 + s h) ds, by Gauss and Legendre: f(1 + h) - f(1) - f'(1) h = h^2 times
/// it, without a difference.
double remainder(const Curve& curvature, double h) {
  static constexpr std::array<double, 5> kNodes = {0.04691007703066800, 0.23076534494715845, 0.5,
                                                   0.76923465505284155, 0.95308992296933200};
  static constexpr std::array<double, 5> kWeights = {0.11846344252809454, 0.23931433524968324,
                                                     0.28444444444444444, 0.23931433524968324,
                                                     0.11846344252809454};
  double sum = 0.0;
  for (std::size_t i = 0; i < kNodes.size(); ++i)
    sum += kWeights[i] * (1.0 - kNodes[i]) * curvature(1.0 + kNodes[i] * h);
  return sum;
}

/// The name of a quantity of the command that is c times this one, and its table row.
struct Known {
  std::string name;
  double factor;  // of the row
  const FDivergence* row;
};

std::optional<Known> known_as(const Curve& f, double slope) {
  // Rows of f-GAN, and what this program's quantities are of them.
  static const std::vector<std::pair<std::string, double>> kQuantities = {
      {"kl", 1.0},
      {"reverse_kl", 1.0},
      {"pearson_chi2", 1.0},
      {"neyman_chi2", 1.0},
      {"jeffreys", 1.0},
      {"squared_hellinger_2", 2.0},
      {"jensen_shannon", 2.0},
      {"total_variation", 1.0},
      {"le_cam", 1.0}};
  for (const auto& [name, times] : kQuantities) {
    const FDivergence& row = f_divergence(name);
    double factor = 0.0;
    bool equal = true;
    for (const double t : {0.02, 0.3, 0.8, 1.7, 4.0, 60.0}) {
      const double mine = f(t) - slope * (t - 1.0),
                   its = row.f(t) - row.at_one - row.slope_at_one * (t - 1.0);
      if (factor == 0.0) factor = mine / its;
      equal = equal && std::fabs(mine - factor * its) <= 1e-11 * std::fabs(mine);
    }
    if (!equal || !(factor > 0.0)) continue;
    const std::string quantity = name == "squared_hellinger_2" ? "squared_hellinger" : name;
    const double all = factor * times;
    const bool one = std::fabs(all - 1.0) < 1e-9;
    return Known{one ? quantity : number_text(all) + " · " + quantity, factor, &row};
  }
  return std::nullopt;
}

}  // namespace

FormulaDivergence formula_divergence(const std::string& text, const std::string& origin) {
  const equations::Place place{origin};
  const ExpressionPtr tree = equations::parse_or_throw(text, place);
  const auto messages = equations::check_scalar(*tree, {"t"});
  if (!messages.empty()) throw Error(equations::shown(messages, text, place), ExitCode::usage);

  const ExpressionPtr t = equations::name("t");
  const ExpressionPtr first = equations::derivative(tree, *t);
  FormulaDivergence result;
  result.formula = equations::unicode(*tree);
  result.slope = equations::unicode(*first);
  result.kinked = is_kinked(*tree);
  const Curve f = curve_of(tree), curvature = curve_of(equations::derivative(first, *t));

  const double at_one = f(1.0);
  if (!(std::fabs(at_one) <= 1e-12)) {
    refuse(origin, result.formula,
           "f(1) is " + number_text(at_one) +
               ", and a divergence, which is 0 where P = Q, needs f(1) = 0." +
               (std::isfinite(at_one) ? " Subtract it." : ""));
  }
  if (const auto where = not_convex(f)) {
    refuse(origin, result.formula,
           "not convex: it is above its chord between t = " + number_text((*where)[0]) + " and " +
               number_text((*where)[2]) + ". D_f of it could be negative.");
  }
  const auto zero = limit(at_powers(f, -1.0)),
             infinity = limit(at_powers([&](double u) { return f(u) / u; }, 1.0));
  if (!zero) refuse(origin, result.formula, "its limit at t = 0 could not be found.");
  if (!infinity) refuse(origin, result.formula, "the limit of its slope could not be found.");
  result.at_zero = *zero;
  result.slope_at_infinity = *infinity;
  // At most a multiple of t ln t, or of -ln t.
  const bool like_kl = bounded(at_powers([&](double u) { return f(u) / (u * std::log(u)); }, 1.0));
  const bool like_reverse = bounded(at_powers([&](double u) { return f(u) / std::log(u); }, -1.0));
  if (std::isinf(*infinity) && !like_kl) result.highest = std::max(1.0, order(f, 1.0));
  if (std::isinf(*zero) && !like_reverse) result.lowest = std::min(0.0, order(f, -1.0));

  const double s = curve_of(first)(1.0);
  if (!std::isfinite(s)) refuse(origin, result.formula, "f'(1) is no number.");
  result.f.name = "f";
  result.f.equation = result.formula;
  result.f.f = f;
  result.f.slope_at_one = s;
  const double second = curvature(1.0);
  if (!result.kinked && std::isfinite(second)) result.f.curvature_at_one = second;

  if (const auto known = known_as(f, s)) {
    result.known = known->name;
    result.f.excess_of = [factor = known->factor, excess = known->row->excess_of](
                             double log_p, double log_q, double r) {
      return factor * excess(log_p, log_q, r);
    };
    return result;
  }
  const bool smooth = result.f.curvature_at_one.has_value();
  result.f.excess_of = [=, at_zero = *zero, at_infinity = *infinity](double log_p, double log_q,
                                                                     double r) {
    const double p = std::exp(log_p), q = std::exp(log_q);
    if (log_q == -kInfinity || (r > kLargestRatio && std::isfinite(at_infinity)))
      return p == 0.0 ? 0.0 : p * (at_infinity - s);
    if (log_p == -kInfinity || (r < -kLargestRatio && std::isfinite(at_zero)))
      return q == 0.0 ? 0.0 : q * (at_zero + s);
    if (std::fabs(r) > kLargestRatio) {
      throw Error("f(t) is needed at t = p/q = e^" + number_text(std::round(r)) +
                  ", beyond double precision.");
    }
    const double h = std::expm1(r);
    if (smooth && std::fabs(h) < 0.05) return q * h * h * remainder(curvature, h);
    return q * std::fmax(f(std::exp(r)) - s * h, 0.0);
  };
  return result;
}

}  // namespace elbow
