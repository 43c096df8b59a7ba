// A Gaussian fitted to a mixture of two under each divergence (Nowozin et al. 2016, table 3): the
// optimum by quadrature, and where the registered objectives lead the generator.
#include "math/tensor.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "math/divergences/f_divergence.h"
#include "math/divergences/quadrature.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"

namespace elbow::problems::f_gan_mixture {
namespace {

constexpr double kNarrow = 0.065, kWide = 2.0;  // variances of the components at -1 and at 2
constexpr double kShare = 0.33;

double log_normal(double x, double mean, double sd) {
  const double u = (x - mean) / sd;
  return -0.5 * u * u - std::log(sd) - 0.5 * std::log(2.0 * M_PI);
}

double log_target(double x) {
  const double a = std::log(kShare) + log_normal(x, -1.0, std::sqrt(kNarrow));
  const double b = std::log1p(-kShare) + log_normal(x, 2.0, std::sqrt(kWide));
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

struct Model {
  double mean, sd;
};

/// Beyond them both densities are below 1e-24.
std::vector<double> breakpoints() {
  return {-14.0, -9.0, -5.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 17.0};
}

/// D_f of the mixture from a Gaussian; a huge number where it overflows (far from the optimum).
double divergence(const FDivergence& f, Model m) {
  const auto integrand = [&](double x) {
    const double value = f.excess(log_target(x), log_normal(x, m.mean, m.sd));
    return std::isfinite(value) ? value : 1e100;
  };
  return f.at_one + integrate(integrand, breakpoints(), {.relative = 1e-11, .absolute = 1e-13});
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

/// The best of several starts: some divergences have local minima.
Model fitted(const FDivergence& f) {
  Model best{0.0, 1.0};
  double least = std::numeric_limits<double>::infinity();
  for (const Model start : {Model{1.0, 1.8}, Model{1.9, 1.5}}) {
    const Model found = minimise([&](Model m) { return divergence(f, m); }, start);
    const double value = divergence(f, found);
    if (value < least) {
      least = value;
      best = found;
    }
  }
  return best;
}

// ---- GT2: the published table -----------------------------------------------------------------

void check_table(const Checks& checks, const std::map<std::string, Model>& optima) {
  struct Row {
    const char* name;
    double value, mean, sd;
  };
  for (const Row& row :
       {Row{"kl", .2830517, 1.01, 1.8306693}, Row{"jensen_shannon", .1280785, 1.3068468, 1.7539740},
        Row{"pearson_chi2", .6457799, .5736630, 1.9273135}}) {
    const Model m = optima.at(row.name);
    const Checks at = checks.under(row.name);
    at.oracle("GT2/value", "least divergence of a Gaussian from the mixture",
              divergence(f_divergence(row.name), m), row.value, 1e-7);
    at.oracle("GT2/mean", "mean of the best Gaussian", m.mean, row.mean, 1e-6);
    at.oracle("GT2/sd", "standard deviation of the best Gaussian", m.sd, row.sd, 1e-6);
  }
  const double mean = -kShare + 2.0 * (1.0 - kShare);
  const double variance = kShare * (kNarrow + 1.0) + (1.0 - kShare) * (kWide + 4.0) - mean * mean;
  checks.oracle("kl/moments/mean", "KL(p‖q): mean of the mixture", optima.at("kl").mean, mean,
                1e-6);
  checks.oracle("kl/moments/sd", "KL(p‖q): standard deviation of the mixture", optima.at("kl").sd,
                std::sqrt(variance), 1e-6);
}

/// The variational form at the optimal T: E_p T − E_q f*(T) = D_f, and below it for another T.
void check_variational(const Checks& checks, const FDivergence& f, Model m) {
  // Raw outputs v with g(v) = f'(p/q), and a distortion of them, by bisection on the monotone g.
  const auto bound = [&](double distortion) {
    return integrate(
        [&](double x) {
          const double log_p = log_target(x), log_q = log_normal(x, m.mean, m.sd);
          const double u = std::exp(log_p - log_q);
          const double h = 1e-6 * std::max(u, 1e-12);
          const double target = (f.f(u + h) - f.f(u - h)) / (2.0 * h);
          double low = -60.0, high = 60.0;
          for (int i = 0; i < 80; ++i) {
            const double v = 0.5 * (low + high);
            (f.activation(v) < target ? low : high) = v;
          }
          const double v = 0.5 * (low + high) + distortion * std::sin(x);
          return std::exp(log_p) * f.activation(v) - std::exp(log_q) * f.conjugate_of_output(v);
        },
        {-12.0, -8.0, -5.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0},
        {1e-9, 1e-11});
  };
  const double d = divergence(f, m);
  checks.oracle("G32/optimal", "E_p T − E_q f*(T) = D_f at T = f'(p/q)", bound(0.0), d, 1e-6);
  checks.bound("G32/distorted", "E_p T − E_q f*(T) ≤ D_f for a distorted T", bound(0.2), d, 1e-6);
}

// ---- where the registered objectives lead -----------------------------------------------------

/// Nodes for sums over x, with the target's probabilities.
struct Grid {
  Tensor x, weight, p, log_p;
};

Grid make_grid() {
  const std::int64_t n = 3200;
  const double low = -12.0, high = 16.0, h = (high - low) / static_cast<double>(n);
  Grid grid{
      at::empty({n}, at::kDouble), at::empty({n}, at::kDouble), {}, at::empty({n}, at::kDouble)};
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = low + (static_cast<double>(i) + 0.5) * h;
    grid.x.data_ptr<double>()[i] = x;
    grid.weight.data_ptr<double>()[i] = h;
    grid.log_p.data_ptr<double>()[i] = log_target(x);
  }
  grid.p = grid.weight * grid.log_p.exp();
  return grid;
}

Tensor model_on(const Grid& grid, Model m) {
  const Tensor u = (grid.x - m.mean) / m.sd;
  return grid.weight * (-0.5 * u.square()).exp() / (m.sd * std::sqrt(2.0 * M_PI));
}

/// Descends L_G with the critic at its optimum for each model: Newton's method on the gradient, by
/// differences. Gradients are of E_q of the objective's generator loss at the fixed critic.
Model learned(const std::string& objective, const Grid& grid, Model m) {
  const NoGrad no_grad;
  const auto gradient = [&](Model at) {
    const OutputLosses losses =
        losses_at(objective, optimal_output(objective, grid.p, model_on(grid, at)));
    const auto loss = [&](Model moved) {
      return (model_on(grid, moved) * losses.generator).sum().item<double>();
    };
    const double h = 1e-4;
    return std::array<double, 2>{
        (loss({at.mean + h, at.sd}) - loss({at.mean - h, at.sd})) / (2.0 * h),
        (loss({at.mean, at.sd + h}) - loss({at.mean, at.sd - h})) / (2.0 * h)};
  };
  for (int i = 0; i < 12; ++i) {
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

/// The divergence of f_divergences() that an objective's generator descends at the optimal critic.
const std::map<std::string, std::string>& descends() {
  static const std::map<std::string, std::string> table = {{"minimax", "jensen_shannon"}};
  return table;
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  std::map<std::string, Model> optima;
  for (const FDivergence& f : f_divergences()) {
    if (f.name == "total_variation" || f.name == "reverse_kl") continue;  // kinks; local minima
    if (f.name == "neyman_chi2" || f.name == "jeffreys") continue;        // the same
    context.progress("best Gaussian under " + f.name);
    optima[f.name] = fitted(f);
    const Model m = optima[f.name];
    const double least = divergence(f, m);
    for (const Model other : {Model{m.mean + 0.05, m.sd}, Model{m.mean - 0.05, m.sd},
                              Model{m.mean, m.sd * 1.03}, Model{m.mean, m.sd / 1.03}})
      checks.bound(f.name + "/minimum", "D_f at the optimum ≤ D_f around it", least,
                   divergence(f, other), 1e-12);
    check_variational(checks.under(f.name), f, {1.0, 1.8});
  }
  check_table(checks, optima);
  const Grid grid = make_grid();
  for (const std::string& name : unconstrained_objectives()) {
    const auto target = descends().find(name);
    if (target == descends().end()) continue;
    context.progress("generator of " + name);
    const Model found = learned(name, grid, {1.1, 1.8}), truth = optima.at(target->second);
    checks.oracle(name + "/learned/mean", "mean where the generator's gradient vanishes = optimum",
                  found.mean, truth.mean, 1e-5);
    checks.oracle(name + "/learned/sd", "sd where the generator's gradient vanishes = optimum",
                  found.sd, truth.sd, 1e-5);
  }
}

}  // namespace

Problem entry() {
  return {.name = "f_gan_mixture",
          .summary = "a Gaussian fitted to a two-component mixture under each divergence",
          .truth = "quadrature",
          .reference = "Nowozin, Cseke & Tomioka 2016, table 3",
          .run = run};
}

}  // namespace elbow::problems::f_gan_mixture
