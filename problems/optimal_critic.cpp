#include "problems/optimal_critic.h"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "math/torch_compat.h"

namespace elbow::problems {
namespace {

constexpr double kStep = 1e-3;

/// (f(m + h) - f(m - h)) / 2h, with Richardson's extrapolation: error O(h⁴).
double derivative(const std::function<double(double)>& f, double m, double h) {
  const auto central = [&](double s) { return (f(m + s) - f(m - s)) / (2.0 * s); };
  return (4.0 * central(0.5 * h) - central(h)) / 3.0;
}

}  // namespace

void check_optimal_critic(const Checks& checks, const Adversary& objective, const KnownPair& d) {
  const Tensor found = optimal_output(objective, d.p, d.q);
  const double value = discriminator_loss(objective, found, d.p, d.q);
  const auto& all = known_objectives();
  if (const auto known = all.find(objective.name); known != all.end()) {
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

void check_equilibrium(const Checks& checks, const Adversary& objective) {
  const KnownPair d = normal_pair(0.0, 1.0);
  const Tensor critic = optimal_output(objective, d.p, d.q);
  const OutputLosses losses = objective.losses(critic);
  const ObjectiveEntry& entry = objective_entry(objective.name);
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

void check_generator(const Checks& checks, const Adversary& objective, double mean) {
  const KnownPair d = normal_pair(mean, 1.0);
  const Tensor critic = optimal_output(objective, d.p, d.q);
  const OutputLosses losses = objective.losses(critic);
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
  if (const auto known = all.find(objective.name);
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

void check_pathwise(const Checks& checks, const Adversary& objective, double mean) {
  const auto known = known_objectives().find(objective.name);
  // The sign of hinge has no slope.
  if (objective.name == "hinge" || known == known_objectives().end() ||
      !known->second.generator_divergence)
    return;
  // The critic r(x) = ½ m² − m x of the pair, or its sigmoid, which has a formula in x.
  const KnownPair d = normal_pair(mean, 1.0);
  const Tensor shift = at::zeros({1}, at::kDouble).requires_grad_(true);
  const Tensor x = d.points.select(1, 0) + shift;
  const OutputLosses losses = objective.losses(known->second.critic(0.5 * mean * mean - mean * x));
  const double gradient = gradients((d.q * losses.generator).sum(), {shift}).at(0).item<double>();
  const auto divergence = [&](double m) {
    return known->second.generator_divergence(normal_pair(m, 1.0));
  };
  checks.oracle("G56/pathwise", "back-propagated gradient in μ = d(divergence)/dμ", gradient,
                derivative(divergence, mean, kStep), 1e-8);
}

void check_pairs(const Checks& checks, const KnownPair& a, const KnownPair& b,
                 const KnownPair& plane) {
  checks.oracle("A/JSD", "Jensen–Shannon", jensen_shannon(a), 0.1114214822, 1e-10);
  checks.oracle("A/TV", "total variation", total_variation(a), 0.3829249225, 1e-10);
  checks.oracle("A/LeCam", "triangular divergence", le_cam(a), 0.4081085313, 1e-10);
  checks.oracle("A/KL", "KL(q‖p)", reverse_kl(a), 0.5, 1e-12);
  checks.oracle("B/JSD", "Jensen–Shannon", jensen_shannon(b), 0.1281749731, 1e-10);
  checks.oracle("B/TV", "total variation", total_variation(b), 0.3900656601, 1e-10);
  checks.oracle("B/LeCam", "triangular divergence", le_cam(b), 0.4349651082, 1e-10);
  checks.oracle("B/KL", "KL(q‖p)", reverse_kl(b), 1.3068528194, 1e-10);
  checks.oracle("plane/JSD", "in the plane, at any angle, as on the line", jensen_shannon(plane),
                jensen_shannon(a), 1e-11);
}

void check_losses_of_pairs(const Checks& checks, const Adversary& objective, const KnownPair& a,
                           const KnownPair& b) {
  struct Row {
    const char* objective;
    double discriminator_a, generator_a, discriminator_b;
  };
  const double unknown = std::nan("");
  for (const Row& row : {Row{"minimax", 1.1634513968, -.5817256984, 1.1299444150},
                         Row{"non_saturating", 1.1634513968, 1.0817256984, 1.1299444150},
                         Row{"hinge", 1.2341501549, unknown, 1.2198686798},
                         Row{"least_squares", .1989864336, unknown, .1956293615}}) {
    if (objective.name != row.objective) continue;
    const Tensor on_a = optimal_output(objective, a.p, a.q);
    const Tensor on_b = optimal_output(objective, b.p, b.q);
    checks.oracle("A/L_D/" + objective.name, "L_D at the optimum of pair A",
                  discriminator_loss(objective, on_a, a.p, a.q), row.discriminator_a, 2e-10);
    checks.oracle("B/L_D/" + objective.name, "L_D at the optimum of pair B",
                  discriminator_loss(objective, on_b, b.p, b.q), row.discriminator_b, 2e-10);
    if (!std::isnan(row.generator_a))
      checks.oracle("A/L_G/" + objective.name, "L_G at the optimum of pair A",
                    total(a.q * objective.losses(on_a).generator), row.generator_a, 2e-10);
    if (objective.name == "minimax")
      checks.oracle("A/G35", "E_p D* − E_q D* = Δ/2", total((a.p - a.q) * at::sigmoid(on_a)),
                    0.5 * le_cam(a), 1e-9);
  }
}

}  // namespace elbow::problems
