// A planted mistake: the KL is averaged over latent dimensions instead of summed, in its term and
// in the loss alike.
#include "objectives/registry.h"
#include "objectives/vae_forward.h"
#include "objectives/vae_specs.h"

namespace elbow::components::mutants_averaged_kl {
namespace {

class AveragedKl : public Objective {
 public:
  explicit AveragedKl(const Build& build) : likelihood_(build.likelihood), latent_(build.latent) {}
  std::vector<Phase> phases() const override { return vae_phases(*likelihood_); }
  Evaluation evaluate(const Phase&, const Context& context) override {
    VaeForward f = vae_forward(context, *likelihood_, latent_, GradientEstimator::pathwise);
    f.kl = f.kl / static_cast<double>(latent_);
    return {.terms = vae_terms(f, context, *likelihood_, 1.0), .loss = (f.kl - f.log_px).mean()};
  }

 private:
  std::shared_ptr<Likelihood> likelihood_;
  std::int64_t latent_;
};

}  // namespace

ObjectiveEntry entry() {
  ObjectiveEntry result;
  result.spec.name = "averaged_kl";
  result.spec.family = "vae";
  result.spec.summary = "the bound with a planted mistake";
  result.spec.terms = vae_term_specs();
  result.spec.identities = vae_identities();
  result.create = [](const Parameters&, const Build& build) {
    return std::make_unique<AveragedKl>(build);
  };
  return result;
}

}  // namespace elbow::components::mutants_averaged_kl
