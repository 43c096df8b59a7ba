#include "math/divergences/f_divergence.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"
#include "math/numeric.h"

namespace elbow {
namespace {

// p ln(p/q) - p + q, r = ln(p/q) as in all that follows.
double kl_excess(double log_p, double log_q, double r) {
  const double p = std::exp(log_p), q = std::exp(log_q);
  if (log_p == -kInfinity) return q;
  if (log_q == -kInfinity) return kInfinity;
  return std::fabs(r) < 0.5 ? p * expm1_minus(-r) : p * r - p + q;
}

// ln |p - q|.
double log_difference(double log_p, double log_q, double r) {
  return std::fmax(log_p, log_q) + (r == 0.0 ? -kInfinity : log1mexp(-std::fabs(r)));
}

// (p - q)² / q.
double pearson_excess(double log_p, double log_q, double r) {
  if (log_q == -kInfinity) return kInfinity;
  return std::exp(2.0 * log_difference(log_p, log_q, r) - log_q);
}

double jeffreys_excess(double log_p, double log_q, double r) {
  if (log_p == -kInfinity || log_q == -kInfinity) return kInfinity;
  return std::exp(log_difference(log_p, log_q, r)) * std::fabs(r);
}

// (√p - √q)².
double hellinger_excess(double log_p, double log_q, double r) {
  const double root = std::expm1(-0.5 * std::fabs(r));
  return std::exp(std::fmax(log_p, log_q)) * root * root;
}

// KL(p||m) + KL(q||m), m = (p + q) / 2: ln p/m = r/2 - ln cosh(r/2).
double jensen_shannon_excess(double log_p, double log_q, double r) {
  const double log_m = log_add_exp(log_p, log_q) - kLn2;
  if (std::isinf(r)) {
    return kl_excess(log_p, log_m, log_p - log_m) + kl_excess(log_q, log_m, log_q - log_m);
  }
  const double quarter = std::sinh(0.25 * std::fmin(std::fabs(r), 1.0));
  const double log_cosh = std::fabs(r) < 1.0
                              ? std::log1p(2.0 * quarter * quarter)
                              : 0.5 * std::fabs(r) + std::log1p(std::exp(-std::fabs(r))) - kLn2;
  return kl_excess(log_p, log_m, 0.5 * r - log_cosh) + kl_excess(log_q, log_m, -0.5 * r - log_cosh);
}

// (p - q)² / (p + q).
double le_cam_excess(double log_p, double log_q, double r) {
  return std::exp(2.0 * log_difference(log_p, log_q, r) - log_add_exp(log_p, log_q));
}

double squared(double x) { return x * x; }

FDivergence kl() {
  return {.name = "kl",
          .equation = "u ln u",
          .f = x_log_x,
          .conjugate = [](double t) { return std::exp(t - 1.0); },
          .activation = [](double v) { return v; },
          .conjugate_of_output = [](double v) { return std::exp(v - 1.0); },
          .domain_end = kInfinity,
          .slope_at_one = 1.0,
          .curvature_at_one = 1.0,
          .excess_of = kl_excess};
}

FDivergence reverse_kl() {
  return {.name = "reverse_kl",
          .equation = "−ln u",
          .f = [](double u) { return -std::log(u); },
          .conjugate = [](double t) { return t < 0.0 ? -1.0 - std::log(-t) : kInfinity; },
          .activation = [](double v) { return -std::exp(-v); },
          .conjugate_of_output = [](double v) { return v - 1.0; },
          .domain_end = 0.0,
          .slope_at_one = -1.0,
          .curvature_at_one = 1.0,
          .excess_of = [](double p, double q, double r) { return kl_excess(q, p, -r); }};
}

FDivergence pearson() {
  const auto conjugate = [](double t) { return t < -2.0 ? -1.0 : 0.25 * t * t + t; };
  return {.name = "pearson_chi2",
          .equation = "(u − 1)²",
          .f = [](double u) { return squared(u - 1.0); },
          .conjugate = conjugate,
          .activation = [](double v) { return v; },
          .conjugate_of_output = conjugate,
          .domain_end = kInfinity,
          .slope_at_one = 0.0,
          .curvature_at_one = 2.0,
          .excess_of = pearson_excess};
}

FDivergence neyman() {
  return {
      .name = "neyman_chi2",
      .equation = "(1 − u)² / u",
      .f = [](double u) { return squared(1.0 - u) / u; },
      .conjugate = [](double t) { return t <= 1.0 ? 2.0 - 2.0 * std::sqrt(1.0 - t) : kInfinity; },
      .activation = [](double v) { return -std::expm1(-v); },
      .conjugate_of_output = [](double v) { return -2.0 * std::expm1(-0.5 * v); },
      .domain_end = 1.0,
      .slope_at_one = 0.0,
      .curvature_at_one = 2.0,
      .excess_of = [](double p, double q, double r) { return pearson_excess(q, p, -r); }};
}

FDivergence jeffreys() {
  const auto conjugate = [](double t) {
    const double w = lambert_w_exp(1.0 - t);
    return w == 0.0 ? kInfinity : w + 1.0 / w + t - 2.0;
  };
  return {.name = "jeffreys",
          .equation = "(u − 1) ln u",
          .f = [](double u) { return (u - 1.0) * std::log(u); },
          .conjugate = conjugate,
          .activation = [](double v) { return v; },
          .conjugate_of_output = conjugate,
          .domain_end = kInfinity,
          .slope_at_one = 0.0,
          .curvature_at_one = 2.0,
          .excess_of = jeffreys_excess};
}

FDivergence hellinger() {
  return {.name = "squared_hellinger_2",
          .equation = "(√u − 1)²",
          .f = [](double u) { return squared(std::sqrt(u) - 1.0); },
          .conjugate = [](double t) { return t < 1.0 ? t / (1.0 - t) : kInfinity; },
          .activation = [](double v) { return -std::expm1(-v); },
          .conjugate_of_output = [](double v) { return std::expm1(v); },
          .domain_end = 1.0,
          .slope_at_one = 0.0,
          .curvature_at_one = 0.5,
          .excess_of = hellinger_excess};
}

FDivergence jensen_shannon() {
  return {.name = "jensen_shannon",
          .equation = "u ln u − (u + 1) ln((u + 1) / 2)",
          .f = [](double u) { return x_log_x(u) - (u + 1.0) * std::log(0.5 * (u + 1.0)); },
          .conjugate = [](double t) { return t < kLn2 ? -std::log(2.0 - std::exp(t)) : kInfinity; },
          .activation = [](double v) { return kLn2 - softplus(-v); },
          .conjugate_of_output = [](double v) { return softplus(v) - kLn2; },
          .domain_end = kLn2,
          .slope_at_one = 0.0,
          .curvature_at_one = 0.5,
          .excess_of = jensen_shannon_excess};
}

FDivergence gan() {
  return {.name = "gan",
          .equation = "u ln u − (u + 1) ln(u + 1)",
          .f = [](double u) { return x_log_x(u) - (u + 1.0) * std::log1p(u); },
          .conjugate = [](double t) { return t < 0.0 ? -log1mexp(t) : kInfinity; },
          .activation = [](double v) { return log_sigmoid(v); },
          .conjugate_of_output = softplus,
          .domain_end = 0.0,
          .at_one = -2.0 * kLn2,
          .slope_at_one = -kLn2,
          .curvature_at_one = 0.5,
          .excess_of = jensen_shannon_excess};
}

FDivergence total_variation() {
  return {.name = "total_variation",
          .equation = "½ |u − 1|",
          .f = [](double u) { return 0.5 * std::fabs(u - 1.0); },
          .conjugate = [](double t) { return t <= 0.5 ? std::fmax(t, -0.5) : kInfinity; },
          .activation = [](double v) { return 0.5 * std::tanh(v); },
          .conjugate_of_output = [](double v) { return 0.5 * std::tanh(v); },
          .domain_end = 0.5,
          .slope_at_one = 0.0,
          .excess_of = [](double p, double q,
                          double r) { return 0.5 * std::exp(log_difference(p, q, r)); }};
}

FDivergence le_cam() {
  return {.name = "le_cam",
          .equation = "(u − 1)² / (u + 1)",
          .f = [](double u) { return squared(u - 1.0) / (u + 1.0); },
          .conjugate =
              [](double t) {
                if (t > 1.0) return kInfinity;
                return t < -3.0 ? -1.0 : 4.0 - t - 4.0 * std::sqrt(1.0 - t);
              },
          .activation = [](double v) { return -std::expm1(-v); },
          .conjugate_of_output =
              [](double v) {
                return v < -2.0 * kLn2 ? -1.0 : 3.0 + std::exp(-v) - 4.0 * std::exp(-0.5 * v);
              },
          .domain_end = 1.0,
          .slope_at_one = 0.0,
          .curvature_at_one = 1.0,
          .excess_of = le_cam_excess};
}

// (p^b q^(1-b) - q - b (p - q)) / (b (b - 1)) for b <= ½, where no term cancels another: with
// phi(x) = e^x - 1 - x it is q (phi(b r) - b phi(r)) / (b (b - 1)).
double alpha_excess_below_half(double b, double log_p, double log_q, double r) {
  const double scale = b * (b - 1.0);
  constexpr double kLarge = 30.0;
  const double q = std::exp(log_q);
  if (std::fabs(b * r) > kLarge)
    return (std::exp(log_q + b * r) + (b - 1.0) * q - b * std::exp(log_p)) / scale;
  if (std::fabs(r) > kLarge) return (q * std::expm1(b * r) - b * (std::exp(log_p) - q)) / scale;
  if (std::fabs(r) < 1.0 || b < 0.0) return q * (expm1_minus(b * r) - b * expm1_minus(r)) / scale;
  return q * (std::expm1(b * r) - b * std::expm1(r)) / scale;
}

// (p^a q^(1-a) - q - a (p - q)) / (a (a - 1)): the same with p and q, a and 1 - a swapped.
double alpha_excess(double a, double log_p, double log_q, double r) {
  if (log_p == -kInfinity) return a > 0.0 ? std::exp(log_q) / a : kInfinity;
  if (log_q == -kInfinity) return a < 1.0 ? std::exp(log_p) / (1.0 - a) : kInfinity;
  return a <= 0.5 ? alpha_excess_below_half(a, log_p, log_q, r)
                  : alpha_excess_below_half(1.0 - a, log_q, log_p, -r);
}

// The conjugate at T: with b = 1 + (a - 1) T, (b^(a/(a-1)) - 1) / a.
double alpha_conjugate(double a, double t) {
  const double base = 1.0 + (a - 1.0) * t;
  if (base > 0.0) return std::expm1(a / (a - 1.0) * std::log(base)) / a;
  return a > 1.0 ? -1.0 / a : kInfinity;
}

FDivergence renamed(FDivergence row, std::string name) {
  row.name = std::move(name);
  return row;
}

// KL with its linear part taken off, so that f'(1) = 0 like the rest of the family.
FDivergence alpha_limit(bool forward) {
  FDivergence row = renamed(forward ? kl() : reverse_kl(), "alpha");
  row.slope_at_one = 0.0;
  if (forward) {
    row.equation = "u ln u − u + 1";
    row.f = [](double u) { return x_log_x(u) - u + 1.0; };
    row.conjugate = row.conjugate_of_output = [](double t) { return std::expm1(t); };
  } else {
    row.equation = "u − 1 − ln u";
    row.f = [](double u) { return u - 1.0 - std::log(u); };
    row.conjugate = [](double t) { return t < 1.0 ? -std::log1p(-t) : kInfinity; };
    row.activation = [](double v) { return 1.0 - softplus(-v); };
    row.conjugate_of_output = [](double v) { return -std::log(softplus(-v)); };
    row.domain_end = 1.0;
  }
  return row;
}

}  // namespace

double lambert_w_exp(double s) {
  double w = std::fmax(std::exp(std::fmin(s, 0.0)), s);
  if (w == 0.0) return w;
  // Newton on w + ln w = s in the variable ln w.
  for (int i = 0; i < 50; ++i) {
    const double step = (w + std::log(w) - s) / (1.0 + w);
    w *= std::exp(-step);
    if (std::fabs(step) < 1e-16) break;
  }
  return w;
}

const std::vector<FDivergence>& f_divergences() {
  static const std::vector<FDivergence> table = {
      kl(),        reverse_kl(),     pearson(), neyman(),          jeffreys(),
      hellinger(), jensen_shannon(), gan(),     total_variation(), le_cam()};
  return table;
}

const FDivergence& f_divergence(const std::string& name) {
  std::vector<std::string> names;
  for (const FDivergence& row : f_divergences()) {
    if (row.name == name) return row;
    names.push_back(row.name);
  }
  throw Error("error: there is no f-divergence '" + name + "'" + did_you_mean(name, names) + ".");
}

FDivergence alpha_divergence(double a) {
  if (!std::isfinite(a)) throw Error("error: the order of an alpha divergence must be finite.");
  if (a == 1.0) return alpha_limit(true);
  if (a == 0.0) return alpha_limit(false);
  const double end = a < 1.0 ? 1.0 / (1.0 - a) : kInfinity;
  const auto activation = [a, end](double v) { return a > 1.0 ? v : end - softplus(-v); };
  return {.name = "alpha",
          .equation = "(u^a − 1 − a (u − 1)) / (a (a − 1))",
          .f = [a](double u) { return (std::pow(u, a) - 1.0 - a * (u - 1.0)) / (a * (a - 1.0)); },
          .conjugate = [a](double t) { return alpha_conjugate(a, t); },
          .activation = activation,
          .conjugate_of_output =
              [a, activation](double v) {
                // a < 1: 1 + (a - 1) T = (1 - a) softplus(-v), which the sum would lose.
                if (a > 1.0) return alpha_conjugate(a, v);
                return std::expm1(a / (a - 1.0) * std::log((1.0 - a) * softplus(-v))) / a;
              },
          .domain_end = end,
          .slope_at_one = 0.0,
          .curvature_at_one = 1.0,
          .excess_of = [a](double p, double q, double r) { return alpha_excess(a, p, q, r); }};
}

}  // namespace elbow
