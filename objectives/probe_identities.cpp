#include "objectives/probe_identities.h"

#include <cmath>
#include <optional>
#include <string>

#include "objectives/identities.h"
#include "objectives/join.h"

namespace elbow {
namespace {

/// A tier of probes: what its names start with, K, what is added to the ids, and the symbol of its
/// bound.
struct Tier {
  std::string name;
  int samples;
  std::string suffix, bound;
  std::string weights() const { return name + "/iwae" + std::to_string(samples); }
  std::string aggregate() const { return name + "/aggregate/"; }
};

/// lhs <= rhs on every set of weights, hence between their means.
IdentitySpec at_most(const std::string& id, const std::string& statement, const Sum& lhs,
                     const Sum& rhs) {
  IdentitySpec identity = equality(id, statement, lhs, rhs);
  identity.kind = IdentityKind::bound;
  return identity;
}

Sum number(double value) { return {.terms = {}, .constant = value}; }

/// V58: holds in expectation, on average over batches.
IdentitySpec sandwich(const Tier& tier) {
  return {.id = "V58" + tier.suffix,
          .kind = IdentityKind::bound,
          .statement = "E[I_batch] ≤ E[I_leave-one-out]",
          .sides = [information = tier.aggregate() + "mutual_information/"](
                       const Values& values) -> std::optional<Sides> {
            if (!values.contains(information + "excess")) return std::nullopt;
            return Sides{.lhs = values[information + "batch"],
                         .rhs = values[information + "leave_one_out"],
                         .se = values.at(information + "excess").se,
                         .scale = magnitude(values.at(information + "leave_one_out"))};
          }};
}

std::vector<IdentitySpec> of_tier(const Tier& tier) {
  const std::string k = std::to_string(tier.samples), suffix = tier.suffix;
  const std::string aggregate = tier.aggregate(), bound_name = tier.bound;
  const auto weight = [&](const std::string& name) -> Sum {
    return {.terms = {{tier.weights() + "/" + name, 1.0}}};
  };
  const Sum bound{.terms = {{tier.weights(), 1.0}}};
  const double log_k = std::log(static_cast<double>(tier.samples));
  Sum spread = bound;
  spread.terms.emplace_back(tier.weights() + "/entropy", -1.0);
  spread.constant = log_k;
  Sum lowest = weight("largest");
  lowest.constant = -log_k;
  return {
      at_most("V15.elbo" + suffix, "E ln w ≤ VR_½", weight("elbo"), weight("renyi_half")),
      at_most("V15.half" + suffix, "VR_½ ≤ " + bound_name, weight("renyi_half"), bound),
      at_most("V15.iwae" + suffix, bound_name + " ≤ VR₋₁", bound, weight("renyi_minus_one")),
      at_most("V15.minus_one" + suffix, "VR₋₁ ≤ max ln w", weight("renyi_minus_one"),
              weight("largest")),
      at_most("V16" + suffix, "max ln w − ln " + k + " ≤ " + bound_name, lowest, bound),
      at_most("V17" + suffix, "mean bound without one weight ≤ " + bound_name,
              weight("leave_one_out"), bound),
      equality("V18" + suffix, "Σ w̃ ln w = " + bound_name + " + ln " + k + " − H(w̃)",
               weight("surrogate"), spread),
      at_most("V19.least" + suffix, "1 ≤ ESS", number(1.0), weight("effective_sample_size")),
      at_most("V19.ess" + suffix, "ESS ≤ exp H(w̃)", weight("effective_sample_size"),
              weight("perplexity")),
      at_most("V19.most" + suffix, "exp H(w̃) ≤ " + k, weight("perplexity"),
              number(static_cast<double>(tier.samples))),
      equality("V54" + suffix, "I_q + TC + DW = Monte Carlo KL at the same codes",
               {.terms = {{aggregate + "mutual_information/symmetric_mss", 1.0},
                          {aggregate + "total_correlation", 1.0},
                          {aggregate + "dimension_wise_kl", 1.0}}},
               {.terms = {{aggregate + "kl", 1.0}}}),
      at_most("V57" + suffix, "I_batch ≤ ln B for every code",
              {.terms = {{aggregate + "mutual_information/max", 1.0}}},
              {.terms = {{aggregate + "log_batch", 1.0}}}),
      sandwich(tier),
  };
}

}  // namespace

std::vector<IdentitySpec> latent_probe_identities() {
  return join(of_tier({"probe", 8, "", "L₈"}), of_tier({"epoch", 64, ".epoch", "L₆₄"}));
}

}  // namespace elbow
