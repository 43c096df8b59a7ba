#include "problems/critic_outputs.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow::problems {
namespace {

Tensor term_values(const Evaluation& evaluation, const std::string& name) {
  for (const Term& t : evaluation.terms)
    if (t.name == name) return t.values;
  throw Error("The objective emits no term '" + name + "'.");
}

}  // namespace

OutputLosses losses_at(const Choice& objective, const Tensor& l) {
  // The critic itself is the table: gradients in l pass through both of its turns.
  World w = World::gan(objective, l.scalar_type());
  w.batch.x = at::zeros({l.size(0), 1}, l.options().requires_grad(false));
  w.networks = Networks();
  w.networks.add("generator", std::make_shared<FunctionNetwork>(
                                  [x = w.batch.x](const Tensor&) { return x; }, l.scalar_type()));
  w.networks.add("discriminator",
                 std::make_shared<FunctionNetwork>([l](const Tensor&) { return l.unsqueeze(1); },
                                                   l.scalar_type()));
  const Evaluation d = w.evaluate("discriminator", Mode::train, false);
  return {
      .real = term_values(d, "loss/discriminator/real"),
      .fake = term_values(d, "loss/discriminator/fake"),
      .generator = term_values(w.evaluate("generator", Mode::train, false), "loss/generator/fake")};
}

Tensor optimal_output(const Adversary& objective, const Tensor& p, const Tensor& q, double limit) {
  const GradModeGuard enabled(true);
  Tensor low = at::full_like(p, -limit), high = at::full_like(p, limit);
  for (int i = 0; i < 60; ++i) {
    const Tensor l = (0.5 * (low + high)).detach().requires_grad_(true);
    const OutputLosses parts = objective.losses(l);
    const Tensor slope = gradients((p * parts.real + q * parts.fake).sum(), {l}).at(0);
    const Tensor below = slope > 0.0;  // where the minimum lies
    high = at::where(below, l.detach(), high);
    low = at::where(below, low, l.detach());
  }
  return 0.5 * (low + high);
}

double discriminator_loss(const Adversary& objective, const Tensor& l, const Tensor& p,
                          const Tensor& q) {
  const OutputLosses parts = objective.losses(l);
  return (p * parts.real + q * parts.fake).sum().item<double>();
}

std::vector<std::string> unconstrained_objectives() {
  std::vector<std::string> names;
  for (const ObjectiveEntry& entry : objective_entries())
    if (entry.spec.family == "gan" && entry.wants_penalty.empty()) names.push_back(entry.spec.name);
  return names;
}

}  // namespace elbow::problems
