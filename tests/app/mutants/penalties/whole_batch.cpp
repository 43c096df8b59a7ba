// A planted mistake: the slope is the norm of the gradient of the whole batch, not of each sample.
#include "math/torch_compat.h"
#include "objectives/critic_slope.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::penalties_whole_batch {
namespace {

class WholeBatch : public Penalty {
 public:
  Evaluation evaluate(const Evaluation& phase, const Context& context, at::Generator&) override {
    Network& critic = context.networks.at("discriminator");
    const Tensor slope = slopes_from(squared_slopes(critic, phase.real, context.mode).sum());
    const Tensor value = (slope - 1.0).square();
    return {.terms = {{.name = "penalty/whole_batch", .values = value, .weight = 1.0}},
            .loss = value};
  }
};

}  // namespace

PenaltyEntry entry() {
  PenaltyEntry result;
  result.spec.kind = SpecKind::penalty;
  result.spec.name = "whole_batch";
  result.spec.family = "gan";
  result.spec.summary = "the slope penalty with a planted mistake";
  TermSpec term;
  term.name = "penalty/whole_batch";
  result.spec.terms = {term};
  result.spec.identities = {penalty_of_samples("whole_batch")};
  result.create = [](const Parameters&) { return std::make_unique<WholeBatch>(); };
  return result;
}

}  // namespace elbow::components::penalties_whole_batch
