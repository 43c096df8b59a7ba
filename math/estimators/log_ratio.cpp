#include "math/estimators/log_ratio.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"

namespace elbow {
namespace {

void require_ratios(std::span<const double> r, const char* what) {
  if (r.empty()) throw Error(std::string(what) + " needs log-ratios at one sample at least.");
  if (std::any_of(r.begin(), r.end(), [](double v) { return std::isnan(v); })) {
    throw Error(std::string(what) + " got a log-ratio that is NaN.");
  }
}

Estimate mean_of(std::span<const double> log_ratio, const char* what,
                 const std::function<double(double)>& f) {
  require_ratios(log_ratio, what);
  if (std::any_of(log_ratio.begin(), log_ratio.end(), [](double v) { return v == kInfinity; })) {
    throw Error(std::string(what) + " got ln p/q = +inf: q must be positive at its own samples.");
  }
  std::vector<double> values(log_ratio.size());
  std::transform(log_ratio.begin(), log_ratio.end(), values.begin(), f);
  return mean_estimate(values);
}

// `range`: by how much f may differ between two points.
Estimate mixture_mean(std::span<const double> at_p, std::span<const double> at_q, double offset,
                      double range, const std::function<double(double)>& f) {
  const auto part = [&f](std::span<const double> r) {
    std::vector<double> values(r.size());
    std::transform(r.begin(), r.end(), values.begin(), f);
    return mean_estimate(values);
  };
  const Estimate p = part(at_p), q = part(at_q);
  Estimate result{.value = offset + 0.5 * (p.value + q.value), .bias = Bias::none};
  const auto no_ratio = [](double r) { return r == 0.0; };
  const bool equal = std::all_of(at_p.begin(), at_p.end(), no_ratio) &&
                     std::all_of(at_q.begin(), at_q.end(), no_ratio);
  if (p.se && q.se) {
    result.se = 0.5 * std::hypot(*p.se, *q.se);
    // What one event a sample would add that none of them shows.
    if (!equal) {
      result.se = std::hypot(*result.se, 0.5 * range / static_cast<double>(at_p.size()),
                             0.5 * range / static_cast<double>(at_q.size()));
    }
  } else {
    result.note = "one sample: no standard error";
  }
  return result;
}

}  // namespace

Estimate kl_k1(std::span<const double> log_ratio) {
  return mean_of(log_ratio, "k1", [](double l) { return -l; });
}

Estimate kl_k2(std::span<const double> log_ratio) {
  Estimate result = mean_of(log_ratio, "k2", [](double l) { return 0.5 * l * l; });
  result.bias = Bias::unknown;
  return result;
}

Estimate kl_k3(std::span<const double> log_ratio) { return mean_of(log_ratio, "k3", expm1_minus); }

MixtureDivergences mixture_divergences(std::span<const double> at_p, std::span<const double> at_q) {
  require_ratios(at_p, "A divergence under the mixture");
  require_ratios(at_q, "A divergence under the mixture");
  const auto tanh_half = [](double r) { return std::tanh(0.5 * r); };
  return {.jensen_shannon =
              mixture_mean(at_p, at_q, kLn2, kLn2, [](double r) { return -binary_entropy(r); }),
          .total_variation =
              mixture_mean(at_p, at_q, 0.0, 1.0, [&](double r) { return std::fabs(tanh_half(r)); }),
          .le_cam = mixture_mean(at_p, at_q, 0.0, 2.0,
                                 [&](double r) { return 2.0 * std::pow(tanh_half(r), 2); }),
          .squared_hellinger = mixture_mean(at_p, at_q, 1.0, 1.0,
                                            [](double r) { return -1.0 / std::cosh(0.5 * r); })};
}

namespace estimators::log_ratio {

std::vector<EstimatorSpec> specs() {
  const std::string schulman = "Schulman 2020, Approximating KL divergence";
  const std::string se = "sd over the samples / sqrt(n)";
  const std::string mixture_se =
      "sd within the samples of P and of Q, and an event of 1/n that none shows";
  const std::string mixture_note = "an average of a bounded function of the known ratio";
  return {
      {.name = "k1",
       .quantity = "kl",
       .summary = "Mean of minus the log-ratio at samples of the first density",
       .equation = R"(-\frac1n\sum_i\ln\frac{p(x_i)}{q(x_i)},\quad x_i\sim q)",
       .unicode = "KL(q‖p) ≈ −mean ln p/q, x ~ q",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = "single samples may be negative",
       .standard_error = se,
       .cost = "O(n)",
       .reference = schulman},
      {.name = "k2",
       .quantity = "kl",
       .summary = "Half the mean squared log-ratio",
       .equation = R"(\frac1{2n}\sum_i\Big(\ln\frac{p(x_i)}{q(x_i)}\Big)^2,\quad x_i\sim q)",
       .unicode = "KL(q‖p) ≈ mean ½(ln p/q)², x ~ q",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "equals the KL to second order in p − q only; does not shrink with n",
       .standard_error = se,
       .cost = "O(n)",
       .confused_with = "the KL itself: at a shift of one standard deviation it is .625, not .5",
       .reference = schulman},
      {.name = "k3",
       .quantity = "kl",
       .summary = "k1 with the control variate p/q − 1: no negative sample",
       .equation =
           R"(\frac1n\sum_i\Big(\rho_i-1-\ln\rho_i\Big),\quad \rho_i=\frac{p(x_i)}{q(x_i)},\ x_i\sim q)",
       .unicode = "KL(q‖p) ≈ mean (ρ − 1 − ln ρ), ρ = p/q, x ~ q",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::none,
       .bias_note = "unbiased where q covers the support of p, else low by the mass of p outside",
       .standard_error = se + "; none where E_q ρ² = ∞ or the tail of ρ leaves it in doubt",
       .cost = "O(n)",
       .reference = schulman},
      {.name = "jensen_shannon_known_ratio",
       .quantity = "jensen_shannon",
       .summary = "Jensen-Shannon divergence from a known log-ratio at samples of both",
       .equation = R"(\ln2-\mathbb E_M H_b(\sigma(r)),\quad M=\tfrac12(P+Q),\ r=\ln\frac pq)",
       .unicode = "JS = ln 2 − E_M H_b(σ(r))",
       .unit = "nats",
       .minimum = 0.0,
       .maximum = kLn2,
       .bias = Bias::none,
       .bias_note = mixture_note,
       .standard_error = mixture_se,
       .cost = "O(n + m)",
       .confused_with = "the bound from a trained discriminator, whose r is itself an estimate",
       .reference = "Lin 1991"},
      {.name = "total_variation_known_ratio",
       .quantity = "total_variation",
       .summary = "Total variation from a known log-ratio at samples of both",
       .equation = R"(\mathbb E_M\Big|\tanh\frac r2\Big|)",
       .unicode = "TV = E_M |tanh(r/2)|",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::none,
       .bias_note = mixture_note,
       .standard_error = mixture_se,
       .cost = "O(n + m)",
       .reference = "Tsybakov 2009, section 2.4"},
      {.name = "le_cam_known_ratio",
       .quantity = "le_cam",
       .summary = "Triangular (Le Cam) divergence from a known log-ratio at samples of both",
       .equation = R"(2\,\mathbb E_M\tanh^2\frac r2)",
       .unicode = "Δ = 2 E_M tanh²(r/2)",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 2.0,
       .bias = Bias::none,
       .bias_note = mixture_note,
       .standard_error = mixture_se,
       .cost = "O(n + m)",
       .confused_with = "half or a quarter of it, both in use",
       .reference = "Topsoe 2000"},
      {.name = "squared_hellinger_known_ratio",
       .quantity = "squared_hellinger",
       .summary = "Squared Hellinger distance from a known log-ratio at samples of both",
       .equation = R"(1-\mathbb E_M\,\mathrm{sech}\frac r2)",
       .unicode = "H² = 1 − E_M sech(r/2)",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::none,
       .bias_note = mixture_note,
       .standard_error = mixture_se,
       .cost = "O(n + m)",
       .confused_with = "twice it: ∫(√p − √q)²",
       .reference = "Tsybakov 2009, section 2.4"}};
}

}  // namespace estimators::log_ratio
}  // namespace elbow
