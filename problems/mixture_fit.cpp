#include "math/tensor.h"

#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "math/divergences/quadrature.h"
#include "math/numeric.h"
#include "math/torch_compat.h"
#include "problems/critic_outputs.h"
#include "problems/mixture_fit.h"

namespace elbow::problems {
namespace {

double log_normal(double x, double mean, double sd) {
  const double u = (x - mean) / sd;
  return -0.5 * u * u - std::log(sd) - 0.5 * std::log(2.0 * M_PI);
}

double log_model(double x, Model m) { return log_normal(x, m.mean, m.sd); }

/// Ends of panels; beyond them both densities are below 1e-24. The densities cross at some, where
/// integrands have kinks.
std::vector<double> breakpoints(Model m) {
  std::vector<double> points = {-14.0, -9.0, -5.0, -3.0, -2.0, -1.5, -1.0, -0.5,
                                0.0,   1.0,  2.0,  4.0,  7.0,  11.0, 17.0};
  const std::vector<double> grid = refined(points, 8);
  for (const double x :
       sign_changes([&](double t) { return log_target(t) - log_model(t, m); }, grid))
    points.push_back(x);
  return points;
}

/// Minimum of a smooth function of (mean, ln sd) by Nelder & Mead's simplex from a start.
Model minimise(const std::function<double(Model)>& f, Model start) {
  struct Vertex {
    std::array<double, 2> at;
    double value;
  };
  const auto evaluate = [&](std::array<double, 2> at) {
    return Vertex{at, f({at[0], std::exp(at[1])})};
  };
  const std::array<double, 2> origin{start.mean, std::log(start.sd)};
  std::array<Vertex, 3> v{evaluate(origin), evaluate({origin[0] + 0.2, origin[1]}),
                          evaluate({origin[0], origin[1] + 0.1})};
  const auto toward = [](const std::array<double, 2>& from, const std::array<double, 2>& to,
                         double t) {
    return std::array<double, 2>{from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])};
  };
  for (int i = 0; i < 120; ++i) {
    std::sort(v.begin(), v.end(),
              [](const Vertex& a, const Vertex& b) { return a.value < b.value; });
    const std::array<double, 2> centre = toward(v[0].at, v[1].at, 0.5);
    const Vertex reflected = evaluate(toward(v[2].at, centre, 2.0));
    if (reflected.value < v[0].value) {
      const Vertex expanded = evaluate(toward(v[2].at, centre, 3.0));
      v[2] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < v[1].value) {
      v[2] = reflected;
    } else {
      const Vertex contracted = evaluate(toward(v[2].at, centre, 0.5));
      if (contracted.value < v[2].value) {
        v[2] = contracted;
      } else {
        for (std::size_t k = 1; k < 3; ++k) v[k] = evaluate(toward(v[0].at, v[k].at, 0.5));
      }
    }
  }
  return {v[0].at[0], std::exp(v[0].at[1])};
}

/// The least of a coarse table over mean and sd: some divergences have local minima.
Model coarse_minimum(const Divergence& divergence) {
  Model best{0.0, 1.0};
  double least = std::numeric_limits<double>::infinity();
  for (double mean = -1.5; mean <= 3.01; mean += 0.25)
    for (double sd = 0.25; sd <= 3.0; sd *= 1.2)
      if (const double value = divergence({mean, sd}); value < least) {
        least = value;
        best = {mean, sd};
      }
  return best;
}

/// Where a gradient in (mean, sd) vanishes, by Newton's method with differences of step 1e-3.
Model root(const std::function<std::array<double, 2>(Model)>& gradient, Model m) {
  for (int i = 0; i < 20; ++i) {
    const double h = 1e-3;
    const auto g = gradient(m);
    const auto a = gradient({m.mean + h, m.sd}), b = gradient({m.mean, m.sd + h});
    const double j00 = (a[0] - g[0]) / h, j10 = (a[1] - g[1]) / h, j01 = (b[0] - g[0]) / h,
                 j11 = (b[1] - g[1]) / h;
    const double determinant = j00 * j11 - j01 * j10;
    const auto limited = [](double step) { return std::clamp(step, -0.3, 0.3); };
    const double dm = limited((g[0] * j11 - g[1] * j01) / determinant);
    const double ds = limited((g[1] * j00 - g[0] * j10) / determinant);
    m = {m.mean - dm, m.sd - ds};
    if (std::abs(dm) + std::abs(ds) < 1e-9) break;
  }
  return m;
}

/// The raw output v with g(v) = f'(p/q), by bisection on the monotone g.
double optimal_raw_output(const FDivergence& f, double log_ratio) {
  const double u = std::exp(log_ratio), h = 1e-6 * std::max(u, 1e-12);
  const double target = (f.f(u + h) - f.f(u - h)) / (2.0 * h);
  double low = -1e8, high = 1e8;
  for (int i = 0; i < 100; ++i) {
    const double v = 0.5 * (low + high);
    (f.activation(v) < target ? low : high) = v;
  }
  return 0.5 * (low + high);
}

/// ∇ of E_q of the objective's generator loss at the critic that is optimal for this model.
std::array<double, 2> generator_gradient(const Adversary& objective, Model m) {
  const NoGrad no_grad;
  const KnownPair d = mixture_pair(m);
  const Tensor loss = d.q * objective.losses(optimal_output(objective, d.p, d.q)).generator;
  const Tensor u = (d.points.select(1, 0) - m.mean) / m.sd;
  return {total(loss * u) / m.sd, total(loss * (u.square() - 1.0)) / m.sd};
}

