#include "objectives/truth_identities.h"

#include <cmath>
#include <optional>
#include <utility>

namespace elbow {
namespace {

constexpr double kQuadrature = 1e-3;  // what one may be off: instrumentation/known_*.h
const std::string kOptimalLoss = "truth/loss/discriminator/optimal";

/// A value of the record against another; their difference has the standard error of `noise`.
IdentitySpec compared(IdentityKind kind, std::string id, std::string statement, std::string lhs,
                      std::string rhs, std::string noise) {
  return {.id = std::move(id),
          .kind = kind,
          .statement = std::move(statement),
          .sides = [=](const Values& values) -> std::optional<Sides> {
            for (const std::string& key : {lhs, rhs, noise})
              if (!values.contains(key)) return std::nullopt;
            return Sides{
                .lhs = values[lhs], .rhs = values[rhs], .se = values.at(noise).se, .scale = 1.0};
          }};
}

/// A share of samples against its expectation c, with the error of c: √(c (1 − c) / n).
IdentitySpec share(IdentityKind kind, std::string id, std::string statement, std::string key) {
  return {.id = std::move(id),
          .kind = kind,
          .statement = std::move(statement),
          .sides = [key = std::move(key)](const Values& values) -> std::optional<Sides> {
            if (!values.contains(key) || !values.contains("truth/within_3_sd")) return std::nullopt;
            const double c = values["truth/within_3_sd"];
            const auto n = static_cast<double>(values.at(key).count);
            return Sides{
                .lhs = values[key], .rhs = c, .se = std::sqrt(c * (1.0 - c) / n), .scale = 1.0};
          }};
}

/// 0 ≤ a difference; in expectation, with the standard error of `noise`, or as it is where that is
/// "".
IdentitySpec not_negative(const std::string& id, const std::string& statement,
                          const std::string& key, const std::string& noise, double tolerance) {
  return {.id = id,
          .kind = IdentityKind::bound,
          .statement = statement,
          .sides = [key, noise](const Values& values) -> std::optional<Sides> {
            if (!values.contains(key) || (!noise.empty() && !values.contains(noise)))
              return std::nullopt;
            const double se = noise.empty() ? 0.0 : values.at(noise).se;
            return Sides{.lhs = 0.0, .rhs = values[key], .se = se, .scale = 1.0};
          },
          .tolerance = tolerance};
}

/// KL(data ‖ model) is 0 at the optimum. A mean over a few points says little of a divergence whose
/// summands are as skewed as these: a weak mode may have none of them. Hence a meter.
IdentitySpec data_kl() {
  return {.id = "V25.data",
          .kind = IdentityKind::optimum,
          .statement = "E ln p(x) of the model = that of the data, at the optimum",
          .sides = [](const Values& values) -> std::optional<Sides> {
            if (!values.contains("truth/data_kl")) return std::nullopt;
            return Sides{.lhs = values["truth/data_kl"],
                         .rhs = 0.0,
                         .se = values.at("truth/data_kl").se,
                         .scale = 1.0};
          }};
}

IdentitySpec at_most(const std::string& id, const std::string& statement, const std::string& lhs,
                     const std::string& rhs) {
  IdentitySpec identity = equality(id, statement, {.terms = {{lhs, 1.0}}}, {.terms = {{rhs, 1.0}}});
  identity.kind = IdentityKind::bound;
  return identity;
}

}  // namespace

std::vector<IdentitySpec> known_samples_identities() {
  return {
      at_most("G76", "ln(modes / modes that occur) ≤ KL(histogram ‖ uniform)",
              "probe/mode_kl/least", "probe/mode_kl"),
      at_most("G76.modes", "modes that occur ≤ modes of the data", "probe/modes", "truth/modes"),
      share(IdentityKind::optimum, "G77", "samples within 3 sd of a mode = 1 − exp(−9/2), at p = q",
            "probe/within_3_sd"),
      share(IdentityKind::statistical, "G77.data",
            "held-out data within 3 sd of a mode = 1 − exp(−9/2)", "probe/within_3_sd/data"),
      compared(IdentityKind::statistical, "G80",
               "mean ln p(x) of held-out data = ∫ p ln p by quadrature", "probe/log_density/data",
               "truth/log_density", "probe/log_density/data")};
}

std::vector<IdentitySpec> known_critic_identities() {
  IdentitySpec least = at_most("G32", "L_D of the optimal critic ≤ L_D of this one, by quadrature",
                               kOptimalLoss, "truth/loss/discriminator");
  least.tolerance = kTruthTolerance;  // the optimum, and both parts of the live loss
  return {least, compared(IdentityKind::statistical, "G80.loss",
                          "real part of L_D on held-out data = its expectation by quadrature",
                          "probe/loss/discriminator/real", "truth/loss/discriminator/real",
                          "probe/loss/discriminator/real")};
}

std::vector<IdentitySpec> sample_distance_identities() {
  return {at_most("G46", "‖x̄ − ȳ‖ ≤ W₁ on the same points", "epoch/mean_distance",
                  "epoch/wasserstein1")};
}

IdentitySpec loss_at_optimum(std::string id, std::string statement, Sum divergence) {
  IdentitySpec identity = equality(std::move(id), std::move(statement),
                                   {.terms = {{kOptimalLoss, 1.0}}}, std::move(divergence));
  identity.tolerance = kTruthTolerance;
  return identity;
}

std::vector<IdentitySpec> known_evidence_identities() {
  IdentitySpec gap = zero_mean("V26", "ln p(x) − elbo = KL(q(z|x) ‖ p(z|x)) by quadrature",
                               "truth/gap/elbo", "truth/posterior_kl", "truth/gap/difference");
  gap.tolerance = kTruthTolerance;
  return {not_negative("V25.elbo", "elbo ≤ ln p(x) by quadrature, in expectation", "truth/gap/elbo",
                       "truth/gap/difference", kTruthTolerance),
          not_negative("V25.iwae", "L₈ ≤ ln p(x) by quadrature, in expectation", "truth/gap/iwae8",
                       "truth/gap/iwae8", kQuadrature),
          data_kl(),
          not_negative("V26.sign", "KL(q(z|x) ‖ p(z|x)) ≥ 0 of each image, by quadrature",
                       "truth/posterior_kl/min", "", kTruthTolerance),
          gap};
}

}  // namespace elbow
