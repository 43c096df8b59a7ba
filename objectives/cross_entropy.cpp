#include "objectives/cross_entropy.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros_like.h>

#include "objectives/identities.h"
#include "objectives/truth_identities.h"

namespace elbow {
namespace {

constexpr double kLn2 = 0.69314718055994530942;

Tensor cross_entropy(const Tensor& l_real, const Tensor& l_fake) {
  return at::binary_cross_entropy_with_logits(l_real, at::ones_like(l_real)) +
         at::binary_cross_entropy_with_logits(l_fake, at::zeros_like(l_fake));
}

}  // namespace

Tensor log_d(const Tensor& l) { return at::log_sigmoid(l); }
Tensor log_one_minus_d(const Tensor& l) { return at::log_sigmoid(-l); }

AdversarialFormulas cross_entropy_discriminator() {
  AdversarialFormulas f;
  f.discriminator_real = [](const Tensor& l) { return at::softplus(-l); };
  f.discriminator_fake = [](const Tensor& l) { return at::softplus(l); };
  // Not `cross_entropy`: its gradient at a real logit is σ(l) − 1 in float32, which loses its
  // digits where D is sure.
  f.discriminator_loss = [](const Tensor& l_real, const Tensor& l_fake) {
    return -(log_d(l_real).mean() + log_one_minus_d(l_fake).mean());
  };
  f.discriminator_terms = [](const Tensor& l_real, const Tensor& l_fake) {
    std::vector<Term> terms = logit_terms(l_real, l_fake);
    terms.push_back(
        {.name = "loss/discriminator/cross_entropy", .values = cross_entropy(l_real, l_fake)});
    // ½ E_p ln 2D + ½ E_q ln 2(1 − D); one value per pair, so that its standard error is right.
    terms.push_back({.name = "jensen_shannon/lower",
                     .values = kLn2 + 0.5 * (log_d(l_real) + log_one_minus_d(l_fake))});
    return terms;
  };
  return f;
}

std::vector<TermSpec> cross_entropy_terms(const std::string& generator_sign,
                                          const LossPart& generator, const std::string& meaning,
                                          const std::string& reference) {
  return join(
      adversarial_loss_terms(
          {.unit = "nats",
           .reference = reference,
           .total = {"E_p sp(−l) + E_q sp(l)",
                     "L_D=\\mathbb{E}_p\\,\\mathrm{sp}(-l)+\\mathbb{E}_q\\,\\mathrm{sp}(l)",
                     2.0 * kLn2},
           .real = {"−ln D(x)", "-\\ln D(x)=\\ln(1+e^{-l})", kLn2},
           .fake = {"−ln(1 − D(G(z)))", "-\\ln(1-D(G(z)))=\\ln(1+e^{l})", kLn2},
           .generator_sign = generator_sign,
           .generator = generator,
           .generator_meaning = meaning}),
      logit_term_specs(), accuracy_term_specs("called real where l > 0"),
      std::vector<TermSpec>{
          {.name = "loss/discriminator/cross_entropy",
           .symbol = "BCE(l, label)",
           .latex = "\\mathrm{BCE}(l_p,1)+\\mathrm{BCE}(l_q,0)",
           .unit = "nats",
           .sign = "+",
           .reduction = "mean over the batch, real and fake part summed",
           .estimator = "binary cross entropy with logits",
           .minimum = 0.0,
           .equilibrium = 2.0 * kLn2,
           .meaning = "the discriminator's loss without penalties",
           .confused_with = "loss/discriminator, which includes penalties",
           .reference = "Goodfellow et al. 2014, equation 1"},
          {.name = "jensen_shannon/lower",
           .symbol = "ln 2 − ½ L_D",
           .latex = "\\ln2-\\tfrac12L_D\\le\\mathrm{JSD}(p\\,\\|\\,q)",
           .unit = "nats",
           .sign = "±",
           .reduction = "mean over the batch, in pairs",
           .estimator = "bound by the present discriminator; split `train`: on the batch that it "
                        "is trained on, where overfitting may lift it above the divergence",
           .maximum = kLn2,
           .equilibrium = 0.0,
           .meaning = "Jensen-Shannon divergence of data and model is at least this, in "
                      "expectation over data that the discriminator has not seen",
           .confused_with = "the divergence itself; 2·JSD − ln 4, the value of the game",
           .reference = "Goodfellow et al. 2014, theorem 1"}});
}

std::vector<IdentitySpec> cross_entropy_identities(const std::string& minimax,
                                                   const std::string& non_saturating) {
  return join(
      adversarial_identities(),
      std::vector<IdentitySpec>{
          equality("G1", "L_NS + L_MM = −E logit on the same samples",
                   {{{non_saturating, 1.0}, {minimax, 1.0}}}, {{{"logit/generated", -1.0}}}),
          equality("G2", "BCE with logits = E_p sp(−l) + E_q sp(l)",
                   {{{"loss/discriminator/cross_entropy", 1.0}}},
                   {{{"loss/discriminator/real", 1.0}, {"loss/discriminator/fake", 1.0}}}),
          equality("G31", "jensen_shannon/lower = ln 2 − ½ (real + fake part of L_D)",
                   {{{"jensen_shannon/lower", 1.0}}},
                   {{{"loss/discriminator/real", -0.5}, {"loss/discriminator/fake", -0.5}}, kLn2}),
          loss_at_optimum("G30", "L_D of the optimal critic = 2 ln 2 − 2 JSD, by quadrature",
                          {{{"truth/jensen_shannon", -2.0}}, 2.0 * kLn2})});
}

}  // namespace elbow
