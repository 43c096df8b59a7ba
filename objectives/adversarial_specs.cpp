#include "objectives/adversarial_specs.h"

#include "objectives/identities.h"
#include "objectives/join.h"
#include "objectives/truth_identities.h"

namespace elbow {
namespace {

constexpr char kBatch[] = "mean over the batch";
constexpr char kSampled[] = "batch of real images, as many fresh samples";
constexpr char kGoodfellow[] = "Goodfellow et al. 2014, sections 3 and 4";

std::optional<double> zero_if(bool condition) {
  return condition ? std::optional<double>(0.0) : std::nullopt;
}

}  // namespace

std::vector<TermSpec> adversarial_loss_terms(const AdversarialLossSpec& s) {
  const std::string sign = s.nonnegative ? "+" : "±";
  TermSpec generator{
      .name = "loss/generator",
      .symbol = "L_G",
      .latex = "L_G",
      .unit = s.unit,
      .sign = s.generator_sign,
      .reduction = kBatch,
      .estimator = "fresh samples of the generator",
      .minimum = zero_if(s.generator_sign == "+"),
      .maximum = zero_if(s.generator_sign == "-"),
      .equilibrium = s.generator.equilibrium,
      .meaning = s.generator_meaning,
      .confused_with = "sample quality: the loss is relative to the present opponent",
      .reference = s.reference};
  TermSpec generator_part = generator;
  generator_part.name = "loss/generator/fake";
  generator_part.symbol = s.generator.symbol;
  generator_part.latex = s.generator.latex;
  generator_part.meaning = "the generator's loss per sample, without regularisers";
  generator_part.confused_with = "loss/discriminator/fake, the discriminator's side of it";
  return {
      {.name = "loss/discriminator",
       .symbol = "L_D",
       .latex = s.total.latex,
       .unit = s.unit,
       .sign = sign,
       .reduction = kBatch,
       .estimator = kSampled,
       .minimum = zero_if(s.nonnegative),
       .equilibrium = s.total.equilibrium,
       .meaning = "what the discriminator minimises: real plus fake part, summed, plus penalties; "
                  "the equilibrium value is without penalties",
       .confused_with = "the halved convention, which averages the two parts",
       .reference = s.reference},
      {.name = "loss/discriminator/real",
       .symbol = s.real.symbol,
       .latex = s.real.latex,
       .unit = s.unit,
       .sign = sign,
       .reduction = kBatch,
       .estimator = "batch of real images",
       .minimum = zero_if(s.nonnegative),
       .equilibrium = s.real.equilibrium,
       .meaning = "how badly the discriminator recognises real images",
       .reference = s.reference},
      {.name = "loss/discriminator/fake",
       .symbol = s.fake.symbol,
       .latex = s.fake.latex,
       .unit = s.unit,
       .sign = sign,
       .reduction = kBatch,
       .estimator = "fresh samples, detached from the generator",
       .minimum = zero_if(s.nonnegative),
       .equilibrium = s.fake.equilibrium,
       .meaning = "how badly the discriminator recognises samples",
       .confused_with = "loss/generator/fake, the generator's side of it",
       .reference = s.reference},
      generator,
      generator_part};
}

std::vector<EquationPart> adversarial_equation_parts(EquationPart first, EquationPart second,
                                                     const std::string& generator) {
  first.term = "loss/discriminator/" + first.term;
  second.term = "loss/discriminator/" + second.term;
  return {{.latex = "L_D", .term = "loss/discriminator"},
          std::move(first),
          std::move(second),
          {.latex = "L_G", .term = "loss/generator"},
          {.latex = generator, .term = "loss/generator/fake"}};
}

std::vector<TermSpec> logit_term_specs() {
  const auto logit = [](std::string name, std::string symbol, std::string latex,
                        std::string meaning) -> TermSpec {
    return {.name = std::move(name),
            .symbol = std::move(symbol),
            .latex = std::move(latex),
            .unit = "logit",
            .sign = "±",
            .reduction = kBatch,
            .estimator = "exact on the batch",
            .equilibrium = 0.0,
            .meaning = std::move(meaning),
            .confused_with = "a probability",
            .reference = kGoodfellow};
  };
  const auto probability = [](std::string name, std::string symbol, std::string latex,
                              std::string meaning) -> TermSpec {
    return {.name = std::move(name),
            .symbol = std::move(symbol),
            .latex = std::move(latex),
            .unit = "probability",
            .sign = "+",
            .reduction = kBatch,
            .estimator = "exact on the batch",
            .minimum = 0.0,
            .maximum = 1.0,
            .equilibrium = 0.5,
            .meaning = std::move(meaning),
            .confused_with = "σ of the mean logit, which differs by Jensen",
            .reference = kGoodfellow};
  };
  return {
      logit("logit/real", "l(x)", "l(x),\\ x\\sim p",
            "raw output on real images; at the optimal discriminator ln p/q"),
      logit("logit/fake", "l(G(z))", "l(G(z))",
            "raw output on samples, in the discriminator's "
            "turn; at the optimal discriminator ln p/q"),
      logit("logit/generated", "l(G(z)), generator's turn", "l(G(z))",
            "raw output on the samples of the generator's own turn, with the discriminator that "
            "it answers"),
      probability("probability/real", "D(x)", "D(x)=\\sigma(l(x))",
                  "probability of being real that real images get"),
      probability("probability/fake", "D(G(z))", "D(G(z))=\\sigma(l(G(z)))",
                  "probability of being real that samples get"),
      auc_term_spec()};
}

TermSpec auc_term_spec() {
  return {.name = "critic/auc",
          .symbol = "P(D(x) > D(G(z)))",
          .latex = "P\\left(D(x)>D(G(z))\\right)",
          .unit = "probability",
          .sign = "+",
          .reduction = "all pairs of an image and a sample of a batch",
          .estimator = "Mann–Whitney, a tie counts half; DeLong's standard error",
          .minimum = 0.0,
          .maximum = 1.0,
          .equilibrium = 0.5,
          .meaning =
              "chance that the discriminator scores an image above a sample, whatever the "
              "threshold: 1 where it tells them apart, one half where it cannot; in train "
              "records of the batch that it is trained on",
          .confused_with = "accuracy, which stands and falls with the threshold",
          .reference = "DeLong et al. 1988"};
}

std::vector<TermSpec> critic_term_specs(const std::string& unit, const std::string& reference,
                                        std::optional<double> equilibrium) {
  const auto critic = [&](std::string name, std::string symbol, std::string latex,
                          std::string meaning) -> TermSpec {
    return {.name = std::move(name),
            .symbol = std::move(symbol),
            .latex = std::move(latex),
            .unit = unit,
            .sign = "±",
            .reduction = kBatch,
            .estimator = "exact on the batch",
            .equilibrium = equilibrium,
            .meaning = std::move(meaning),
            .confused_with = "a logit: its sigmoid is no probability",
            .reference = reference};
  };
  return {critic("critic/real", "C(x)", "C(x),\\ x\\sim p", "raw output on real images"),
          critic("critic/fake", "C(G(z))", "C(G(z))",
                 "raw output on samples, in the discriminator's turn"),
          critic("critic/generated", "C(G(z)), generator's turn", "C(G(z))",
                 "raw output on the samples of the generator's own turn"),
          auc_term_spec()};
}

std::vector<TermSpec> accuracy_term_specs(const std::string& rule) {
  const auto accuracy = [&](std::string name, std::string symbol, std::string latex,
                            std::optional<double> equilibrium,
                            const std::string& meaning) -> TermSpec {
    return {.name = std::move(name),
            .symbol = std::move(symbol),
            .latex = std::move(latex),
            .unit = "probability",
            .sign = "+",
            .reduction = kBatch,
            .estimator = "the discriminator's own threshold",
            .minimum = 0.0,
            .maximum = 1.0,
            .equilibrium = equilibrium,
            .meaning = meaning + "; " + rule,
            .confused_with = "the mean probability D(x)",
            .reference = "Goodfellow et al. 2014, section 4.1; optimal value (1 + TV)/2"};
  };
  return {
      accuracy("accuracy", "acc", "\\tfrac12(\\mathrm{acc}_p+\\mathrm{acc}_q)", 0.5,
               "share of images that the discriminator tells right, real and fake alike; in train "
               "records of the batch that it is trained on"),
      accuracy("accuracy/real", "acc_p", "\\mathrm{acc}_p", std::nullopt,
               "share of real images called real"),
      accuracy("accuracy/fake", "acc_q", "\\mathrm{acc}_q", std::nullopt,
               "share of samples called fake; a tie counts as fake")};
}

std::vector<IdentitySpec> adversarial_identities() {
  return join(
      std::vector<IdentitySpec>{closure("V1.discriminator", "discriminator", "loss/discriminator"),
                                closure("V1.generator", "generator", "loss/generator"),
                                gradient_closure("G8.discriminator", "discriminator"),
                                gradient_closure("G8.generator", "generator")},
      known_samples_identities(), known_critic_identities(), sample_distance_identities());
}

}  // namespace elbow