/// KL(a‖m) at x, with m the mean of two densities.
double from_middle(double log_a, double log_b) {
  return f_divergence("kl").excess(log_a, log_add_exp(log_a, log_b) - kLn2);
}
double to_middle(double log_a, double log_b) {
  return f_divergence("kl").excess(log_add_exp(log_a, log_b) - kLn2, log_a);
}

double integral(const std::function<double(double log_p, double log_q)>& f, Model m) {
  return integrate([&](double x) { return f(log_target(x), log_model(x, m)); }, breakpoints(m),
                   {.relative = 1e-11, .absolute = 1e-13});
}

}  // namespace

double log_target(double x) {
  const double a =
      std::log(MixtureTarget::share) + log_normal(x, -1.0, std::sqrt(MixtureTarget::narrow));
  const double b =
      std::log1p(-MixtureTarget::share) + log_normal(x, 2.0, std::sqrt(MixtureTarget::wide));
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

double divergence(const FDivergence& f, Model m) {
  const auto integrand = [&](double x) {
    const double value = f.excess(log_target(x), log_model(x, m));
    return std::isfinite(value) ? value : 1e100;
  };
  return f.at_one + integrate(integrand, breakpoints(m), {.relative = 1e-11, .absolute = 1e-13});
}

Model fitted(const Divergence& divergence) {
  return minimise(divergence, coarse_minimum(divergence));
}

void check_variational(const Checks& checks, const FDivergence& f, Model m) {
  const auto bound = [&](double distortion) {
    return integrate(
        [&](double x) {
          const double log_p = log_target(x), log_q = log_model(x, m);
          const double v = optimal_raw_output(f, log_p - log_q) + distortion * std::sin(x);
          return std::exp(log_p) * f.activation(v) - std::exp(log_q) * f.conjugate_of_output(v);
        },
        breakpoints(m), {1e-9, 1e-11});
  };
  const double d = divergence(f, m);
  checks.oracle("G32/optimal", "E_p T − E_q f*(T) = D_f at T = f'(p/q)", bound(0.0), d, 1e-6);
  checks.bound("G32/distorted", "E_p T − E_q f*(T) ≤ D_f for a distorted T", bound(0.2), d, 1e-6);
}

std::array<double, 2> conjugate_gradient(const FDivergence& f, Model m) {
  const Integrals parts = integrate(
      [&](double x, std::span<double> out) {
        const double log_q = log_model(x, m), u = (x - m.mean) / m.sd;
        const double value =
            -std::exp(log_q) * f.conjugate_of_output(optimal_raw_output(f, log_target(x) - log_q));
        out[0] = value * u / m.sd;
        out[1] = value * (u * u - 1.0) / m.sd;
      },
      2, breakpoints(m), {1e-9, 1e-11});
  return {parts.values[0], parts.values[1]};
}

void check_optimum(const Checks& checks, const FDivergence& f, Model m) {
  // An error e of the values moves a minimum by √(2e/D''): 1e-11 by some 1e-6.
  const double least = divergence(f, m);
  for (const Model other : {Model{m.mean + 0.05, m.sd}, Model{m.mean - 0.05, m.sd},
                            Model{m.mean, m.sd * 1.03}, Model{m.mean, m.sd / 1.03}})
    checks.bound("minimum", "D_f at the optimum ≤ D_f around it", least, divergence(f, other),
                 1e-12);
  const Model stationary =
      root([&](Model at) { return conjugate_gradient(f, at); }, {m.mean + 0.03, m.sd * 0.98});
  checks.oracle("stationary/mean", "mean of the least D_f = where E_q f*(T*) ∇ln q vanishes",
                m.mean, stationary.mean, 1e-5);
  checks.oracle("stationary/sd", "sd of the least D_f = where E_q f*(T*) ∇ln q vanishes", m.sd,
                stationary.sd, 1e-5);
}

KnownPair mixture_pair(Model m) {
  const Rule rule = composite_rule(refined(breakpoints(m), 4));
  Tensor log_p = at::empty_like(rule.x);
  const double* x = rule.x.data_ptr<double>();
  std::transform(x, x + rule.x.numel(), log_p.data_ptr<double>(), log_target);
  const Tensor log_q = log_normal(rule.x, m.mean, m.sd);
  return {rule.x.unsqueeze(1), rule.weight * log_p.exp(), rule.weight * log_q.exp(), log_p - log_q};
}

const std::map<std::string, Divergence>& generator_divergences() {
  static const std::map<std::string, Divergence> table = {
      {"minimax", [](Model m) { return divergence(f_divergence("jensen_shannon"), m); }},
      {"hinge", [](Model m) { return divergence(f_divergence("total_variation"), m); }},
      {"non_saturating", [](Model m) { return integral(to_middle, m); }},
      {"least_squares", [](Model m) {
         return integral(from_middle, m) - divergence(f_divergence("le_cam"), m) / 8.0;
       }}};
  return table;
}

void check_learned(const Checks& checks, const Adversary& objective, Model optimum) {
  const Model found = root([&](Model m) { return generator_gradient(objective, m); },
                           {optimum.mean + 0.05, optimum.sd - 0.03});
  checks.oracle("learned/mean", "mean where the generator's gradient vanishes = optimum",
                found.mean, optimum.mean, 1e-5);
  checks.oracle("learned/sd", "sd where the generator's gradient vanishes = optimum", found.sd,
                optimum.sd, 1e-5);
}

}  // namespace elbow::problems
