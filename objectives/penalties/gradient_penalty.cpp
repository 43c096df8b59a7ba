// Slope penalty on interpolates between data and samples.
#include <ATen/ops/rand.h>

#include "objectives/critic_slope.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::penalties_gradient_penalty {
namespace {

constexpr char kReference[] = "Gulrajani et al. 2017, equation 3";

class GradientPenalty : public Penalty {
 public:
  explicit GradientPenalty(const Parameters& parameters)
      : lambda_(parameters.number("lambda")), target_(parameters.number("target")) {}

  Evaluation evaluate(const Evaluation& phase, const Context& context,
                      at::Generator& noise) override {
    // One u per sample, the same for all its dimensions.
    std::vector<std::int64_t> shape(static_cast<std::size_t>(phase.real.dim()), 1);
    shape[0] = phase.real.size(0);
    const Tensor u = at::rand(shape, noise, phase.real.options());
    const Tensor points = u * phase.real + (1.0 - u) * phase.fake;
    const Tensor slopes =
        slopes_from(squared_slopes(context.networks.at("discriminator"), points, context.mode));
    Evaluation penalty{.terms = {{.name = "penalty/gradient_penalty",
                                  .values = (slopes - target_).square(),
                                  .weight = lambda_}},
                       .loss = lambda_ * (slopes - target_).pow(2).mean()};
    if (context.instruments) {
      penalty.terms.push_back({.name = "slope/mean", .values = slopes.detach()});
      penalty.terms.push_back({.name = "slope/max", .values = slopes.detach().max()});
    }
    return penalty;
  }

 private:
  double lambda_, target_;
};

}  // namespace

PenaltyEntry entry() {
  return {
      .spec = {.kind = SpecKind::penalty,
               .name = "gradient_penalty",
               .family = "gan",
               .summary = "holds the critic's slope between data and samples near a target",
               .equation = "\\lambda\\,\\mathbb{E}_{\\hat x}(\\|\\nabla C(\\hat x)\\|-t)^2,\\quad "
                           "\\hat x=ux+(1-u)y,\\ u\\sim U(0,1)",
               .unicode = "λ E (‖∇C(x̂)‖ − t)²,  x̂ = u x + (1 − u) y",
               .parts = {{.latex = "\\mathbb{E}_{\\hat x}(\\|\\nabla C(\\hat x)\\|-t)^2",
                          .term = "penalty/gradient_penalty"}},
               .reference = kReference,
               .convention = "one u per sample; norm over all dimensions of a sample; on the raw "
                             "critic output; two-sided; no factor ½; needs a critic without batch "
                             "normalisation",
               .parameters = {{.name = "lambda",
                               .symbol = "λ",
                               .type = ValueType::real,
                               .default_value = 10.0,
                               .minimum = 0.0,
                               .description = "weight of the penalty"},
                              {.name = "target",
                               .symbol = "t",
                               .type = ValueType::real,
                               .default_value = 1.0,
                               .minimum = 0.0,
                               .description = "slope that costs nothing; 0: zero-centred"}},
               .terms = {{.name = "penalty/gradient_penalty",
                          .symbol = "(‖∇C(x̂)‖ − t)²",
                          .latex = "(\\|\\nabla C(\\hat x)\\|-t)^2",
                          .unit = "squared slope",
                          .sign = "+",
                          .reduction = "mean over the batch",
                          .estimator = "one interpolate per pair of real image and sample",
                          .minimum = 0.0,
                          .meaning = "how far the critic's slope is from its target, before λ",
                          .confused_with = "the penalty as it enters the loss, λ times larger",
                          .reference = kReference},
                         {.name = "slope/mean",
                          .symbol = "E ‖∇C(x̂)‖",
                          .latex = "\\mathbb{E}\\|\\nabla C(\\hat x)\\|",
                          .unit = "slope",
                          .sign = "+",
                          .reduction = "mean over the batch",
                          .estimator = "on the interpolates of the penalty",
                          .minimum = 0.0,
                          .meaning =
                              "mean slope of the critic between data and samples; overshoots "
                              "the target by gap/(2λ slope) at the optimum of a linear critic",
                          .confused_with = "the critic's Lipschitz constant",
                          .reference = kReference},
                         {.name = "slope/max",
                          .symbol = "max ‖∇C(x̂)‖",
                          .latex = "\\max\\|\\nabla C(\\hat x)\\|",
                          .unit = "slope",
                          .sign = "+",
                          .reduction = "maximum over the batch",
                          .estimator = "on the interpolates of the penalty",
                          .minimum = 0.0,
                          .meaning =
                              "largest slope seen: a lower estimate of the critic's Lipschitz "
                              "constant",
                          .confused_with = "the Lipschitz constant itself, which is larger",
                          .reference = kReference}},
               .identities = {penalty_of_samples("gradient_penalty")}},
      .create = [](const Parameters& parameters) {
        return std::make_unique<GradientPenalty>(parameters);
      }};
}

}  // namespace elbow::components::penalties_gradient_penalty
