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
#include "problems/network_critic.h"
#include "problems/training_run.h"

namespace elbow::problems::f_gan_mixture {
namespace {

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
  const double mean = -MixtureTarget::share + 2.0 * (1.0 - MixtureTarget::share);
  const double variance = MixtureTarget::share * (MixtureTarget::narrow + 1.0) +
                          (1.0 - MixtureTarget::share) * (MixtureTarget::wide + 4.0) - mean * mean;
  checks.oracle("kl/moments/mean", "KL(p‖q): mean of the mixture", optima.at("kl").mean, mean,
                1e-6);
  checks.oracle("kl/moments/sd", "KL(p‖q): standard deviation of the mixture", optima.at("kl").sd,
                std::sqrt(variance), 1e-6);
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
  const Divergence& divergence = generator_divergences().at(name);
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
