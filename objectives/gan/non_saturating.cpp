// The non-saturating game: the generator maximises ln D instead of minimising ln(1 − D).
#include <ATen/ops/softplus.h>

#include "objectives/cross_entropy.h"
#include "objectives/registry.h"

namespace elbow::components::gan_non_saturating {
namespace {

constexpr char kReference[] = "Goodfellow et al. 2014, section 3";
constexpr double kLn2 = 0.69314718055994530942;

AdversarialFormulas formulas() {
  AdversarialFormulas f = cross_entropy_discriminator();
  f.generator = [](const Tensor& l) { return at::softplus(-l); };
  f.generator_loss = [](const Tensor& l) { return -log_d(l).mean(); };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "logit/generated", .values = l},
            {.name = "loss/generator/minimax", .values = log_one_minus_d(l)}};
  };
  return f;
}

}  // namespace

ObjectiveEntry entry() {
  return {
      .spec = {.kind = SpecKind::objective,
               .name = "non_saturating",
               .family = "gan",
               .summary = "cross-entropy discriminator, generator maximises ln D",
               .equation = "L_D=-\\mathbb{E}_p\\ln D-\\mathbb{E}_q\\ln(1-D),\\quad "
                           "L_G=-\\mathbb{E}_q\\ln D",
               .unicode = "L_D = −E_p ln D − E_q ln(1 − D),  L_G = −E_q ln D",
               .parts = adversarial_equation_parts({"-\\mathbb{E}_p\\ln D", "real"},
                                                   {"-\\mathbb{E}_q\\ln(1-D)", "fake"},
                                                   "-\\mathbb{E}_q\\ln D"),
               .reference = kReference,
               .convention = "D = σ(l); L_D sums the real and the fake part (equilibrium 2 ln 2, "
                             "not ln 2); not zero-sum; at the optimal D the generator descends "
                             "2 KL(m‖p), m = (p+q)/2",
               .terms =
                   join(cross_entropy_terms(
                            "+", {"−ln D(G(z))", "-\\ln D(G(z))=\\ln(1+e^{-l})", kLn2},
                            "how little the discriminator believes in the samples; rises while "
                            "they improve if the discriminator improves faster",
                            kReference),
                        std::vector<TermSpec>{
                            {.name = "loss/generator/minimax",
                             .symbol = "ln(1 − D(G(z)))",
                             .latex = "\\ln(1-D(G(z)))",
                             .unit = "nats",
                             .sign = "-",
                             .reduction = "mean over the batch",
                             .estimator = "fresh samples of the generator; logged only",
                             .maximum = 0.0,
                             .equilibrium = -kLn2,
                             .meaning = "what the minimax generator would pay on these samples",
                             .confused_with = "the loss that is minimised here",
                             .reference = "Goodfellow et al. 2014, equation 1"}}),
               .identities =
                   cross_entropy_identities("loss/generator/minimax", "loss/generator/fake")},
      .create = [](const Parameters&, const Build& build) {
        return make_adversarial(formulas(), build.latent);
      }};
}

}  // namespace elbow::components::gan_non_saturating
