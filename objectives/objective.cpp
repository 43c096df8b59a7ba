#include "objectives/objective.h"

#include <ATen/ops/scalar_tensor.h>

namespace elbow {

Term scalar_term(std::string name, double value) {
  return {.name = std::move(name), .values = at::scalar_tensor(value, at::kDouble)};
}

std::vector<Evaluation> Objective::assess(const Context& context) {
  const bool has_data = context.batch.x.defined();
  const Context assessed{.networks = context.networks,
                         .batch = context.batch,
                         .latent = context.latent,
                         .batch_size = has_data ? context.batch.x.size(0) : context.batch_size,
                         .step = context.step,
                         .mode = Mode::eval,
                         .instruments = true};
  std::vector<Evaluation> evaluations;
  for (const Phase& phase : phases()) evaluations.push_back(evaluate(phase, assessed));
  return evaluations;
}

}  // namespace elbow
