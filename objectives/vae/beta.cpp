// The β-VAE: the KL term weighted by β, which may follow a schedule (warm-up, cyclical).
#include "objectives/registry.h"
#include "objectives/vae_forward.h"
#include "objectives/vae_specs.h"

namespace elbow::components::vae_beta {
namespace {

class Beta : public Objective {
 public:
  Beta(const Parameters& parameters, const Build& build)
      : beta_(parameters.schedule("beta")),
        gradient_(gradient_estimator(parameters)),
        likelihood_(build.likelihood),
        latent_(build.latent) {}

  std::vector<Phase> phases() const override { return vae_phases(*likelihood_); }

  Evaluation evaluate(const Phase&, const Context& context) override {
    const double beta = beta_.at(context.step);
    const VaeForward f = vae_forward(context, *likelihood_, latent_, gradient_);
    Evaluation evaluation{.terms = vae_terms(f, context, *likelihood_, beta),
                          .loss = (beta * f.kl - f.log_px).mean()};
    if (context.instruments) evaluation.terms.push_back(scalar_term("beta", beta));
    return evaluation;
  }

 private:
  Schedule beta_;
  GradientEstimator gradient_;
  std::shared_ptr<Likelihood> likelihood_;
  std::int64_t latent_;
};

}  // namespace

ObjectiveEntry entry() {
  std::vector<TermSpec> terms = vae_term_specs();
  terms.push_back({.name = "beta",
                   .symbol = "β",
                   .latex = "\\beta",
                   .unit = "1",
                   .sign = "+",
                   .reduction = "none: the value of the schedule at this step",
                   .estimator = "exact",
                   .minimum = 0.0,
                   .meaning = "weight of the KL in the loss at this step",
                   .confused_with = "β·d/D, the normalised β of Higgins et al.",
                   .reference = "Higgins et al. 2017, equation 4"});
  std::vector<IdentitySpec> identities = vae_identities();
  identities.push_back(loss_against_elbo("beta"));
  return {.spec = {.kind = SpecKind::objective,
                   .name = "beta",
                   .family = "vae",
                   .summary = "evidence lower bound with the KL weighted by β",
                   .equation = "L=-\\mathbb{E}_{q_\\phi(z\\mid x)}[\\ln p_\\theta(x\\mid z)]"
                               "+\\beta\\,\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))",
                   .unicode = "L = −E_q ln p(x|z) + β KL(q(z|x)‖p(z))",
                   .parts = vae_equation_parts({{.latex = "\\beta", .term = "beta"}}),
                   .reference =
                       "Higgins et al. 2017, β-VAE, equation 4; schedules: Bowman et al. 2016, "
                       "Fu et al. 2019",
                   .convention =
                       "nats; sum over pixels and latent dimensions, mean over the batch; the "
                       "KL is logged unweighted and `elbo` has weight 1; β ≥ 1: a lower bound",
                   .parameters = {{.name = "beta",
                                   .symbol = "β",
                                   .type = ValueType::real,
                                   .default_value = 4.0,
                                   .minimum = 0.0,
                                   .schedulable = true,
                                   .description = "weight of the KL term"},
                                  gradient_parameter()},
                   .terms = std::move(terms),
                   .identities = std::move(identities)},
          .create = [](const Parameters& parameters, const Build& build) {
            return std::make_unique<Beta>(parameters, build);
          }};
}

}  // namespace elbow::components::vae_beta
