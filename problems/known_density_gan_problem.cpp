// Adversarial objectives between two laws whose densities are known: the optimal discriminator
// found from the objective's own losses against its formula, L_D against the divergence, and the
// generator's gradient against finite differences of the divergence.
#include "math/tensor.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "math/torch_compat.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"
#include "problems/network_critic.h"
#include "problems/optimal_critic.h"
#include "training/evaluation.h"

namespace elbow::problems::known_density_gan {
namespace {

/// N((cos t, sin t), I): every divergence from N(0, I) equals that of pair A.
PlaneNormal turned(double angle) { return {.mean = {std::cos(angle), std::sin(angle)}}; }

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
  const KnownPair a = normal_pair(1.0, 1.0), b = normal_pair(1.0, 2.0);
  const KnownPair plane = plane_pair(turned(0.7));
  check_pairs(checks, a, b, plane);
  for (const std::string& name : unconstrained_objectives()) {
    context.progress(name);
    check_pathwise(checks.under("A/" + name), name, 1.0);
    const NoGrad no_grad;
    check_losses_of_pairs(checks, name, a, b);
    check_equilibrium(checks.under("p=q/" + name), name);
    check_optimal_critic(checks.under("A/" + name), name, a);
    check_optimal_critic(checks.under("B/" + name), name, b);
    check_optimal_critic(checks.under("plane/" + name), name, plane);
    for (const double mean : {1.0, 0.4})
      check_generator(checks.under("A/" + name + "/mu=" + std::to_string(mean).substr(0, 3)), name,
                      mean);
  }
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
