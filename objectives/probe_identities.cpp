#include "objectives/probe_identities.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "objectives/identities.h"

namespace elbow {
namespace {

constexpr double kSamples = 8.0;  // K
const std::string kWeights = "probe/iwae8";
const std::string kAggregate = "probe/aggregate/";

/// lhs <= rhs on every set of weights, hence between their means.
IdentitySpec at_most(const std::string& id, const std::string& statement, const Sum& lhs,
                     const Sum& rhs) {
  IdentitySpec identity = equality(id, statement, lhs, rhs);
  identity.kind = IdentityKind::bound;
  return identity;
}

Sum weight(const std::string& name) { return {.terms = {{kWeights + "/" + name, 1.0}}}; }

Sum number(double value) { return {.terms = {}, .constant = value}; }

/// V58: holds in expectation, on average over batches.
IdentitySpec sandwich() {
  return {.id = "V58",
          .kind = IdentityKind::bound,
          .statement = "E[I_batch] ≤ E[I_leave-one-out]",
          .sides = [](const Values& values) -> std::optional<Sides> {
            const std::string information = kAggregate + "mutual_information/";
            if (!values.contains(information + "excess")) return std::nullopt;
            return Sides{.lhs = values[information + "batch"],
                         .rhs = values[information + "leave_one_out"],
                         .se = values.at(information + "excess").se,
                         .scale = magnitude(values.at(information + "leave_one_out"))};
          }};
}

}  // namespace

std::vector<IdentitySpec> latent_probe_identities() {
  const Sum bound{.terms = {{kWeights, 1.0}}};
  const double log_k = std::log(kSamples);
  Sum spread = bound;
  spread.terms.emplace_back(kWeights + "/entropy", -1.0);
  spread.constant = log_k;
  Sum lowest = weight("largest");
  lowest.constant = -log_k;
  return {
      at_most("V15.elbo", "E ln w ≤ VR_½", weight("elbo"), weight("renyi_half")),
      at_most("V15.half", "VR_½ ≤ L₈", weight("renyi_half"), bound),
      at_most("V15.iwae", "L₈ ≤ VR₋₁", bound, weight("renyi_minus_one")),
      at_most("V15.minus_one", "VR₋₁ ≤ max ln w", weight("renyi_minus_one"), weight("largest")),
      at_most("V16", "max ln w − ln 8 ≤ L₈", lowest, bound),
      at_most("V17", "mean L₇ without one weight ≤ L₈", weight("leave_one_out"), bound),
      equality("V18", "Σ w̃ ln w = L₈ + ln 8 − H(w̃)", weight("surrogate"), spread),
      at_most("V19.least", "1 ≤ ESS", number(1.0), weight("effective_sample_size")),
      at_most("V19.ess", "ESS ≤ exp H(w̃)", weight("effective_sample_size"), weight("perplexity")),
      at_most("V19.most", "exp H(w̃) ≤ 8", weight("perplexity"), number(kSamples)),
      equality("V54", "I_q + TC + DW = Monte Carlo KL at the same codes",
               {.terms = {{kAggregate + "mutual_information/symmetric_mss", 1.0},
                          {kAggregate + "total_correlation", 1.0},
                          {kAggregate + "dimension_wise_kl", 1.0}}},
               {.terms = {{kAggregate + "kl", 1.0}}}),
      at_most("V57", "I_batch ≤ ln B for every code",
              {.terms = {{kAggregate + "mutual_information/max", 1.0}}},
              {.terms = {{kAggregate + "log_batch", 1.0}}}),
      sandwich(),
  };
}

}  // namespace elbow
