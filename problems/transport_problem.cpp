// Transport problems with closed forms: Dirac pairs under each penalty, parallel lines, sorted
// samples on a line, and the critic's gap against exact transport of the same batches.
#include "math/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "math/estimators/wasserstein.h"
#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/small_game.h"
#include "problems/transport_distances.h"

namespace elbow::problems::transport {
namespace {

// ---- Dirac pair: data at d, model at 0, a linear critic w x under each penalty ----------------

struct DiracCase {
  std::string id;
  Choice penalty;
  double distance;
  double slope;  // of the critic at the optimum
  double rate;   // of gradient descent
};

DiracCase gradient_penalty(double lambda, double d) {
  return {"gradient_penalty/lambda=" + std::to_string(lambda).substr(0, 4) +
              "/d=" + std::to_string(d).substr(0, 3),
          {"gradient_penalty", {{"lambda", Value(lambda)}}},
          d,
          1.0 + d / (2.0 * lambda),
          0.25 / lambda};
}

std::vector<DiracCase> dirac_cases() {
  std::vector<DiracCase> cases;
  for (const double lambda : {0.1, 1.0, 10.0})
    for (const double d : {0.5, 1.0, 3.0}) cases.push_back(gradient_penalty(lambda, d));
  for (const double gamma : {0.5, 2.0})
    cases.push_back({"r1/gamma=" + std::to_string(gamma).substr(0, 3),
                     {"r1", {{"gamma", Value(gamma)}}},
                     1.5,
                     1.5 / gamma,
                     0.5 / gamma});
  cases.push_back({"weight_clipping", {"weight_clipping", {{"c", Value(0.8)}}}, 1.5, 0.8, 0.5});
  return cases;
}

void check_dirac_pairs(const Checks& checks) {
  for (const DiracCase& c : dirac_cases()) {
    SmallGame game(
        {.objective = "wasserstein",
         .penalties = {c.penalty},
         .generator = std::make_shared<ParametricNetwork>(at::zeros({1}, at::kDouble),
                                                          [](const Tensor& theta, const Tensor& z) {
                                                            return theta.expand({z.size(0), 1});
                                                          }),
         .discriminator = std::make_shared<ParametricNetwork>(
             at::full({1}, 0.3, at::kDouble),
             [](const Tensor& w, const Tensor& x) { return x * w; }),
         .data = at::full({4, 1}, c.distance, at::kDouble),
         .discriminator_rate = c.rate});
    const std::unique_ptr<Dynamics> dynamics =
        make_dynamics({"alternating", {{"generator_steps", Value(std::int64_t{0})}}});
    for (int i = 0; i < 120; ++i) dynamics->step(game);
    const double slope = game.discriminator().item<double>();
    const Checks at = checks.under(c.id);
    at.oracle("G49/slope", "slope of the trained critic = closed form", slope, c.slope, 1e-9);
    // Without penalties L_D is minus the gap.
    const OutputLosses ends =
        losses_at("wasserstein", at::full({1}, slope * c.distance, at::kDouble));
    const double gap = -ends.real.item<double>();
    at.oracle("G49/gap", "gap of the trained critic = slope · d", gap, c.slope * c.distance, 1e-9);
    const Points data(std::vector<double>{c.distance}, 1), model(std::vector<double>{0.0}, 1);
    at.oracle("W1", "gap / slope = W₁ of the pair by exact transport", gap / slope,
              wasserstein1(data, model).value, 1e-12);
  }
}

// ---- parallel lines (Arjovsky et al. 2017, example 1) -----------------------------------------

Tensor tensor_of(const PointsView& points) {
  Tensor t = at::empty({points.size(), points.dim()}, at::kDouble);
  std::copy(points.all().begin(), points.all().end(), t.data_ptr<double>());
  return t;
}

/// The wasserstein objective's terms for the critic on two clouds.
std::map<std::string, double> critic_record(const std::string& objective, const PointsView& real,
                                            const PointsView& fake,
                                            const std::function<Tensor(const Tensor&)>& critic) {
  World w = World::outputs(objective, critic(tensor_of(real)), critic(tensor_of(fake)));
  std::map<std::string, double> record;
  const Evaluation e = w.evaluate("discriminator");
  for (const Term& t : e.terms) record[t.name] = t.values.to(at::kDouble).mean().item<double>();
  record["loss/generator"] = w.evaluate("generator").loss.item<double>();
  return record;
}

void check_parallel_lines(const Checks& checks) {
  for (const double theta : {-1.5, 0.01, 0.7}) {
    const Points p = line(0.0, 64), q = line(theta, 64);
    const std::string id = "theta=" + std::to_string(theta).substr(0, 5);
    check_lines(checks, theta);
    const auto critic = [&](const Tensor& x) {
      return -std::copysign(1.0, theta) * x.select(1, 0);
    };
    checks.oracle("G47/" + id + "/gap", "gap of the optimal critic −sign(θ) x = |θ|",
                  critic_record("wasserstein", p, q, critic).at("critic/gap"), std::abs(theta),
                  1e-12);
    const double h = 1e-4;
    const double slope =
        (critic_record("wasserstein", p, line(theta + h, 64), critic).at("loss/generator") -
         critic_record("wasserstein", p, line(theta - h, 64), critic).at("loss/generator")) /
        (2.0 * h);
    const double w1_slope =
        (wasserstein1(p, line(theta + h, 64)).value - wasserstein1(p, line(theta - h, 64)).value) /
        (2.0 * h);
    checks.oracle("G47/" + id + "/G51", "dL_G/dθ at the optimal critic = dW₁/dθ", slope, w1_slope,
                  1e-9);
  }
}

/// What each objective's bound on a divergence becomes where a critic separates the supports.
void check_disjoint_supports(const Checks& checks) {
  const Tensor one = at::ones({4}, at::kDouble), none = at::zeros({4}, at::kDouble);
  for (const std::string& name : unconstrained_objectives()) {
    const Tensor on_real = optimal_output(name, one, none),
                 on_fake = optimal_output(name, none, one);
    World w = World::outputs(name, on_real, on_fake);
    for (const Term& t : w.evaluate("discriminator").terms) {
      if (!t.name.ends_with("/lower")) continue;
      for (const TermSpec& spec : objective_entry(name).spec.terms)
        if (spec.name == t.name && spec.maximum)
          checks.oracle("G47/" + name + "/" + t.name,
                        t.name + " of disjoint supports = its largest value",
                        t.values.to(at::kDouble).mean().item<double>(), *spec.maximum, 1e-9);
    }
  }
}

// ---- the critic's gap against exact transport of the same clouds ------------------------------

/// Critics with Lipschitz constant 1 on R^d, by name.
std::vector<std::pair<std::string, std::function<Tensor(const Tensor&)>>> lipschitz_critics() {
  const auto length = [](const Tensor& x) { return (x.square().sum(1) + 1e-300).sqrt(); };
  return {{"first_coordinate", [](const Tensor& x) { return -x.select(1, 0); }},
          {"sine", [](const Tensor& x) { return x.select(1, 0).sin(); }},
          {"norm", [=](const Tensor& x) { return -length(x - 0.3); }},
          {"tanh", [=](const Tensor& x) {
             return (-x.sum(1) / std::sqrt(static_cast<double>(x.size(1)))).tanh();
           }}};
}

void check_clouds(const Checks& checks, std::uint64_t seed) {
  for (const std::int64_t d : {1, 2, 5}) {
    const Points p = normals(200, d, 0.0, 1.0, seed, 31), q = normals(200, d, 0.6, 1.4, seed, 32);
    const std::string in = "/d=" + std::to_string(d);
    const double w1 = wasserstein1(p, q).value;
    for (const auto& [name, critic] : lipschitz_critics())
      checks.bound("G44/" + name + in, "gap of a 1-Lipschitz critic ≤ W₁ of the same clouds",
                   critic_record("wasserstein", p, q, critic).at("critic/gap"), w1, 1e-12);
    check_distances(checks, in, p, q, seed);
  }
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  context.progress("Dirac pairs and parallel lines");
  check_dirac_pairs(checks.under("dirac_pair"));
  check_parallel_lines(checks.under("parallel_lines"));
  check_disjoint_supports(checks.under("disjoint"));
  context.progress("clouds of points");
  check_clouds(checks.under("clouds"), context.seed);
  check_two_algorithms(checks.under("line"), context.seed);
  check_shifts(checks.under("line"), context.seed, context.full ? 200000 : 20000);
}

}  // namespace

Problem entry() {
  return {.name = "transport",
          .summary = "Wasserstein critics and transport distances: lines, Dirac pairs, clouds",
          .truth = "closed form, exact assignment",
          .reference = "Arjovsky et al. 2017; Gulrajani et al. 2017; Peyré & Cuturi 2019",
          .run = run};
}

}  // namespace elbow::problems::transport
