// The Dirac-GAN (Mescheder et al. 2018): data at 0, a model at theta, a discriminator psi x. Every
// dynamics and penalty has its eigenvalues, invariants and trajectories in closed form.
#include "math/tensor.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <optional>

#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/plane_maps.h"
#include "problems/small_game.h"

namespace elbow::problems::dirac_gan {
namespace {

using Complex = std::complex<double>;

struct Variant {
  Choice objective;
  std::vector<Choice> penalties = {};
  Choice dynamics = "simultaneous";
  double h = 0.2;
  bool generator_first = false;
};

/// One play of a variant with the registered objective, penalties and dynamics.
class Play {
 public:
  Play(const Variant& v, Point start)
      : game_({.objective = v.objective,
               .penalties = v.penalties,
               .generator =
                   std::make_shared<ParametricNetwork>(at::full({1}, start.theta, at::kDouble),
                                                       [](const Tensor& theta, const Tensor& z) {
                                                         return theta.expand({z.size(0), 1});
                                                       }),
               .discriminator = std::make_shared<ParametricNetwork>(
                   at::full({1}, -start.psi, at::kDouble),
                   [](const Tensor& psi, const Tensor& x) { return x * psi; }),
               .data = at::zeros({1, 1}, at::kDouble),
               .generator_rate = v.h,
               .discriminator_rate = v.h,
               .generator_first = v.generator_first}),
        dynamics_(make_dynamics(v.dynamics)) {}

  Point at() const {
    return {game_.generator().item<double>(), -game_.discriminator().item<double>()};
  }
  Point after(int steps) {
    for (int i = 0; i < steps; ++i) dynamics_->step(game_);
    return at();
  }

