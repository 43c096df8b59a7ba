// The Wasserstein game: the critic's gap between data and samples, under a Lipschitz constraint
// that a penalty or clipping supplies.
#include "objectives/adversarial.h"
#include "objectives/adversarial_specs.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::gan_wasserstein {
namespace {

constexpr char kReference[] = "Arjovsky et al. 2017, Wasserstein GAN, equations 2 and 3";
constexpr char kUnit[] = "critic units";
constexpr double kShift = 1.0;  ///< added to the critic to see that L_D does not notice

Tensor discriminator_loss(const Tensor& l_real, const Tensor& l_fake) {
  return l_fake.mean() - l_real.mean();
}

Tensor generator_loss(const Tensor& l) { return -l.mean(); }

AdversarialFormulas formulas() {
  AdversarialFormulas f;
  f.discriminator_real = [](const Tensor& l) { return -l; };
  f.discriminator_fake = [](const Tensor& l) { return l; };
  f.generator = [](const Tensor& l) { return -l; };
  f.discriminator_loss = discriminator_loss;
  f.generator_loss = generator_loss;
  f.discriminator_terms = [](const Tensor& l_real, const Tensor& l_fake) {
    return join(
        critic_terms(l_real, l_fake),
        std::vector<Term>{{.name = "critic/gap", .values = l_real - l_fake},
                          {.name = "critic/offset", .values = 0.5 * (l_real + l_fake)},
                          {.name = "loss/discriminator/shifted",
                           .values = discriminator_loss(l_real + kShift, l_fake + kShift)}});
  };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "critic/generated", .values = l},
            {.name = "loss/generator/shifted", .values = generator_loss(l + kShift)}};
  };
  return f;
}

std::vector<TermSpec> terms() {
  return join(
      adversarial_loss_terms({.unit = kUnit,
                              .reference = kReference,
                              .nonnegative = false,
                              .total = {"E_q C − E_p C", "L_D=\\mathbb{E}_qC-\\mathbb{E}_pC", 0.0},
                              .real = {"−C(x)", "-C(x)", std::nullopt},
                              .fake = {"C(G(z))", "C(G(z))", std::nullopt},
                              .generator_sign = "±",
                              .generator = {"−C(G(z))", "-C(G(z))", std::nullopt},
                              .generator_meaning =
                                  "minus the critic's mean on samples; drifts with the critic's "
                                  "arbitrary offset"}),
      critic_term_specs(kUnit, kReference, std::nullopt),
      std::vector<TermSpec>{
          {.name = "critic/gap",
           .symbol = "E_p C − E_q C",
           .latex = "\\mathbb{E}_pC-\\mathbb{E}_qC\\le\\mathrm{Lip}(C)\\,W_1(p,q)",
           .unit = kUnit,
           .sign = "±",
           .reduction = "mean over the batch, in pairs",
           .estimator = "batch of real images, as many fresh samples",
           .equilibrium = 0.0,
           .meaning = "how far the critic holds data and samples apart; at most the Wasserstein "
                      "distance times the critic's Lipschitz constant",
           .confused_with = "the Wasserstein distance: the Lipschitz constant is unknown and a "
                            "gradient penalty lets it exceed 1",
           .reference = kReference},
          {.name = "critic/offset",
           .symbol = "½ (E_p C + E_q C)",
           .latex = "\\tfrac12(\\mathbb{E}_pC+\\mathbb{E}_qC)",
           .unit = kUnit,
           .sign = "±",
           .reduction = "mean over the batch, in pairs",
           .estimator = "batch of real images, as many fresh samples",
           .meaning =
               "the critic's additive constant, which no loss controls; it carries the drift "
               "of the generator's loss",
           .confused_with = "progress or divergence of the generator",
           .reference = kReference},
          {.name = "loss/discriminator/shifted",
           .symbol = "L_D(C + 1)",
           .latex = "L_D(C+1)",
           .unit = kUnit,
           .sign = "±",
           .reduction = "mean over the batch",
           .estimator = "the same outputs plus 1, without penalties",
           .equilibrium = 0.0,
           .meaning = "the discriminator's loss for a critic raised by 1: unchanged",
           .confused_with = "loss/discriminator, which includes penalties",
           .reference = kReference},
          {.name = "loss/generator/shifted",
           .symbol = "L_G(C + 1)",
           .latex = "L_G(C+1)",
           .unit = kUnit,
           .sign = "±",
           .reduction = "mean over the batch",
           .estimator = "the same outputs plus 1",
           .meaning = "the generator's loss for a critic raised by 1: lower by 1",
           .reference = kReference}});
}

}  // namespace

ObjectiveEntry entry() {
  return {.spec = {.kind = SpecKind::objective,
                   .name = "wasserstein",
                   .family = "gan",
                   .summary = "critic's gap between data and samples; needs a Lipschitz penalty or "
                              "clipping",
                   .equation = "L_D=\\mathbb{E}_qC-\\mathbb{E}_pC,\\quad L_G=-\\mathbb{E}_qC",
                   .unicode = "L_D = E_q C − E_p C,  L_G = −E_q C",
                   .parts = adversarial_equation_parts(
                       {"\\mathbb{E}_qC", "fake"}, {"-\\mathbb{E}_pC", "real"}, "-\\mathbb{E}_qC"),
                   .reference = kReference,
                   .convention =
                       "the critic is high on real images; −L_D without penalties is the gap; "
                       "add `gradient_penalty` or `weight_clipping`, without one the critic "
                       "grows without bound; equilibrium values are without penalties",
                   .terms = terms(),
                   .identities = join(adversarial_identities(),
                                      std::vector<IdentitySpec>{
                                          equality("G5.discriminator", "L_D(C + 1) = E_q C − E_p C",
                                                   {{{"loss/discriminator/shifted", 1.0}}},
                                                   {{{"critic/fake", 1.0}, {"critic/real", -1.0}}}),
                                          equality("G5.generator", "L_G(C + 1) = −E_q C − 1",
                                                   {{{"loss/generator/shifted", 1.0}}},
                                                   {{{"critic/generated", -1.0}}, -kShift})})},
          .create = [](const Parameters&,
                       const Build& build) { return make_adversarial(formulas(), build.latent); },
          .wants_penalty = {"gradient_penalty", "weight_clipping"}};
}

}  // namespace elbow::components::gan_wasserstein
