// Least squares: the discriminator regresses on labels, the generator on the label that it wants.
#include <ATen/ops/full_like.h>
#include <ATen/ops/mse_loss.h>

#include <cmath>

#include "core/error.h"
#include "objectives/adversarial.h"
#include "objectives/adversarial_specs.h"
#include "objectives/identities.h"
#include "objectives/registry.h"
#include "objectives/truth_identities.h"

namespace elbow::components::gan_least_squares {
namespace {

constexpr char kReference[] = "Mao et al. 2017, equation 2";
constexpr char kUnit[] = "squared label units";

/// Labels: a of samples and b of real images for the discriminator, c that the generator wants.
struct Labels {
  double a, b, c;
};

Labels labels_from(const Parameters& parameters) {
  const Labels t{parameters.number("a"), parameters.number("b"), parameters.number("c")};
  if (t.a == t.b)
    throw Error("least_squares: a and b are both " + std::to_string(t.a) +
                    "; real images and samples need different labels.",
                ExitCode::usage);
  // c on the other side of a than b is as good a help as a itself.
  if ((t.c - t.a) / (t.b - t.a) <= 0.0)
    throw Error("least_squares: c = " + std::to_string(t.c) + " lies at a = " +
                    std::to_string(t.a) + " or beyond it from b = " + std::to_string(t.b) +
                    "; the generator would move its samples away from what the discriminator takes "
                    "for real, and help it. c is the label that the generator wants for its "
                    "samples: that of real images, b, or one between.",
                ExitCode::usage);
  return t;
}

Tensor squares(const Tensor& l, double label) { return 0.5 * (l - label).square(); }

Tensor mean_square(const Tensor& l, double label) {
  return 0.5 * at::mse_loss(l, at::full_like(l, label));
}

/// 2(E_p g − E_q g) − E_p g² − E_q g² with g = 1 at the real and −1 at the fake label.
Tensor le_cam(const Tensor& l_real, const Tensor& l_fake, const Labels& t) {
  const double centre = 0.5 * (t.a + t.b), half = 0.5 * (t.b - t.a);
  const Tensor g_real = (l_real - centre) / half, g_fake = (l_fake - centre) / half;
  return 2.0 * (g_real - g_fake) - g_real.square() - g_fake.square();
}

AdversarialFormulas formulas(const Labels& t) {
  AdversarialFormulas f;
  f.discriminator_real = [t](const Tensor& l) { return squares(l, t.b); };
  f.discriminator_fake = [t](const Tensor& l) { return squares(l, t.a); };
  f.generator = [t](const Tensor& l) { return squares(l, t.c); };
  f.discriminator_loss = [t](const Tensor& l_real, const Tensor& l_fake) {
    return mean_square(l_real, t.b) + mean_square(l_fake, t.a);
  };
  f.generator_loss = [t](const Tensor& l) { return mean_square(l, t.c); };
  f.discriminator_terms = [t](const Tensor& l_real, const Tensor& l_fake) {
    // With b < a the real side lies below the middle.
    const double sign = t.b > t.a ? 1.0 : -1.0;
    return join(critic_terms(l_real, l_fake, t.b > t.a),
                accuracy_terms(sign * l_real, sign * l_fake, sign * 0.5 * (t.a + t.b)),
                std::vector<Term>{{.name = "le_cam/lower", .values = le_cam(l_real, l_fake, t)},
                                  scalar_term("label/real", t.b),
                                  scalar_term("label/fake", t.a)});
  };
  f.generator_terms = [t](const Tensor& l) -> std::vector<Term> {
    return {{.name = "critic/generated", .values = l}, scalar_term("label/generator", t.c)};
  };
  return f;
}

/// G21: ½ E(l − label)² = ½ (Var l + (E l − label)²): mean of squares, not square of the mean.
IdentitySpec mean_of_squares(const std::string& id, const std::string& loss,
                             const std::string& output, const std::string& label) {
  return {.id = id,
          .kind = IdentityKind::exact,
          .statement = loss + " = ½ (Var l + (E l − label)²)",
          .sides = [=](const Values& values) -> std::optional<Sides> {
            for (const std::string& key : {loss, output, label})
              if (!values.contains(key)) return std::nullopt;
            const Moments& l = values.at(output);
            const double n = static_cast<double>(l.count);
            const double variance = l.se * l.se * (n - 1.0);  // divisor n
            const double distance = l.mean - values[label];
            return Sides{.lhs = values[loss],
                         .rhs = 0.5 * (variance + distance * distance),
                         .se = 0.0,
                         .scale = std::pow(magnitude(l) + std::abs(values[label]), 2)};
          }};
}

/// G33: le_cam/lower = 2 − 8 (real + fake part of L_D) / (b − a)².
IdentitySpec le_cam_bound() {
  return {.id = "G33",
          .kind = IdentityKind::exact,
          .statement = "le_cam/lower = 2 − 8 (real + fake part of L_D) / (b − a)²",
          .sides = [](const Values& values) -> std::optional<Sides> {
            for (const char* key : {"le_cam/lower", "loss/discriminator/real",
                                    "loss/discriminator/fake", "label/real", "label/fake"})
              if (!values.contains(key)) return std::nullopt;
            const double width = values["label/real"] - values["label/fake"];
            const double loss =
                values["loss/discriminator/real"] + values["loss/discriminator/fake"];
            return Sides{.lhs = values["le_cam/lower"],
                         .rhs = 2.0 - 8.0 * loss / (width * width),
                         .se = 0.0,
                         .scale = magnitude(values.at("le_cam/lower"))};
          }};
}

/// The same at the optimal critic, where the bound is the divergence.
IdentitySpec le_cam_at_optimum() {
  return {.id = "G33.truth",
          .kind = IdentityKind::exact,
          .statement = "L_D of the optimal critic = (b − a)² (2 − Δ) / 8, by quadrature",
          .sides = [](const Values& values) -> std::optional<Sides> {
            for (const char* key :
                 {"truth/loss/discriminator/optimal", "truth/le_cam", "label/real", "label/fake"})
              if (!values.contains(key)) return std::nullopt;
            const double width = values["label/real"] - values["label/fake"];
            return Sides{.lhs = values["truth/loss/discriminator/optimal"],
                         .rhs = width * width * (2.0 - values["truth/le_cam"]) / 8.0,
                         .se = 0.0,
                         .scale = 0.25 * width * width};
          },
          .tolerance = kTruthTolerance};
}

TermSpec label_term(const std::string& name, const std::string& symbol,
                    const std::string& meaning) {
  return {.name = name,
          .symbol = symbol,
          .latex = symbol,
          .unit = "label units",
          .sign = "±",
          .reduction = "none: a parameter",
          .estimator = "exact",
          .meaning = meaning,
          .reference = kReference};
}

std::vector<TermSpec> terms() {
  return join(
      adversarial_loss_terms(
          {.unit = kUnit,
           .reference = kReference,
           .total = {"½ E_p (l − b)² + ½ E_q (l − a)²",
                     "L_D=\\tfrac12\\mathbb{E}_p(l-b)^2+\\tfrac12\\mathbb{E}_q(l-a)^2", 0.25},
           .real = {"½ (l(x) − b)²", "\\tfrac12(l(x)-b)^2", 0.125},
           .fake = {"½ (l(G(z)) − a)²", "\\tfrac12(l(G(z))-a)^2", 0.125},
           .generator_sign = "+",
           .generator = {"½ (l(G(z)) − c)²", "\\tfrac12(l(G(z))-c)^2", 0.125},
           .generator_meaning = "squared distance of the samples' outputs to the wanted label"}),
      critic_term_specs("label units", kReference, 0.5),
      accuracy_term_specs("called real on the real label's side of (a + b)/2"),
      std::vector<TermSpec>{
          {.name = "le_cam/lower",
           .symbol = "2 − 8 L_D/(b − a)²",
           .latex = "2-\\frac{8L_D}{(b-a)^2}\\le\\Delta=\\int\\frac{(p-q)^2}{p+q}",
           .unit = "1",
           .sign = "±",
           .reduction = "mean over the batch, in pairs",
           .estimator =
               "bound by the present discriminator; split `train`: on the batch that it is "
               "trained on, where overfitting may lift it above the divergence",
           .maximum = 2.0,
           .equilibrium = 0.0,
           .meaning = "triangular (Le Cam) divergence of data and model is at least this, in "
                      "expectation over data that the discriminator has not seen",
           .confused_with = "the Pearson χ² of p and q",
           .reference = "Mao et al. 2017, theorem 1, for general a, b"},
          label_term("label/real", "b", "label of real images"),
          label_term("label/fake", "a", "label of samples"),
          label_term("label/generator", "c", "label that the generator wants")});
}

/// At p = q the optimal output is (a + b)/2 everywhere.
void adapt(Spec& spec, const Parameters& parameters) {
  const Labels t = labels_from(parameters);
  const double centre = 0.5 * (t.a + t.b), part = 0.125 * (t.b - t.a) * (t.b - t.a);
  const double generator = 0.5 * (centre - t.c) * (centre - t.c);
  for (TermSpec& term : spec.terms) {
    if (term.name == "loss/discriminator") term.equilibrium = 2.0 * part;
    if (term.name == "loss/discriminator/real" || term.name == "loss/discriminator/fake")
      term.equilibrium = part;
    if (term.name == "loss/generator" || term.name == "loss/generator/fake")
      term.equilibrium = generator;
    if (term.name.rfind("critic/", 0) == 0 && term.unit != "probability") term.equilibrium = centre;
  }
}

ParameterSpec label(const std::string& name, double value, const std::string& description) {
  return {.name = name,
          .symbol = name,
          .type = ValueType::real,
          .default_value = value,
          .description = description};
}

}  // namespace

ObjectiveEntry entry() {
  return {
      .spec = {.kind = SpecKind::objective,
               .name = "least_squares",
               .family = "gan",
               .summary = "discriminator and generator regress on labels",
               .equation = "L_D=\\tfrac12\\mathbb{E}_p(l-b)^2+\\tfrac12\\mathbb{E}_q(l-a)^2,\\quad "
                           "L_G=\\tfrac12\\mathbb{E}_q(l-c)^2",
               .unicode = "L_D = ½ E_p (l − b)² + ½ E_q (l − a)²,  L_G = ½ E_q (l − c)²",
               .parts = adversarial_equation_parts({"\\tfrac12\\mathbb{E}_p(l-b)^2", "real"},
                                                   {"\\tfrac12\\mathbb{E}_q(l-a)^2", "fake"},
                                                   "\\tfrac12\\mathbb{E}_q(l-c)^2"),
               .reference = "Mao et al. 2017, Least squares GAN, equations 2 and 9",
               .convention =
                   "factor ½ on each half, summed; acts on the raw output l, not on σ(l); "
                   "(a, b, c) = (0, 1, 1) is not the χ² setting, which is (−1, 1, 0); the "
                   "part of L_G that is constant in G is left out",
               .parameters = {label("a", 0.0, "label of samples for the discriminator"),
                              label("b", 1.0, "label of real images for the discriminator"),
                              label("c", 1.0, "label that the generator wants for its samples")},
               .terms = terms(),
               .identities = join(
                   adversarial_identities(),
                   std::vector<IdentitySpec>{mean_of_squares("G21.real", "loss/discriminator/real",
                                                             "critic/real", "label/real"),
                                             mean_of_squares("G21.fake", "loss/discriminator/fake",
                                                             "critic/fake", "label/fake"),
                                             mean_of_squares("G21.generator", "loss/generator/fake",
                                                             "critic/generated", "label/generator"),
                                             le_cam_bound(), le_cam_at_optimum()})},
      .create =
          [](const Parameters& parameters, const Build& build) {
            return make_adversarial(formulas(labels_from(parameters)), build.latent);
          },
      .adapt = adapt};
}

}  // namespace elbow::components::gan_least_squares
