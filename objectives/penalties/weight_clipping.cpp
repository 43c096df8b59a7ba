// Clips the critic's parameters after each of its updates.
#include "math/torch_compat.h"
#include "objectives/registry.h"

namespace elbow::components::penalties_weight_clipping {
namespace {

constexpr char kReference[] = "Arjovsky et al. 2017, algorithm 1";

class WeightClipping : public Penalty {
 public:
  explicit WeightClipping(const Parameters& parameters) : bound_(parameters.number("c")) {}

  Evaluation evaluate(const Evaluation&, const Context& context, at::Generator&) override {
    Evaluation evaluation;
    if (!context.instruments) return evaluation;
    const NoGrad no_grad;
    double clipped = 0.0, total = 0.0;
    for (const NamedTensor& p : context.networks.at("discriminator").parameters()) {
      // A clipped weight is the bound rounded to the parameter's precision.
      const Tensor bound = p.tensor.new_full({}, bound_);
      clipped += (p.tensor.abs() >= bound).sum().item<double>();
      total += static_cast<double>(p.tensor.numel());
    }
    evaluation.terms.push_back(scalar_term("penalty/weight_clipping", clipped / total));
    return evaluation;
  }

  void project(const Networks& networks) override {
    const NoGrad no_grad;
    for (const NamedTensor& p : networks.at("discriminator").parameters())
      p.tensor.clamp_(-bound_, bound_);
  }

 private:
  double bound_;
};

}  // namespace

PenaltyEntry entry() {
  return {
      .spec = {.kind = SpecKind::penalty,
               .name = "weight_clipping",
               .family = "gan",
               .summary = "keeps every critic parameter within ±c",
               .equation = "w\\leftarrow\\mathrm{clip}(w,-c,c)",
               .unicode = "w ← clip(w, ±c)",
               .reference = kReference,
               .convention = "weights and biases, after each critic update; adds nothing to the "
                             "loss; the Lipschitz bound that it implies is unknown, so gaps "
                             "compare only within one network and one c",
               .parameters = {{.name = "c",
                               .symbol = "c",
                               .type = ValueType::real,
                               .default_value = 0.01,
                               .minimum = 0.0,
                               .minimum_excluded = true,
                               .description = "bound of each parameter"}},
               .terms = {{.name = "penalty/weight_clipping",
                          .symbol = "share of |w| ≥ c",
                          .latex = "\\tfrac1n\\#\\{i:|w_i|\\ge c\\}",
                          .unit = "1",
                          .sign = "+",
                          .reduction = "mean over all parameters of the critic",
                          .estimator = "exact, before the update of this step",
                          .minimum = 0.0,
                          .maximum = 1.0,
                          .meaning = "share of parameters that sit on the bound; near 1 the "
                                     "critic is a sign pattern",
                          .confused_with = "a penalty: it adds nothing to the loss",
                          .reference = kReference}}},
      .create = [](const Parameters& parameters) {
        return std::make_unique<WeightClipping>(parameters);
      }};
}

}  // namespace elbow::components::penalties_weight_clipping
