#include "objectives/vae_specs.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "objectives/identities.h"
#include "objectives/join.h"
#include "objectives/probe_identities.h"
#include "objectives/truth_identities.h"

namespace elbow {
namespace {

constexpr char kMeanOverBatch[] = "mean over the batch";
constexpr char kSumOverLatents[] = "sum over latent dimensions, mean over the batch";
constexpr char kOneSample[] = "Monte Carlo, one sample of z per datum";

/// V2: Σ_j kl/dim/j = elbo/kl.
IdentitySpec sum_over_dimensions() {
  return {.id = "V2",
          .kind = IdentityKind::exact,
          .statement = "Σⱼ kl/dim/j = elbo/kl",
          .sides = [](const Values& values) -> std::optional<Sides> {
            const std::string prefix = "kl/dim/";
            auto it = values.all().lower_bound(prefix);
            if (!values.contains("elbo/kl") || it == values.all().end() ||
                it->first.compare(0, prefix.size(), prefix) != 0)
              return std::nullopt;
            Sides sides;
            for (; it != values.all().end() && it->first.compare(0, prefix.size(), prefix) == 0;
                 ++it)
              sides.lhs += it->second.mean;
            sides.rhs = values["elbo/kl"];
            sides.scale = magnitude(values.at("elbo/kl"));
            return sides;
          }};
}

/// The density formula divides z − mu by s: float32 leaves an error of order |mu| / s in it.
double density_scale(const Values& values) {
  const double mu = std::max(std::abs(values["mu/min"]), std::abs(values["mu/max"]));
  return std::max(
      {1.0, mu * std::exp(-0.5 * values["log_var/min"]), magnitude(values.at("log_q/density"))});
}

bool has_densities(const Values& values) {
  for (const char* key : {"log_q/density", "log_q/noise", "mu/min", "mu/max", "log_var/min"})
    if (!values.contains(key)) return false;
  return true;
}

/// V4: ln q(z|x) by the density formula = the same from the noise that made z.
IdentitySpec density_of_noise() {
  return {.id = "V4",
          .kind = IdentityKind::exact,
          .statement = "ln q(z|x) = −½ Σⱼ (εⱼ² + ln 2π + ln sⱼ²)",
          .sides = [](const Values& values) -> std::optional<Sides> {
            if (!has_densities(values)) return std::nullopt;
            return Sides{.lhs = values["log_q/density"],
                         .rhs = values["log_q/noise"],
                         .se = 0.0,
                         .scale = density_scale(values)};
          }};
}

/// V3: ln w by densities = reconstruction − Monte Carlo KL by noise, on the same z.
IdentitySpec weight_decomposition() {
  return {.id = "V3",
          .kind = IdentityKind::exact,
          .statement = "E ln w = elbo/reconstruction − elbo/kl_mc on the same z",
          .sides = [](const Values& values) -> std::optional<Sides> {
            for (const char* key : {"log_w", "elbo/reconstruction", "elbo/kl_mc"})
              if (!values.contains(key)) return std::nullopt;
            if (!has_densities(values)) return std::nullopt;
            return Sides{.lhs = values["log_w"],
                         .rhs = values["elbo/reconstruction"] - values["elbo/kl_mc"],
                         .se = 0.0,
                         .scale = std::max(density_scale(values),
                                           magnitude(values.at("elbo/reconstruction")))};
          }};
}

}  // namespace

std::vector<TermSpec> vae_term_specs() {
  return {
      {.name = "loss",
       .symbol = "L",
       .latex = "L",
       .unit = "nats",
       .sign = "±",
       .reduction = "sum over pixels and latent dimensions, mean over the batch",
       .estimator = kOneSample,
       .meaning = "the number that is minimised",
       .confused_with = "−ELBO: equal only where the KL has weight 1",
       .reference = "Kingma & Welling 2013, section 2"},
      {.name = "elbo",
       .symbol = "ELBO",
       .latex = "\\mathcal{L}(\\theta,\\phi;x)",
       .unit = "nats",
       .sign = "±",
       .reduction = "sum over pixels and latent dimensions, mean over the batch",
       .estimator = "closed-form KL, reconstruction by one sample of z per datum",
       .meaning = "lower bound on ln p(x), always with KL weight 1; higher is better",
       .confused_with = "the loss with its sign flipped, which may weight the KL differently; the "
                        "value at z = μ, which is no bound",
       .reference = "Kingma & Welling 2013, equation 7"},
      {.name = "elbo/reconstruction",
       .symbol = "E_q ln p(x|z)",
       .latex = "\\mathbb{E}_{q_\\phi(z\\mid x)}[\\ln p_\\theta(x\\mid z)]",
       .unit = "nats",
       .sign = "±",
       .reduction = "sum over pixels, mean over the batch",
       .estimator = kOneSample,
       .meaning = "how well the decoder explains the image from its code; higher is better",
       .confused_with = "reconstruction error, its negative up to a constant; a mean over pixels",
       .reference = "Kingma & Welling 2013, equation 7"},
      {.name = "elbo/kl",
       .symbol = "KL(q(z|x)‖p(z))",
       .latex = "\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))",
       .unit = "nats",
       .sign = "+",
       .reduction = kSumOverLatents,
       .estimator = "closed form",
       .minimum = 0.0,
       .meaning = "nats that the code of an image carries beyond the prior; 0 means collapse",
       .confused_with = "KL weighted by β; KL averaged over latent dimensions",
       .reference = "Kingma & Welling 2013, appendix B"},
      {.name = "kl/dim/*",
       .symbol = "KLⱼ",
       .latex = "\\mathrm{KL}(q_\\phi(z_j\\mid x)\\,\\|\\,p(z_j))",
       .unit = "nats",
       .sign = "+",
       .reduction = kMeanOverBatch,
       .estimator = "closed form",
       .minimum = 0.0,
       .meaning = "nats that one latent dimension carries; near 0: the dimension is unused",
       .confused_with = "marginal KL of the aggregate posterior of that dimension",
       .reference = "Kingma & Welling 2013, appendix B"},
      {.name = "elbo/kl_mc",
       .symbol = "ln q(z|x) − ln p(z)",
       .latex = "\\ln q_\\phi(z\\mid x)-\\ln p(z),\\ z\\sim q_\\phi(z\\mid x)",
       .unit = "nats",
       .sign = "±",
       .reduction = kSumOverLatents,
       .estimator = kOneSample,
       .meaning = "the KL again, from the sampled z: agrees with the closed form on average",
       .confused_with = "the closed-form KL, which is never negative",
       .reference = "Kingma & Welling 2013, equation 6"},
      {.name = "elbo/kl_mc/difference",
       .symbol = "KL_MC − KL",
       .latex = "\\ln\\frac{q_\\phi(z\\mid x)}{p(z)}-\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))",
       .unit = "nats",
       .sign = "±",
       .reduction = kSumOverLatents,
       .estimator = kOneSample,
       .equilibrium = 0.0,
       .meaning = "error of the Monte Carlo KL against the closed form, paired; zero on average",
       .reference = "Kingma & Welling 2013, equations 6 and 7"},
      {.name = "log_q/density",
       .symbol = "ln q(z|x)",
       .latex = "\\ln\\mathcal{N}(z;\\mu,\\mathrm{diag}\\,s^2)",
       .unit = "nats",
       .sign = "±",
       .reduction = kSumOverLatents,
       .estimator = "density formula at the sampled z",
       .meaning = "log-density of the sampled code under its own posterior",
       .confused_with = "ln p(z), the density of the code under the prior",
       .reference = "Kingma & Welling 2013, appendix C.2"},
      {.name = "log_q/noise",
       .symbol = "−½ Σⱼ (εⱼ² + ln 2π + ln sⱼ²)",
       .latex = "-\\tfrac12\\sum_j(\\epsilon_j^2+\\ln2\\pi+\\ln s_j^2)",
       .unit = "nats",
       .sign = "±",
       .reduction = kSumOverLatents,
       .estimator = "from the noise that made z",
       .meaning = "the same log-density without z: equal to log_q/density to rounding",
       .reference = "Kingma & Welling 2013, section 2.4"},
      {.name = "log_w",
       .symbol = "ln w",
       .latex = "\\ln\\frac{p_\\theta(x,z)}{q_\\phi(z\\mid x)}",
       .unit = "nats",
       .sign = "±",
       .reduction = "sum over pixels and latent dimensions, mean over the batch",
       .estimator = kOneSample,
       .meaning = "log importance weight; its mean is the ELBO with a sampled KL",
       .confused_with = "the importance-weighted bound ln mean w, which is higher",
       .reference = "Burda et al. 2016, equation 8"},
      {.name = "active_units",
       .symbol = "A",
       .latex = "\\#\\{j:\\mathrm{Var}_x\\,\\mu_j(x)>0.01\\}",
       .unit = "dimensions",
       .sign = "+",
       .reduction = "count over latent dimensions, variance over the batch",
       .estimator = "variance of μ over this batch, not over the data set",
       .minimum = 0.0,
       .meaning = "latent dimensions that react to the image",
       .confused_with = "the variance of z, which is near 1 for an unused dimension",
       .reference = "Burda et al. 2016, section 5"},
      {.name = "mu/min",
       .symbol = "min μ",
       .latex = "\\min_{i,j}\\mu_{ij}",
       .unit = "1",
       .sign = "±",
       .reduction = "minimum over the batch and latent dimensions",
       .estimator = "exact on the batch",
       .meaning = "smallest posterior mean",
       .reference = "Kingma & Welling 2013, appendix C.2"},
      {.name = "mu/max",
       .symbol = "max μ",
       .latex = "\\max_{i,j}\\mu_{ij}",
       .unit = "1",
       .sign = "±",
       .reduction = "maximum over the batch and latent dimensions",
       .estimator = "exact on the batch",
       .meaning = "largest posterior mean; far beyond ±4 the prior never samples there",
       .reference = "Kingma & Welling 2013, appendix C.2"},
      {.name = "log_var/min",
       .symbol = "min ln s²",
       .latex = "\\min_{i,j}\\ln s_{ij}^2",
       .unit = "nats",
       .sign = "±",
       .reduction = "minimum over the batch and latent dimensions",
       .estimator = "exact on the batch",
       .meaning = "sharpest posterior; very negative values make codes deterministic",
       .confused_with = "a log standard deviation, half of it",
       .reference = "Kingma & Welling 2013, appendix C.2"},
      {.name = "log_var/max",
       .symbol = "max ln s²",
       .latex = "\\max_{i,j}\\ln s_{ij}^2",
       .unit = "nats",
       .sign = "±",
       .reduction = "maximum over the batch and latent dimensions",
       .estimator = "exact on the batch",
       .meaning = "widest posterior; above 0 it is wider than the prior",
       .confused_with = "a log standard deviation, half of it",
       .reference = "Kingma & Welling 2013, appendix C.2"},
  };
}

std::vector<EquationPart> vae_equation_parts(std::vector<EquationPart> weight) {
  const EquationPart loss{.latex = "L", .term = "loss"};
  const EquationPart reconstruction{
      .latex = "\\mathbb{E}_{q_\\phi(z\\mid x)}[\\ln p_\\theta(x\\mid z)]",
      .term = "elbo/reconstruction"};
  const EquationPart kl{.latex = "\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))", .term = "elbo/kl"};
  return join(std::vector<EquationPart>{loss, reconstruction}, weight,
              std::vector<EquationPart>{kl});
}

std::vector<IdentitySpec> vae_identities() {
  const std::vector<IdentitySpec> all = {
      closure("V1", "model", "loss"),
      gradient_closure("G8", "model"),
      equality("ELBO", "elbo = elbo/reconstruction − elbo/kl", {{{"elbo", 1.0}}},
               {{{"elbo/reconstruction", 1.0}, {"elbo/kl", -1.0}}}),
      sum_over_dimensions(),
      weight_decomposition(),
      density_of_noise(),
      zero_mean("V53", "E[ln q(z|x) − ln p(z)] = KL in closed form", "elbo/kl_mc", "elbo/kl",
                "elbo/kl_mc/difference"),
  };
  return join(all, latent_probe_identities(), known_evidence_identities(),
              known_samples_identities(), sample_distance_identities());
}

IdentitySpec loss_against_elbo(std::string beta_key) {
  return {.id = "V12",
          .kind = IdentityKind::exact,
          .statement = beta_key.empty() ? "loss − (−elbo) = 0" : "loss − (−elbo) = (β − 1) elbo/kl",
          .sides = [beta_key = std::move(beta_key)](const Values& values) -> std::optional<Sides> {
            for (const char* key : {"loss", "elbo", "elbo/kl"})
              if (!values.contains(key)) return std::nullopt;
            if (!beta_key.empty() && !values.contains(beta_key)) return std::nullopt;
            const double beta = beta_key.empty() ? 1.0 : values[beta_key];
            return Sides{.lhs = values["loss"] + values["elbo"],
                         .rhs = (beta - 1.0) * values["elbo/kl"],
                         .se = 0.0,
                         .scale = std::max(magnitude(values.at("elbo")),
                                           beta * magnitude(values.at("elbo/kl")))};
          }};
}

}  // namespace elbow
