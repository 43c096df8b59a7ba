// The minimax game: both players share one value, and the generator's gradient dies when D wins.
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros_like.h>

#include "objectives/cross_entropy.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::gan_minimax {
namespace {

constexpr char kReference[] = "Goodfellow et al. 2014, equation 1";
constexpr double kLn2 = 0.69314718055994530942;

AdversarialFormulas formulas() {
  AdversarialFormulas f = cross_entropy_discriminator();
  f.generator = [](const Tensor& l) { return -at::softplus(l); };
  f.generator_loss = [](const Tensor& l) { return log_one_minus_d(l).mean(); };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "logit/generated", .values = l},
            {.name = "loss/generator/non_saturating", .values = -log_d(l)},
            {.name = "loss/discriminator/generated",
             .values = at::binary_cross_entropy_with_logits(l, at::zeros_like(l), {}, {},
                                                            at::Reduction::None)}};
  };
  return f;
}

std::vector<TermSpec> generator_terms() {
  return {{.name = "loss/generator/non_saturating",
           .symbol = "−ln D(G(z))",
           .latex = "-\\ln D(G(z))",
           .unit = "nats",
           .sign = "+",
           .reduction = "mean over the batch",
           .estimator = "fresh samples of the generator; logged only",
           .minimum = 0.0,
           .equilibrium = kLn2,
           .meaning = "what the non-saturating generator would pay on these samples",
           .confused_with = "the loss that is minimised here",
           .reference = "Goodfellow et al. 2014, section 3"},
          {.name = "loss/discriminator/generated",
           .symbol = "−ln(1 − D(G(z))), generator's turn",
           .latex = "-\\ln(1-D(G(z)))",
           .unit = "nats",
           .sign = "+",
           .reduction = "mean over the batch",
           .estimator = "samples of the generator's turn; logged only",
           .minimum = 0.0,
           .equilibrium = kLn2,
           .meaning = "fake part of the discriminator's loss on the generator's own samples",
           .confused_with = "loss/discriminator/fake, on the samples of the discriminator's turn",
           .reference = kReference}};
}

}  // namespace

ObjectiveEntry entry() {
  return {
      .spec = {.kind = SpecKind::objective,
               .name = "minimax",
               .family = "gan",
               .summary = "cross-entropy discriminator, generator minimises ln(1 − D)",
               .equation = "L_D=-\\mathbb{E}_p\\ln D-\\mathbb{E}_q\\ln(1-D),\\quad "
                           "L_G=\\mathbb{E}_q\\ln(1-D)",
               .unicode = "L_D = −E_p ln D − E_q ln(1 − D),  L_G = E_q ln(1 − D)",
               .parts = adversarial_equation_parts({"-\\mathbb{E}_p\\ln D", "real"},
                                                   {"-\\mathbb{E}_q\\ln(1-D)", "fake"},
                                                   "\\mathbb{E}_q\\ln(1-D)"),
               .reference = kReference,
               .convention =
                   "D = σ(l); L_D sums the real and the fake part (equilibrium 2 ln 2, not "
                   "ln 2); L_G ≤ 0 with weight σ(l) on a sample, not the cross entropy "
                   "against the real label; at the optimal D the generator descends 2 JSD",
               .terms = join(cross_entropy_terms(
                                 "-", {"ln(1 − D(G(z)))", "\\ln(1-D(G(z)))=-\\ln(1+e^{l})", -kLn2},
                                 "minus the fake part of the discriminator's loss; near 0 when the "
                                 "discriminator wins, and its gradient too",
                                 kReference),
                             generator_terms()),
               .identities = join(
                   cross_entropy_identities("loss/generator/fake", "loss/generator/non_saturating"),
                   std::vector<IdentitySpec>{
                       equality("G3", "L_G = −(fake part of L_D) on the same samples",
                                {{{"loss/generator/fake", 1.0}}},
                                {{{"loss/discriminator/generated", -1.0}}})})},
      .create = [](const Parameters&, const Build& build) {
        return make_adversarial(formulas(), build.latent);
      }};
}

}  // namespace elbow::components::gan_minimax
