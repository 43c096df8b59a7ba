// A Gaussian fitted to a mixture of two under each divergence (Nowozin et al. 2016, table 3): the
// optimum by quadrature, and where the registered objectives lead the generator.
#include "math/tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "math/divergences/f_divergence.h"
#include "math/divergences/quadrature.h"
#include "math/numeric.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/configs.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"
#include "problems/training_run.h"

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

using Divergence = std::function<double(Model)>;

/// D_f of the mixture from a Gaussian; a huge number where it overflows (far from the optimum).
double divergence(const FDivergence& f, Model m) {
  const auto integrand = [&](double x) {
    const double value = f.excess(log_target(x), log_model(x, m));
    return std::isfinite(value) ? value : 1e100;
  };
  return f.at_one + integrate(integrand, breakpoints(m), {.relative = 1e-11, .absolute = 1e-13});
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

Model fitted(const Divergence& divergence) {
  return minimise(divergence, coarse_minimum(divergence));
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

/// The raw output v with g(v) = f'(p/q), by bisection on the monotone g.
double optimal_raw_output(const FDivergence& f, double log_ratio) {
  const double u = std::exp(log_ratio), h = 1e-6 * std::max(u, 1e-12);
  const double target = (f.f(u + h) - f.f(u - h)) / (2.0 * h);
  double low = -60.0, high = 60.0;
  for (int i = 0; i < 80; ++i) {
    const double v = 0.5 * (low + high);
    (f.activation(v) < target ? low : high) = v;
  }
  return 0.5 * (low + high);
}

/// The variational form at the optimal T: E_p T − E_q f*(T) = D_f, and below it for another T.
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

/// ∇D_f = −E_q f*(T*) ∇ln q: the generator's gradient at the optimal T, which has no part of the
/// integral of the divergence itself.
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

/// The optimum by its value and by the vanishing gradient. An error e of the values moves a minimum
/// by √(2e/D''): 1e-11 by some 1e-6.
void check_optimum(const Checks& checks, const FDivergence& f, Model m) {
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

/// Orders of the alpha family that are other rows, up to a factor.
void check_alpha(const Checks& checks, const std::map<std::string, Model>& optima) {
  struct Row {
    double order, factor;
    const char* name;
  };
  for (const Row& row :
       {Row{0.5, 2.0, "squared_hellinger_2"}, Row{2.0, 0.5, "pearson_chi2"},
        Row{-1.0, 0.5, "neyman_chi2"}, Row{1.0, 1.0, "kl"}, Row{0.0, 1.0, "reverse_kl"}}) {
    const Model m = optima.at(row.name);
    checks.oracle(std::string("alpha/") + row.name,
                  "α-divergence of a special order = its row times its factor",
                  divergence(alpha_divergence(row.order), m),
                  row.factor * divergence(f_divergence(row.name), m), 1e-9);
  }
}

// ---- where the registered objectives lead -----------------------------------------------------

Tensor model_on(const Tensor& x, Model m) {
  return (-0.5 * ((x - m.mean) / m.sd).square()).exp() / (m.sd * std::sqrt(2.0 * M_PI));
}

/// Nodes for sums over x with both laws, for critics with jumps where the densities cross.
struct Nodes {
  Tensor x, weight, p, q;
};

Nodes nodes(Model m) {
  const Rule rule = composite_rule(refined(breakpoints(m), 4));
  Tensor p = at::empty_like(rule.x);
  std::transform(rule.x.data_ptr<double>(), rule.x.data_ptr<double>() + rule.x.numel(),
                 p.data_ptr<double>(), [](double x) { return std::exp(log_target(x)); });
  return {rule.x, rule.weight, rule.weight * p, rule.weight * model_on(rule.x, m)};
}

/// ∇ of E_q of the objective's generator loss at the critic that is optimal for this model.
std::array<double, 2> generator_gradient(const std::string& objective, Model m) {
  const NoGrad no_grad;
  const Nodes at = nodes(m);
  const OutputLosses losses = losses_at(objective, optimal_output(objective, at.p, at.q));
  const auto loss = [&](Model moved) {
    return (at.weight * model_on(at.x, moved) * losses.generator).sum().item<double>();
  };
  const double h = 1e-4;
  return {(loss({m.mean + h, m.sd}) - loss({m.mean - h, m.sd})) / (2.0 * h),
          (loss({m.mean, m.sd + h}) - loss({m.mean, m.sd - h})) / (2.0 * h)};
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

/// What an objective's generator descends at the optimal critic: for any generator loss g(l*(u)),
/// the f-divergence with f(u) − u f'(u) = g(l*(u)).
const std::map<std::string, Divergence>& descends() {
  static const std::map<std::string, Divergence> table = {
      {"minimax", [](Model m) { return divergence(f_divergence("jensen_shannon"), m); }},
      {"hinge", [](Model m) { return divergence(f_divergence("total_variation"), m); }},
      {"non_saturating", [](Model m) { return integral(to_middle, m); }},
      {"least_squares", [](Model m) {
         return integral(from_middle, m) - divergence(f_divergence("le_cam"), m) / 8.0;
       }}};
  return table;
}

/// 20000 points of the mixture.
Dataset mixture_points(std::uint64_t seed) {
  Tensor points = at::empty({20000, 1}, at::kFloat);
  CounterStream random(seed, 44);
  float* x = points.data_ptr<float>();
  for (std::int64_t i = 0; i < points.numel(); ++i) {
    const bool narrow = random.uniform(0.0, 1.0) < kShare;
    const double mean = narrow ? -1.0 : 2.0, variance = narrow ? kNarrow : kWide;
    x[i] = static_cast<float>(mean + std::sqrt(variance) * random.normal());
  }
  return points_dataset("mixture", points);
}

/// An affine generator and a network critic, trained by the loop on samples.
void check_trained(const ProblemContext& context, const Checks& checks, const std::string& name,
                   Model truth) {
  const std::string steps = context.full ? "30000" : "4000";
  const TrainedModel model = train_model(
      problem_config(
          "known_density_gan",
          {"objective.name=" + name, "dynamics.generator_steps=1", "run.steps=" + steps,
           "run.seed=" + std::to_string(context.seed), "model.discriminator_hidden=[32,32]",
           "optimizer.lr={schedule=\"cosine\",from=5e-3,to=0.0,steps=" + steps + "}"}),
      mixture_points(context.seed));
  Session& session = *model.session;
  const Tensor codes = at::arange(0.0, 2.0, at::kFloat).unsqueeze(1);
  const Tensor moved = session.decode(codes).to(at::kDouble);
  const double mean = moved[0][0].item<double>(), edge = moved[1][0].item<double>();
  const Model found{mean, std::abs(edge - mean)};
  const Nodes at = nodes(found);
  const NoGrad no_grad;
  const Tensor l = session.score(at.x.unsqueeze(1).to(at::kFloat)).to(at::kDouble);
  const double least = discriminator_loss(name, optimal_output(name, at.p, at.q), at.p, at.q);
  checks.bound("trained/bound", "least L_D between mixture and model ≤ L_D of the trained critic",
               least, discriminator_loss(name, l, at.p, at.q), 1e-9);
  const Divergence& divergence = descends().at(name);
  checks.bound("trained/value", "least divergence of a Gaussian ≤ divergence of the trained model",
               divergence(truth), divergence(found), 1e-9);
  checks.optimum("trained/mean", "mean of the trained model beside the optimum", found.mean,
                 truth.mean);
  checks.optimum("trained/sd", "sd of the trained model beside the optimum", found.sd, truth.sd);
  emit_run_identities(checks, model);
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  std::map<std::string, Model> optima;
  for (const FDivergence& f : f_divergences()) {
    context.progress("best Gaussian under " + f.name);
    optima[f.name] = fitted([&](Model m) { return divergence(f, m); });
    check_optimum(checks.under(f.name), f, optima[f.name]);
    check_variational(checks.under(f.name), f, {1.0, 1.5});
  }
  check_alpha(checks, optima);
  check_table(checks, optima);
  for (const std::string& name : unconstrained_objectives()) {
    const auto target = descends().find(name);
    if (target == descends().end()) continue;
    context.progress("generator of " + name);
    const Model truth = fitted(target->second);
    const Model found = root([&](Model m) { return generator_gradient(name, m); },
                             {truth.mean + 0.05, truth.sd - 0.03});
    checks.oracle(name + "/learned/mean", "mean where the generator's gradient vanishes = optimum",
                  found.mean, truth.mean, 1e-5);
    checks.oracle(name + "/learned/sd", "sd where the generator's gradient vanishes = optimum",
                  found.sd, truth.sd, 1e-5);
    check_trained(context, checks.under(name), name, truth);
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
