// Zero-centred slope penalty on real points.
#include "objectives/critic_slope.h"
#include "objectives/identities.h"
#include "objectives/registry.h"

namespace elbow::components::penalties_r1 {
namespace {

constexpr char kReference[] = "Mescheder et al. 2018, equation 9";

class R1 : public Penalty {
 public:
  explicit R1(const Parameters& parameters) : gamma_(parameters.number("gamma")) {}

  Evaluation evaluate(const Evaluation& phase, const Context& context, at::Generator&) override {
    const Tensor squared =
        squared_slopes(context.networks.at("discriminator"), phase.real, context.mode);
    return {.terms = {{.name = "penalty/r1", .values = 0.5 * squared, .weight = gamma_}},
            .loss = (gamma_ / 2.0) * squared.mean()};
  }

 private:
  double gamma_;
};

}  // namespace

PenaltyEntry entry() {
  return {
      .spec = {.kind = SpecKind::penalty,
               .name = "r1",
               .family = "gan",
               .summary = "flattens the discriminator on real images",
               .equation = "\\gamma\\,\\mathbb{E}_p\\tfrac12\\|\\nabla C(x)\\|^2",
               .unicode = "γ E_p ½ ‖∇C(x)‖²",
               .parts = {{.latex = "\\mathbb{E}_p\\tfrac12\\|\\nabla C(x)\\|^2",
                          .term = "penalty/r1"}},
               .reference = kReference,
               .convention = "the logged term is ½ ‖∇C‖² with the paper's factor ½, its weight is "
                             "γ; on the raw output, real images only; a code that writes "
                             "ρ ‖∇C‖² has γ = 2ρ",
               .parameters = {{.name = "gamma",
                               .symbol = "γ",
                               .type = ValueType::real,
                               .default_value = 1.0,
                               .minimum = 0.0,
                               .description = "weight of the penalty"}},
               .terms = {{.name = "penalty/r1",
                          .symbol = "½ ‖∇C(x)‖²",
                          .latex = "\\tfrac12\\|\\nabla C(x)\\|^2",
                          .unit = "squared slope",
                          .sign = "+",
                          .reduction = "sum over the dimensions of a sample, mean over the batch",
                          .estimator = "exact on the real batch",
                          .minimum = 0.0,
                          .equilibrium = 0.0,
                          .meaning = "half the squared slope of the discriminator on real "
                                     "images, before γ",
                          .confused_with = "‖∇C‖² without the ½; the penalty as it enters the "
                                           "loss, γ times larger",
                          .reference = kReference}},
               .identities = {penalty_of_samples("r1")}},
      .create = [](const Parameters& parameters) { return std::make_unique<R1>(parameters); }};
}

}  // namespace elbow::components::penalties_r1
