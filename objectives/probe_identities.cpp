#include "objectives/probe_identities.h"

#include <algorithm>
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

/// V54.least and V54.most. B of N images: the symmetric weights are B/N of the uniform ones and
/// 1 − B/N of those that leave the image out, and no more than B (N − 1) / (N (B − 1)) times the
/// uniform ones. ln is concave and grows, so both hold for every code. The sum V54 telescopes and
/// sees no weight; these do.
std::vector<IdentitySpec> weighted(const Tier& tier) {
  const std::string information = tier.aggregate() + "mutual_information/";
  const auto spec = [&](const std::string& id, const std::string& statement, auto pair) {
    return IdentitySpec{
        .id = id + tier.suffix,
        .kind = IdentityKind::bound,
        .statement = statement,
        .sides = [=, aggregate = tier.aggregate()](const Values& v) -> std::optional<Sides> {
          if (!v.contains(information + "symmetric_mss") || !v.contains(information + "batch"))
            return std::nullopt;
          const double b = std::exp(v[aggregate + "log_batch"]),
                       n = std::exp(v[aggregate + "log_images"]);
          Sides sides = pair(v[information + "batch"], v[information + "symmetric_mss"],
                             v[information + "leave_one_out"], b, n);
          sides.scale = std::max({magnitude(v.at(information + "batch")),
                                  magnitude(v.at(information + "symmetric_mss")),
                                  b < n ? magnitude(v.at(information + "leave_one_out")) : 0.0});
          return sides;
        }};
  };
  return {spec("V54.least", "I_batch − ln B(N − 1)/(N(B − 1)) ≤ I_q",
               [](double batch, double all, double /*others*/, double b, double n) {
                 return Sides{.lhs = batch - std::log(b * (n - 1.0) / (n * (b - 1.0))), .rhs = all};
               }),
          spec("V54.most", "I_q ≤ B/N I_batch + (1 − B/N) I_leave-one-out",
               [](double batch, double all, double others, double b, double n) {
                 const double share = std::min(b / n, 1.0);
                 return Sides{.lhs = all,
                              .rhs = share * batch + (share < 1.0 ? (1.0 - share) * others : 0.0)};
               })};
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
  std::vector<IdentitySpec> identities = {
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
  return join(identities, weighted(tier));
}

}  // namespace

std::vector<IdentitySpec> latent_probe_identities() {
  return join(of_tier({"probe", 8, "", "L₈"}), of_tier({"epoch", 64, ".epoch", "L₆₄"}));
}

}  // namespace elbow
