// A planted mistake: the loss has the right value, but no gradient flows through its KL.
#include "objectives/registry.h"
#include "objectives/vae_forward.h"
#include "objectives/vae_specs.h"

namespace elbow::components::mutants_detached_kl {
namespace {

class DetachedKl : public Objective {
 public:
  explicit DetachedKl(const Build& build) : likelihood_(build.likelihood), latent_(build.latent) {}
  std::vector<Phase> phases() const override { return vae_phases(*likelihood_); }
  Evaluation evaluate(const Phase&, const Context& context) override {
    const VaeForward f = vae_forward(context, *likelihood_, latent_, GradientEstimator::pathwise);
    return {.terms = vae_terms(f, context, *likelihood_, 1.0),
            .loss = (f.kl.detach() - f.log_px).mean()};
  }

 private:
  std::shared_ptr<Likelihood> likelihood_;
  std::int64_t latent_;
};

}  // namespace

ObjectiveEntry entry() {
  ObjectiveEntry result;
  result.spec.name = "detached_kl";
  result.spec.family = "vae";
  result.spec.summary = "the bound with a planted mistake";
  result.spec.terms = vae_term_specs();
  result.spec.identities = vae_identities();
  result.create = [](const Parameters&, const Build& build) {
    return std::make_unique<DetachedKl>(build);
  };
  return result;
}

}  // namespace elbow::components::mutants_detached_kl
