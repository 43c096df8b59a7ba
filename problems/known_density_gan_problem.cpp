// Adversarial objectives between two laws whose densities are known: the optimal discriminator
// found from the objective's own losses against its formula, L_D against the divergence, and the
// generator's gradient against finite differences of the divergence.
#include "math/tensor.h"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"
#include "problems/network_critic.h"
#include "training/evaluation.h"

namespace elbow::problems::known_density_gan {
namespace {

/// N((cos t, sin t), I): every divergence from N(0, I) equals that of pair A.
PlaneNormal turned(double angle) { return {.mean = {std::cos(angle), std::sin(angle)}}; }

// ---- optimal discriminators (G29, G30, G33, G34) ----------------------------------------------

void check_optimum(const Checks& checks, const std::string& objective, const KnownPair& d) {
  const Tensor found = optimal_output(objective, d.p, d.q);
  const double value = discriminator_loss(objective, found, d.p, d.q);
  const auto& all = known_objectives();
  if (const auto known = all.find(objective); known != all.end()) {
    const Tensor formula = known->second.critic(d.r).clamp(-50.0, 50.0);
    checks.oracle("G29/critic", "E_m |optimal critic from the losses − its formula| = 0",
                  0.5 * total((d.p + d.q) * (found - formula).abs()), 0.0, 1e-6);
    checks.oracle("G30/loss", "L_D at the optimum = its divergence by quadrature", value,
                  known->second.discriminator_loss(d), 1e-10);
  }
  // The variational bound: no critic does better.
  const std::vector<std::pair<std::string, Tensor>> others = {
      {"half", 0.5 * found},          {"double", 2.0 * found},
      {"shifted", found + 0.3},       {"sine", found + d.points.select(1, 0).sin()},
      {"constant", 0.0 * found},      {"flipped", -found},
      {"log_ratio", 0.8 * d.r + 0.05}};
  for (const auto& [name, critic] : others)
    checks.bound("G31/" + name, "L_D at the optimum ≤ L_D of any other critic", value,
                 discriminator_loss(objective, critic, d.p, d.q), 1e-10);
}

/// Where p = q, the losses are at the equilibrium that the spec declares.
void check_equilibrium(const Checks& checks, const std::string& objective) {
  const KnownPair d = normal_pair(0.0, 1.0);
  const Tensor critic = optimal_output(objective, d.p, d.q);
  const OutputLosses losses = losses_at(objective, critic);
  const ObjectiveEntry& entry = objective_entry(objective);
  const Spec spec = adapted_spec(entry, parameters_of(entry.spec));
  const auto compare = [&](const std::string& term, double value) {
    for (const TermSpec& t : spec.terms)
      if (t.name == term && t.equilibrium)
        checks.oracle("equilibrium/" + term, "value at p = q = the equilibrium of the spec", value,
                      *t.equilibrium, 1e-9);
  };
  compare("loss/discriminator", total(d.p * losses.real + d.q * losses.fake));
  compare("loss/discriminator/real", total(d.p * losses.real));
  compare("loss/discriminator/fake", total(d.q * losses.fake));
  compare("loss/generator", total(d.q * losses.generator));
}

// ---- the generator's gradient (G56 to G61) ----------------------------------------------------

constexpr double kStep = 1e-3;

/// (f(m + h) - f(m - h)) / 2h, with Richardson's extrapolation: error O(h⁴).
double derivative(const std::function<double(double)>& f, double m, double h) {
  const auto central = [&](double s) { return (f(m + s) - f(m - s)) / (2.0 * s); };
  return (4.0 * central(0.5 * h) - central(h)) / 3.0;
}

void check_generator(const Checks& checks, const std::string& objective, double mean) {
  const KnownPair d = normal_pair(mean, 1.0);
  const Tensor critic = optimal_output(objective, d.p, d.q);
  const OutputLosses losses = losses_at(objective, critic);
  // The model moves, the critic stays.
  const auto moved = [&](double m) {
    return (log_normal(d.points.select(1, 0), m, 1.0) -
            log_normal(d.points.select(1, 0), mean, 1.0))
               .exp() *
           d.q;
  };
  const auto loss_at = [&](double m) { return total(moved(m) * losses.generator); };
  const double gradient = derivative(loss_at, mean, kStep);
  const auto& all = known_objectives();
  if (const auto known = all.find(objective);
      known != all.end() && known->second.generator_divergence) {
    const auto divergence = [&](double m) {
      return known->second.generator_divergence(normal_pair(m, 1.0));
    };
    checks.oracle("G56/gradient", "dL_G/dμ at the optimal critic = d(divergence)/dμ", gradient,
                  derivative(divergence, mean, kStep), 1e-8);
  }
  // Envelope: the optimal L_D answers to the model only through the explicit expectation.
  const auto best = [&](double m) {
    const KnownPair at = normal_pair(m, 1.0);
    return discriminator_loss(objective, optimal_output(objective, at.p, at.q), at.p, at.q);
  };
  const auto fixed = [&](double m) { return total(moved(m) * losses.fake); };
  checks.oracle("G61/envelope", "d(min L_D)/dμ = ∂L_D/∂μ at the optimal critic",
                derivative(best, mean, 0.02), derivative(fixed, mean, 0.02), 1e-7);
}

/// The gradient that back-propagation gives through samples x = z + μ, by quadrature over z.
double pathwise_gradient(const std::string& objective, double mean,
                         const std::function<Tensor(const Tensor&)>& critic) {
  const KnownPair d = normal_pair(mean, 1.0);
  const Tensor shift = at::zeros({1}, at::kDouble).requires_grad_(true);
  const OutputLosses losses = losses_at(objective, critic(d.points.select(1, 0) + shift));
  return gradients((d.q * losses.generator).sum(), {shift}).at(0).item<double>();
}

/// Through the critic r(x) = ½ m² − m x of the pair (and its sigmoid), which has a formula in x.
void check_pathwise(const Checks& checks, double mean) {
  for (const auto& [name, known] : known_objectives()) {
    if (name == "hinge" || !known.generator_divergence) continue;  // the sign has no slope
    const auto critic = [&, f = known.critic](const Tensor& x) {
      return f(0.5 * mean * mean - mean * x);
    };
    const auto divergence = [&, f = known.generator_divergence](double m) {
      return f(normal_pair(m, 1.0));
    };
    checks.oracle(name + "/G56/pathwise", "back-propagated gradient in μ = d(divergence)/dμ",
                  pathwise_gradient(name, mean, critic), derivative(divergence, mean, kStep), 1e-8);
  }
}

// ---- numbers (pair A: N(0,1), N(1,1); pair B: N(0,1), N(1, sd 2)) ------------------------------

void check_numbers(const Checks& checks) {
  const KnownPair a = normal_pair(1.0, 1.0), b = normal_pair(1.0, 2.0);
  checks.oracle("A/JSD", "Jensen–Shannon", jensen_shannon(a), 0.1114214822, 1e-10);
  checks.oracle("A/TV", "total variation", total_variation(a), 0.3829249225, 1e-10);
  checks.oracle("A/LeCam", "triangular divergence", le_cam(a), 0.4081085313, 1e-10);
  checks.oracle("A/KL", "KL(q‖p)", reverse_kl(a), 0.5, 1e-12);
  checks.oracle("B/JSD", "Jensen–Shannon", jensen_shannon(b), 0.1281749731, 1e-10);
  checks.oracle("B/TV", "total variation", total_variation(b), 0.3900656601, 1e-10);
  checks.oracle("B/LeCam", "triangular divergence", le_cam(b), 0.4349651082, 1e-10);
  checks.oracle("B/KL", "KL(q‖p)", reverse_kl(b), 1.3068528194, 1e-10);
  struct Row {
    const char* objective;
    double discriminator_a, generator_a, discriminator_b;
  };
  const double unknown = std::nan("");
  for (const Row& row : {Row{"minimax", 1.1634513968, -.5817256984, 1.1299444150},
                         Row{"non_saturating", 1.1634513968, 1.0817256984, 1.1299444150},
                         Row{"hinge", 1.2341501549, unknown, 1.2198686798},
                         Row{"least_squares", .1989864336, unknown, .1956293615}}) {
    const std::string name = row.objective;
    const Tensor on_a = optimal_output(name, a.p, a.q), on_b = optimal_output(name, b.p, b.q);
    checks.oracle("A/L_D/" + name, "L_D at the optimum of pair A",
                  discriminator_loss(name, on_a, a.p, a.q), row.discriminator_a, 2e-10);
    checks.oracle("B/L_D/" + name, "L_D at the optimum of pair B",
                  discriminator_loss(name, on_b, b.p, b.q), row.discriminator_b, 2e-10);
    if (!std::isnan(row.generator_a))
      checks.oracle("A/L_G/" + name, "L_G at the optimum of pair A",
                    total(a.q * losses_at(name, on_a).generator), row.generator_a, 2e-10);
  }
  checks.oracle("plane/JSD", "in the plane, at any angle, as on the line",
                jensen_shannon(plane_pair(turned(0.7))), jensen_shannon(a), 1e-11);
  checks.oracle("A/G35", "E_p D* − E_q D* = Δ/2",
                total((a.p - a.q) * at::sigmoid(optimal_output("minimax", a.p, a.q))),
                0.5 * le_cam(a), 1e-9);
}

// ---- trained networks -------------------------------------------------------------------------

struct Case {
  std::string name;
  AffineLaw law;
};

void check_networks(const ProblemContext& context, const Checks& checks) {
  const std::vector<Case> cases = {
      {"A", {.dim = 1, .q = {.mean = {1.0, 0.0}}}},
      {"B", {.dim = 1, .q = {.mean = {1.0, 0.0}, .root = {2.0, 0.0, 1.0}}}},
      {"plane", {.dim = 2, .q = {.mean = {1.0, -0.5}, .root = {1.2, 0.4, 0.8}}}}};
  const std::int64_t n = context.full ? 50000 : 10000;
  for (const Case& c : cases) {
    const KnownPair d = c.law.pair();
    for (const std::string& name : unconstrained_objectives()) {
      context.progress("network critic: " + name + ", pair " + c.name);
      const TrainedModel model = train_critic(name, c.law, n, context.full, context.seed);
      Session& session = *model.session;
      const Tensor l = session.score(d.points.to(at::kFloat)).to(at::kDouble);
      const auto known = known_objectives().find(name);
      const double variance =
          known == known_objectives().end() ? 0.0 : known->second.score_variance;
      const std::int64_t k = session.networks().at("discriminator").parameter_count();
      const Checks at = checks.under(c.name + "/" + name);
      check_critic(at, name, d, l, allowed_regret(variance, k, n));
      check_held_out(
          at, d, l,
          evaluate_split(session, standard_points(c.law.dim, 20000, context.seed, 42).train, 0,
                         2000));
      check_critic_gradient(at, name, c.law, l,
                            sampled_generator_gradient(session, 64, context.seed + 43));
      emit_run_identities(at, model);
    }
  }
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  check_networks(context, checks.under("network"));
  const NoGrad no_grad;
  check_numbers(checks);
  for (const std::string& name : unconstrained_objectives()) {
    context.progress(name);
    check_equilibrium(checks.under("p=q/" + name), name);
    check_optimum(checks.under("A/" + name), name, normal_pair(1.0, 1.0));
    check_optimum(checks.under("B/" + name), name, normal_pair(1.0, 2.0));
    check_optimum(checks.under("plane/" + name), name, plane_pair(turned(0.7)));
    for (const double mean : {1.0, 0.4})
      check_generator(checks.under("A/" + name + "/mu=" + std::to_string(mean).substr(0, 3)), name,
                      mean);
  }
  const GradModeGuard gradients_on(true);
  check_pathwise(checks.under("A"), 1.0);
}

}  // namespace

Problem entry() {
  return {.name = "known_density_gan",
          .summary =
              "adversarial objectives between known laws: optimal and trained critics, "
              "divergences, generator gradients",
          .truth = "quadrature",
          .reference = "Goodfellow et al. 2014; Mao et al. 2017; Lim & Ye 2017",
          .run = run};
}

}  // namespace elbow::problems::known_density_gan