 private:
  SmallGame game_;
  std::unique_ptr<Dynamics> dynamics_;
};

Point step(const Variant& v, Point start) { return Play(v, start).after(1); }

/// The field v = (next - now) / h of simultaneous descent, from an implemented step of h = 1.
Point field(Variant v, Point at) {
  v.dynamics = "simultaneous";
  v.h = 1.0;
  const Point next = step(v, at);
  return {next.theta - at.theta, next.psi - at.psi};
}

void compare_eigenvalues(const Checks& checks, const std::string& id, const std::string& statement,
                         const Matrix& j, Complex expected) {
  const Complex found = eigenvalues(j)[0];
  checks.oracle(id + "/re", "Re " + statement, found.real(), expected.real(), 1e-6);
  checks.oracle(id + "/im", "Im " + statement, found.imag(), expected.imag(), 1e-6);
}

// ---- G65: eigenvalues of the implemented field ------------------------------------------------

/// Derivative at l = 0 of a per-sample loss of the registered objective, by central differences.
double slope_at_zero(const std::string& objective, const std::string& phase,
                     const std::string& term) {
  const auto value = [&](double l) {
    World w = World::outputs(objective, at::zeros({1}, at::kDouble), at::full({1}, l, at::kDouble));
    w.batch_size = 1;
    for (const Term& t : w.evaluate(phase).terms)
      if (t.name == term) return t.values.item<double>();
    return std::nan("");
  };
  const double d = 1e-5;
  return (value(d) - value(-d)) / (2.0 * d);
}

/// Product of the slopes of both players at the origin: J = ((0, -s_G), (-s_D, 0)) in the
/// discriminator's own sign, so that the eigenvalues are +-sqrt(s_G s_D).
double slope_product(const std::string& objective) {
  return slope_at_zero(objective, "generator", "loss/generator/fake") *
         slope_at_zero(objective, "discriminator", "loss/discriminator/fake");
}

/// Closed forms of the paper's table.
const std::map<std::string, Complex>& known_eigenvalues() {
  static const std::map<std::string, Complex> table = {{"minimax", {0.0, 0.5}},
                                                       {"non_saturating", {0.0, 0.5}},
                                                       {"wasserstein", {0.0, 1.0}},
                                                       {"hinge", {0.0, 1.0}}};
  return table;
}

Matrix field_jacobian(const Variant& v) {
  return jacobian([&](Point at) { return field(v, at); }, {0.0, 0.0}, 1e-4);
}

void check_eigenvalues(const Checks& checks) {
  for (const std::string& name : objectives_of("gan")) {
    const double s = slope_product(name);
    compare_eigenvalues(checks, "G65/" + name, "λ of the field at 0 = √(s_G s_D)",
                        field_jacobian({.objective = name}), std::sqrt(Complex(s)));
    if (const auto known = known_eigenvalues().find(name); known != known_eigenvalues().end())
      compare_eigenvalues(checks, "G65/" + name + "/closed_form", "λ = closed form",
                          field_jacobian({.objective = name}), known->second);
    for (const double gamma : {0.3, 0.5, 1.0, 2.0}) {
      const double discriminant = 0.25 * gamma * gamma + s;
      if (std::abs(discriminant) < 1e-3) continue;  // a double root moves as a square root
      const Variant v{.objective = name, .penalties = {{"r1", {{"gamma", Value(gamma)}}}}};
      compare_eigenvalues(checks, "G65/" + name + "/r1=" + std::to_string(gamma).substr(0, 3),
                          "λ with R1 = −γ/2 + √(γ²/4 + s_G s_D)", field_jacobian(v),
                          -0.5 * gamma + std::sqrt(Complex(discriminant)));
    }
  }
}

// ---- G66, G68: laws along trajectories --------------------------------------------------------

double sigmoid(double t) { return 1.0 / (1.0 + std::exp(-t)); }

/// Energy after `time` of the continuous flow of the implemented field, by RK4.
double flow_energy(const std::string& objective, Point at, double time, int steps) {
  const double h = time / steps;
  const auto moved = [](Point p, Point v, double by) {
    return Point{p.theta + by * v.theta, p.psi + by * v.psi};
  };
  for (int i = 0; i < steps; ++i) {
    const Point k1 = field({.objective = objective}, at);
    const Point k2 = field({.objective = objective}, moved(at, k1, 0.5 * h));
    const Point k3 = field({.objective = objective}, moved(at, k2, 0.5 * h));
    const Point k4 = field({.objective = objective}, moved(at, k3, h));
    at.theta += h / 6.0 * (k1.theta + 2.0 * k2.theta + 2.0 * k3.theta + k4.theta);
    at.psi += h / 6.0 * (k1.psi + 2.0 * k2.psi + 2.0 * k3.psi + k4.psi);
  }
  return at.energy();
}

std::vector<Point> random_points(std::uint64_t seed, int count) {
  CounterStream random(seed, 8);
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) points.push_back({2.0 * random.normal(), 2.0 * random.normal()});
  return points;
}

void check_growth(const Checks& checks, std::uint64_t seed) {
  int index = 0;
  for (const Point p : random_points(seed, 3)) {
    const std::string at = "/point" + std::to_string(index++);
    const double t = p.theta * p.psi, h = 0.2;
    checks.exact("G66/minimax" + at, "simultaneous: E'/E = 1 + h² σ(−t)²",
                 step({.objective = "minimax"}, p).energy() / p.energy(),
                 1.0 + h * h * sigmoid(-t) * sigmoid(-t), 1e-12);
    checks.exact("G66/wasserstein" + at, "simultaneous: E'/E = 1 + h²",
                 step({.objective = "wasserstein"}, p).energy() / p.energy(), 1.0 + h * h, 1e-12);
    const Point v = field({.objective = "non_saturating"}, p);
    checks.exact("G68" + at, "non-saturating flow: ½ dE/dt = −t tanh(t/2)",
                 p.theta * v.theta + p.psi * v.psi, -t * std::tanh(0.5 * t), 1e-12);
  }
}

void check_flows(const Checks& checks, bool full) {
  const int steps = full ? 2000 : 250;
  const double time = full ? 50.0 : 5.0;
  for (const char* objective : {"minimax", "wasserstein"})
    checks.exact(std::string("G66/flow/") + objective, "the flow conserves E",
                 flow_energy(objective, {1.0, 1.0}, time, steps), 2.0, 1e-7);
  checks.oracle("G66/flow/non_saturating", "E after time 50 from (1, 1)",
                flow_energy("non_saturating", {1.0, 1.0}, 50.0, full ? 2000 : 500), 0.149703, 1e-6);
}

void check_invariants(const Checks& checks) {
  const double h = 0.2;
  for (const bool generator_first : {true, false}) {
    const Variant v{.objective = "wasserstein",
                    .dynamics = "alternating",
                    .h = h,
                    .generator_first = generator_first};
    const Point p = Play(v, {1.0, 1.0}).after(500);
    const double sign = generator_first ? -1.0 : 1.0;
    const std::string first = generator_first ? "generator_first" : "discriminator_first";
    checks.exact("G66/invariant/" + first,
                 generator_first ? "θ² + ψ² − hθψ is conserved" : "θ² + ψ² + hθψ is conserved",
                 p.energy() + sign * h * p.theta * p.psi, 2.0 + sign * h, 1e-11);
  }
}

// ---- G67: the protocol h = .2, start (1, 1), 500 steps ----------------------------------------

struct Row {
  std::string id;
  Variant variant;
  double energy;
};

void check_protocol(const Checks& checks) {
  const Choice five("alternating", {{"discriminator_steps", Value(std::int64_t{5})}});
  std::vector<Row> rows;
  const auto add = [&](const std::string& name, const char* how, const Choice& dynamics,
                       bool generator_first, double energy) {
    rows.push_back({name + "/" + how,
                    {.objective = name, .dynamics = dynamics, .generator_first = generator_first},
                    energy});
  };
  add("minimax", "simultaneous", "simultaneous", false, 9.591091046);
  add("minimax", "generator_first", "alternating", true, 2.0192946265);
  add("minimax", "discriminator_first", "alternating", false, 1.9954337779);
  add("minimax", "five_to_one", five, false, 2.9233431077);
  add("non_saturating", "simultaneous", "simultaneous", false, 0.4098651068);
  add("non_saturating", "generator_first", "alternating", true, 0.0806125068);
  add("non_saturating", "discriminator_first", "alternating", false, 0.0732408328);
  add("non_saturating", "five_to_one", five, false, 0.0244758017);
  for (const Row& row : rows)
    checks.oracle("G67/" + row.id, "E after 500 steps of h = 0.2 from (1, 1)",
                  Play(row.variant, {1.0, 1.0}).after(500).energy(), row.energy, 1e-9);
  checks.oracle("G67/wasserstein/simultaneous", "ln E after 500 steps = ln 2 + 500 ln 1.04",
                std::log(Play({.objective = "wasserstein"}, {1.0, 1.0}).after(500).energy()),
                std::log(2.0) + 500.0 * std::log(1.04), 1e-12);
  for (const auto& [gamma, expected] : {std::pair{0.3, -12.843726}, std::pair{1.0, -48.402562}}) {
    const Variant v{.objective = "minimax", .penalties = {{"r1", {{"gamma", Value(gamma)}}}}};
    checks.oracle("G67/minimax/r1=" + std::to_string(gamma).substr(0, 3),
                  "ln √E after 500 steps with R1",
                  0.5 * std::log(Play(v, {1.0, 1.0}).after(500).energy()), expected, 4e-8);
  }
}

// ---- penalties without a linearisation --------------------------------------------------------

void check_penalties(const Checks& checks, std::uint64_t seed) {
  const double h = 0.2, lambda = 0.7, c = 1.0;
  const Variant penalised{.objective = "wasserstein",
                          .penalties = {{"gradient_penalty", {{"lambda", Value(lambda)}}}}};
  const Variant clipped{.objective = "wasserstein",
                        .penalties = {{"weight_clipping", {{"c", Value(c)}}}}};
  int index = 0;
  for (Point p : random_points(seed + 1, 3)) {
    const std::string at = "/point" + std::to_string(index++);
    // At a slope of 0 the norm has a kink, which its root rounds off.
    p.psi = std::copysign(std::max(std::abs(p.psi), 0.1), p.psi);
    checks.exact(
        "G65/gradient_penalty" + at, "ψ' = ψ + h(θ − 2λ(|ψ| − 1) sign ψ)", step(penalised, p).psi,
        p.psi + h * (p.theta - 2.0 * lambda * (std::abs(p.psi) - 1.0) * std::copysign(1.0, p.psi)),
        1e-9);
    const double raw = p.psi + h * p.theta;
    checks.exact("G65/weight_clipping" + at, "ψ' = clip(ψ + hθ, ±c)", step(clipped, p).psi,
                 std::clamp(raw, -c, c), 1e-12);
  }
  // On a cycle the range of the energy over many turns repeats; a decay or a growth would not.
  const auto range = [](Play& play) {
    std::array<double, 2> found{std::numeric_limits<double>::infinity(), 0.0};
    for (int i = 0; i < 3000; ++i) {
      const double energy = play.after(1).energy();
      found = {std::min(found[0], energy), std::max(found[1], energy)};
    }
    return found;
  };
  for (const auto& [name, variant] :
       {std::pair{"gradient_penalty", penalised}, std::pair{"weight_clipping", clipped}}) {
    Play play(variant, {1.0, 1.0});
    play.after(1000);
    const auto first = range(play), second = range(play);
    const std::string id = std::string("G65/cycle/") + name;
    checks.oracle(id + "/low", "a limit cycle: least E of two windows, as a ratio",
                  second[0] / first[0], 1.0, 0.02);
    checks.oracle(id + "/high", "a limit cycle: greatest E of two windows, as a ratio",
                  second[1] / first[1], 1.0, 0.02);
  }
}

// ---- G70: the one-step map of every registered dynamics on the bilinear game ------------------

void check_dynamics(const Checks& checks) {
  const double h = 0.2;
  for (const DynamicsEntry& entry : dynamics_entries()) {
    const Variant v{.objective = "wasserstein", .dynamics = entry.spec.name, .h = h};
    check_bilinear_map(checks, entry.spec.name, h, [&](Point p) { return step(v, p); });
  }
}

void check_single_players(const Checks& checks) {
  const Point before{0.8, -0.5}, both = step({.objective = "non_saturating"}, before);
  for (const bool generator : {true, false}) {
    const std::int64_t discriminator_steps = generator ? 0 : 1;
    const Variant one{.objective = "non_saturating",
                      .dynamics = {"alternating",
                                   {{"discriminator_steps", Value(discriminator_steps)},
                                    {"generator_steps", Value(1 - discriminator_steps)}}}};
    check_single_player(checks, generator, before, step(one, before), both);
  }
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  context.progress("eigenvalues of each objective and penalty");
  check_eigenvalues(checks);
  check_growth(checks, context.seed);
  check_invariants(checks);
  context.progress("flows and trajectories");
  check_flows(checks, context.full);
  check_protocol(checks);
  check_penalties(checks, context.seed);
  check_dynamics(checks);
  check_single_players(checks);
}

}  // namespace

Problem entry() {
  return {
      .name = "dirac_gan",
      .summary = "one number against one number: eigenvalues, invariants, trajectories",
      .truth = "closed form",
      .reference = "Mescheder et al. 2018, Which training methods for GANs do actually converge",
      .run = run};
}

}  // namespace elbow::problems::dirac_gan
