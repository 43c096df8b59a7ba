#include "math/estimators/annealed_importance.h"

#include "math/estimators/importance.h"

namespace elbow {
namespace {

constexpr double kFewestChains = 0.05;  // effective, of all: below, the weights say no error

}  // namespace

Estimate annealed_lower_bound(std::span<const double> log_w) {
  Estimate estimate = iwae(log_w);
  if (!estimate.se) return estimate;
  if (effective_sample_size(log_w) < kFewestChains * static_cast<double>(log_w.size())) {
    estimate.se.reset();
    estimate.note = "no standard error: a few chains carry all the weight";
  }
  return estimate;
}

Estimate annealed_upper_bound(std::span<const double> log_w) {
  Estimate estimate = annealed_lower_bound(log_w);
  estimate.value = -estimate.value;
  estimate.bias = Bias::upper;
  return estimate;
}

namespace estimators::annealed_importance {

std::vector<EstimatorSpec> specs() {
  return {{.name = "ais",
           .quantity = "log_likelihood",
           .summary = "annealed importance sampling from the encoder's posterior with HMC",
           .equation = "\\ln\\frac1C\\sum_c\\prod_t\\frac{f_{\\beta_t}(z_{t-1})}{f_{\\beta_{t-1}}"
                       "(z_{t-1})},\\quad f_\\beta=q^{1-\\beta}p(x,\\cdot)^\\beta",
           .unicode = "ln (1/C) Σ_c Πₜ f_βₜ(zₜ₋₁) / f_βₜ₋₁(zₜ₋₁),  f_β = q^(1−β) p(x,·)^β",
           .unit = "nats",
           .bias = Bias::lower,
           .bias_note = "rises towards ln p with the number of temperatures; steps are tuned in "
                        "pilots and frozen, or the bound would be void",
           .standard_error = "delta method over chains; between images over a data set",
           .cost = "T L decoder gradients a chain",
           .confused_with = "L_K with as many decoder passes",
           .reference = "Neal 2001; Wu et al. 2017"},
          {.name = "bdmc",
           .quantity = "log_likelihood",
           .summary = "reverse annealing from exact posterior samples, on simulated images",
           .equation = "-\\ln\\frac1C\\sum_ce^{\\ln w_c^{\\mathrm{reverse}}}",
           .unicode = "−ln (1/C) Σ_c w_c of the reverse chains",
           .unit = "nats",
           .bias = Bias::upper,
           .bias_note = "with `ais` on the same images it encloses ln p: the gap bounds the error "
                        "of both. For real images the gap is evidence, not a bound",
           .standard_error = "delta method over chains; between images over a data set",
           .cost = "T L decoder gradients a chain",
           .confused_with = "ln mean (1/w), which is looser",
           .reference = "Grosse, Ghahramani & Adams 2015"}};
}

}  // namespace estimators::annealed_importance
}  // namespace elbow
