// The hinge game: outputs beyond the margin cost the discriminator nothing.
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/relu.h>

#include "objectives/adversarial.h"
#include "objectives/adversarial_specs.h"
#include "objectives/identities.h"
#include "objectives/registry.h"
#include "objectives/truth_identities.h"

namespace elbow::components::gan_hinge {
namespace {

constexpr char kReference[] = "Miyato et al. 2018, equations 16 and 17";

AdversarialFormulas formulas() {
  AdversarialFormulas f;
  f.discriminator_real = [](const Tensor& l) { return at::relu(1.0 - l); };
  f.discriminator_fake = [](const Tensor& l) { return at::relu(1.0 + l); };
  f.generator = [](const Tensor& l) { return -l; };
  f.discriminator_loss = [](const Tensor& l_real, const Tensor& l_fake) {
    return -at::clamp_max(l_real - 1.0, 0.0).mean() - at::clamp_max(-l_fake - 1.0, 0.0).mean();
  };
  f.generator_loss = [](const Tensor& l) { return -l.mean(); };
  f.discriminator_terms = [](const Tensor& l_real, const Tensor& l_fake) {
    return join(critic_terms(l_real, l_fake), accuracy_terms(l_real, l_fake, 0.0),
                std::vector<Term>{
                    {.name = "total_variation/lower",
                     .values = 0.5 * (at::clamp_max(l_real, 1.0) - at::clamp_min(l_fake, -1.0))}});
  };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "critic/generated", .values = l}};
  };
  return f;
}

std::vector<TermSpec> terms() {
  return join(
      adversarial_loss_terms(
          {.unit = "margin units",
           .reference = kReference,
           .total = {"E_p [1 − C]₊ + E_q [1 + C]₊", "L_D=\\mathbb{E}_p[1-C]_++\\mathbb{E}_q[1+C]_+",
                     2.0},
           .real = {"[1 − C(x)]₊", "[1-C(x)]_+", std::nullopt},
           .fake = {"[1 + C(G(z))]₊", "[1+C(G(z))]_+", std::nullopt},
           .generator_sign = "±",
           .generator = {"−C(G(z))", "-C(G(z))", std::nullopt},
           .generator_meaning = "minus the critic's mean on samples; its offset is arbitrary"}),
      critic_term_specs("margin units", kReference, std::nullopt),
      accuracy_term_specs("called real where C > 0"),
      std::vector<TermSpec>{
          {.name = "total_variation/lower",
           .symbol = "1 − ½ L_D",
           .latex = "1-\\tfrac12L_D\\le\\mathrm{TV}(p,q)",
           .unit = "1",
           .sign = "±",
           .reduction = "mean over the batch, in pairs",
           .estimator =
               "bound by the present critic; split `train`: on the batch that it is trained "
               "on, where overfitting may lift it above the distance",
           .maximum = 1.0,
           .equilibrium = 0.0,
           .meaning =
               "total variation of data and model is at least this, in expectation over data "
               "that the critic has not seen; L_D = 2 is undecided, 0 saturated",
           .confused_with = "the distance ∫|p − q|, twice as large",
           .reference = "Lim & Ye 2017, section 3"}});
}

}  // namespace

ObjectiveEntry entry() {
  return {
      .spec = {.kind = SpecKind::objective,
               .name = "hinge",
               .family = "gan",
               .summary = "hinge discriminator, generator maximises the critic",
               .equation = "L_D=\\mathbb{E}_p[1-C]_++\\mathbb{E}_q[1+C]_+,\\quad "
                           "L_G=-\\mathbb{E}_qC",
               .unicode = "L_D = E_p [1 − C]₊ + E_q [1 + C]₊,  L_G = −E_q C",
               .parts =
                   adversarial_equation_parts({"\\mathbb{E}_p[1-C]_+", "real"},
                                              {"\\mathbb{E}_q[1+C]_+", "fake"}, "-\\mathbb{E}_qC"),
               .reference = "Lim & Ye 2017, Geometric GAN; Miyato et al. 2018, equations 16, 17",
               .convention = "summed: 2 when undecided (any critic within the margin that has "
                             "equal means), 0 when saturated; the output is no logit",
               .terms = terms(),
               .identities = join(
                   adversarial_identities(),
                   std::vector<IdentitySpec>{
                       equality(
                           "G34", "total_variation/lower = 1 − ½ (real + fake part of L_D)",
                           {{{"total_variation/lower", 1.0}}},
                           {{{"loss/discriminator/real", -0.5}, {"loss/discriminator/fake", -0.5}},
                            1.0}),
                       loss_at_optimum("G34.truth",
                                       "L_D of the optimal critic = 2 − 2 TV, by quadrature",
                                       {{{"truth/total_variation", -2.0}}, 2.0})})},
      .create = [](const Parameters&, const Build& build) {
        return make_adversarial(formulas(), build.latent);
      }};
}

}  // namespace elbow::components::gan_hinge
