// A planted mistake: the losses of the non-saturating game have the right values, but no gradient
// flows through the discriminator's fake part, and half of it through the generator.
#include <ATen/ops/softplus.h>

#include "objectives/cross_entropy.h"
#include "objectives/registry.h"

namespace elbow::components {

namespace gan_non_saturating {
ObjectiveEntry entry();
}

namespace mutants_detached_game {
namespace {

AdversarialFormulas formulas() {
  AdversarialFormulas f = cross_entropy_discriminator();
  f.discriminator_loss = [right = f.discriminator_loss](const Tensor& real, const Tensor& fake) {
    return right(real, fake.detach());
  };
  f.generator = [](const Tensor& l) { return at::softplus(-l); };
  f.generator_loss = [](const Tensor& l) { return -log_d(0.5 * (l + l.detach())).mean(); };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "logit/generated", .values = l},
            {.name = "loss/generator/minimax", .values = log_one_minus_d(l)}};
  };
  return f;
}

}  // namespace

ObjectiveEntry entry() {
  ObjectiveEntry result = gan_non_saturating::entry();
  result.spec.name = "detached_game";
  result.create = [](const Parameters&, const Build& build) {
    return make_adversarial(formulas(), build.latent);
  };
  return result;
}

}  // namespace mutants_detached_game
}  // namespace elbow::components
