// The evidence lower bound, as it is.
#include "objectives/registry.h"
#include "objectives/vae_forward.h"
#include "objectives/vae_specs.h"

namespace elbow::components::vae_elbo {
namespace {

class Elbo : public Objective {
 public:
  Elbo(const Parameters& parameters, const Build& build)
      : gradient_(gradient_estimator(parameters)),
        likelihood_(build.likelihood),
        latent_(build.latent) {}

  std::vector<Phase> phases() const override { return vae_phases(*likelihood_); }

  Evaluation evaluate(const Phase&, const Context& context) override {
    const VaeForward f = vae_forward(context, *likelihood_, latent_, gradient_);
    return {.terms = vae_terms(f, context, *likelihood_, 1.0), .loss = (f.kl - f.log_px).mean()};
  }

 private:
  GradientEstimator gradient_;
  std::shared_ptr<Likelihood> likelihood_;
  std::int64_t latent_;
};

}  // namespace

ObjectiveEntry entry() {
  std::vector<IdentitySpec> identities = vae_identities();
  identities.push_back(loss_against_elbo(""));
  return {
      .spec = {.kind = SpecKind::objective,
               .name = "elbo",
               .family = "vae",
               .summary = "negative evidence lower bound",
               .equation = "L=-\\mathbb{E}_{q_\\phi(z\\mid x)}[\\ln p_\\theta(x\\mid z)]"
                           "+\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))",
               .unicode = "L = −E_q ln p(x|z) + KL(q(z|x)‖p(z))",
               .parts = vae_equation_parts(),
               .reference = "Kingma & Welling 2013, Auto-encoding variational Bayes, equation 7",
               .convention = "nats; sum over pixels and latent dimensions, mean over the batch; "
                             "closed-form KL, one sample of z per datum",
               .parameters = {gradient_parameter()},
               .terms = vae_term_specs(),
               .identities = std::move(identities)},
      .create = [](const Parameters& parameters, const Build& build) {
        return std::make_unique<Elbo>(parameters, build);
      }};
}

}  // namespace elbow::components::vae_elbo
