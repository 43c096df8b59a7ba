// Independent Bernoulli pixels with logits.
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/sigmoid.h>

#include "math/fused.h"
#include "objectives/pixel_counts.h"
#include "objectives/registry.h"

namespace elbow::components::likelihoods_bernoulli {
namespace {

class Bernoulli : public Likelihood {
 public:
  Tensor log_prob(const Tensor& output, const Tensor& x, const Context&) override {
    return bernoulli_log_prob(output, x);
  }

  Tensor mean(const Tensor& output) const override { return at::sigmoid(output); }

  Tensor sample(const Tensor& output, at::Generator& generator) const override {
    return at::bernoulli(at::sigmoid(output), generator);
  }

  std::vector<Term> terms(const Tensor& output, const Tensor& x, const Context&) override {
    const PixelCounts counts = count_pixels(output, x);
    return {{.name = "pixels/saturated", .values = counts.saturated},
            {.name = "pixels/grey", .values = counts.grey}};
  }
};

/// ln P(x|z) of a probability is never positive; a sign error or a density's constant shows here.
IdentitySpec probability_bound() {
  return {.id = "PMF",
          .kind = IdentityKind::bound,
          .statement = "elbo/reconstruction = E ln P(x|z) ≤ 0",
          .sides = [](const Values& values) -> std::optional<Sides> {
            if (!values.contains("elbo/reconstruction")) return std::nullopt;
            return Sides{.lhs = values["elbo/reconstruction"], .rhs = 0.0};
          }};
}

}  // namespace

LikelihoodEntry entry() {
  return {
      .spec = {.kind = SpecKind::likelihood,
               .name = "bernoulli",
               .family = "vae",
               .summary = "binary pixels; the decoder's output are logits",
               .equation = "\\ln p(x\\mid z)=\\sum_i x_il_i-\\ln(1+e^{l_i})",
               .unicode = "ln p(x|z) = Σᵢ xᵢ lᵢ − ln(1 + exp lᵢ)",
               .reference = "Kingma & Welling 2013, appendix C.1",
               .convention =
                   "nats, summed over pixels; a probability of binary images only: on grey "
                   "pixels it is minus the cross entropy, which cannot fall below the "
                   "entropy of the pixels (45.5 nats on MNIST)",
               .terms = {{.name = "pixels/saturated",
                          .symbol = "#{|l| > 15}",
                          .latex = "\\#\\{i:|l_i|>15\\}",
                          .unit = "pixels",
                          .sign = "+",
                          .reduction = "count over pixels, mean over the batch",
                          .estimator = "exact on the batch",
                          .minimum = 0.0,
                          .meaning = "pixels whose probability is 0 or 1 to float precision",
                          .confused_with = "pixels that are always black",
                          .reference = "Kingma & Welling 2013, appendix C.1"},
                         {.name = "pixels/grey",
                          .symbol = "#{0 < x < 1}",
                          .latex = "\\#\\{i:0<x_i<1\\}",
                          .unit = "pixels",
                          .sign = "+",
                          .reduction = "count over pixels, mean over the batch",
                          .estimator = "exact on the batch",
                          .minimum = 0.0,
                          .meaning = "pixels that are not binary; above 0 the reconstruction is a "
                                     "cross entropy and the ELBO no bound on a likelihood",
                          .reference = "Loaiza-Ganem & Cunningham 2019, section 3"}},
               .identities = {probability_bound()}},
      .create = [](const Parameters&, std::int64_t) { return std::make_shared<Bernoulli>(); }};
}

}  // namespace elbow::components::likelihoods_bernoulli
