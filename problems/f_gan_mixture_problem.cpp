// A Gaussian fitted to a mixture of two under each divergence (Nowozin et al. 2016, table 3): the
// optimum by quadrature, and where the registered objectives lead the generator.
#include "math/tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "math/divergences/f_divergence.h"
#include "math/threefry.h"
#include "problems/checks.h"
#include "problems/configs.h"
#include "problems/critic_outputs.h"
#include "problems/mixture_fit.h"
#include "problems/mixture_table.h"
#include "problems/network_critic.h"
#include "problems/training_run.h"

namespace elbow::problems::f_gan_mixture {
namespace {

// ---- where the registered objectives lead -----------------------------------------------------

/// 20000 points of the mixture.
Dataset mixture_points(std::uint64_t seed) {
  Tensor points = at::empty({20000, 1}, at::kFloat);
  CounterStream random(seed, 44);
  float* x = points.data_ptr<float>();
  for (std::int64_t i = 0; i < points.numel(); ++i) {
    const bool narrow = random.uniform(0.0, 1.0) < MixtureTarget::share;
    const double mean = narrow ? -1.0 : 2.0,
                 variance = narrow ? MixtureTarget::narrow : MixtureTarget::wide;
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
  const KnownPair d = mixture_pair(found);
  check_critic(checks.under("trained"), name, d,
               session.score(d.points.to(at::kFloat)).to(at::kDouble), 0.0);
  check_trained_model(checks, generator_divergences().at(name), found, truth);
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
  check_orders(checks, optima);
  check_table(checks, optima);
  for (const std::string& name : unconstrained_objectives()) {
    const auto target = generator_divergences().find(name);
    if (target == generator_divergences().end()) continue;
    context.progress("generator of " + name);
    const Model truth = fitted(target->second);
    check_learned(checks.under(name), name, truth);
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
