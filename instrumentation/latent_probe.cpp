#include "instrumentation/latent_probe.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "core/error.h"
#include "instrumentation/importance_evaluation.h"
#include "instrumentation/sample_moments.h"
#include "math/estimators/aggregate_posterior.h"
#include "math/estimators/importance.h"
#include "math/threefry.h"

namespace elbow {
namespace {

using Samples = std::map<std::string, std::vector<double>>;

std::string iwae_name(const LatentProbeSize& size) { return "iwae" + std::to_string(size.samples); }

/// What one image's weights say.
void add_weights(LogWeights w, const std::string& iwae, Samples& samples) {
  const auto put = [&](const char* name, double value) {
    samples[iwae + "/" + name].push_back(value);
  };
  const double bound = iwae_value(w), elbo = renyi_bound(w, 1.0);
  samples[iwae].push_back(bound);
  put("elbo", elbo);
  put("gain", bound - elbo);
  put("renyi_half", renyi_bound(w, 0.5));
  put("renyi_minus_one", renyi_bound(w, -1.0));
  put("largest", *std::max_element(w.begin(), w.end()));
  put("leave_one_out", leave_one_out_iwae(w));
  put("surrogate", surrogate(w));
  put("entropy", weight_entropy(w));
  put("perplexity", perplexity(w));
  put("effective_sample_size", effective_sample_size(w));
}

void importance(const LatentModel& model, const EncodedImages& images,
                const LatentProbeOptions& options, Samples& samples) {
  const EncodedImages part = images.part(0, std::min(images.size(), options.size.images));
  const auto log_w = image_log_weights(model, part, options.size.samples, options.seed);
  const auto k = static_cast<std::size_t>(options.size.samples);
  for (std::size_t i = 0; i < log_w.size(); i += k)
    add_weights({log_w.data() + i, k}, iwae_name(options.size), samples);
}

/// Per code: I^ = ln q(z|x) − ln q^(z), TC^ = ln q^(z) − Σ ln q^_l(z_l), DW^ = Σ ln q^_l(z_l) − ln
/// p(z).
void add_aggregate(const AggregateDensities& densities, const std::string& form, bool all,
                   Samples& samples) {
  for (std::size_t i = 0; i < densities.own.size(); ++i) {
    const double* row = densities.marginal.row(static_cast<std::int64_t>(i));
    const double product = std::accumulate(row, row + densities.marginal.dim(), 0.0);
    samples["aggregate/mutual_information/" + form].push_back(densities.own[i] -
                                                              densities.joint[i]);
    if (!all) continue;
    samples["aggregate/total_correlation"].push_back(densities.joint[i] - product);
    samples["aggregate/dimension_wise_kl"].push_back(product - densities.prior[i]);
  }
}

void aggregate(const EncodedImages& images, const LatentProbeOptions& options, Values& values,
               Samples& samples) {
  const std::int64_t b = std::min(images.size(), options.size.batch);
  if (b < 2) return;
  const EncodedImages part = images.part(0, b);
  Points z(b, images.latent());
  std::vector<std::int64_t> own(static_cast<std::size_t>(b));
  std::iota(own.begin(), own.end(), std::int64_t{0});
  CounterStream stream(options.seed, 1);
  for (std::int64_t i = 0; i < b; ++i) {
    for (std::int64_t l = 0; l < z.dim(); ++l) {
      z.row(i)[l] = part.mean.row(i)[l] + std::exp(0.5 * part.log_var.row(i)[l]) * stream.normal();
    }
    samples["aggregate/kl"].push_back(-log_prior_over_posterior(z.row(i), part, i));
  }
  const std::int64_t n = std::max(b, options.dataset_size);
  for (const AggregateWeights weights : {AggregateWeights::batch, AggregateWeights::leave_one_out,
                                         AggregateWeights::symmetric_mss}) {
    const bool all = weights == AggregateWeights::symmetric_mss;
    const auto densities = aggregate_densities(
        {z, own}, part.posteriors(), {.weights = weights, .dataset_size = n, .groups = 0});
    add_aggregate(densities, std::string(to_string(weights)), all, samples);
  }
  const auto& batch = samples.at("aggregate/mutual_information/batch");
  const auto& others = samples.at("aggregate/mutual_information/leave_one_out");
  auto& excess = samples["aggregate/mutual_information/excess"];
  for (std::size_t i = 0; i < batch.size(); ++i) excess.push_back(others[i] - batch[i]);
  const std::string aggregate = options.size.tier + "/aggregate/";
  values.set(aggregate + "mutual_information/max", *std::max_element(batch.begin(), batch.end()));
  values.set(aggregate + "log_batch", std::log(static_cast<double>(b)));
  values.set(aggregate + "log_images", std::log(static_cast<double>(n)));
}

}  // namespace

LatentProbeSize step_probe_size() { return {}; }

LatentProbeSize epoch_probe_size() {
  return {.tier = "epoch", .images = 32, .samples = 64, .batch = 256};
}

void probe_latent(const LatentModel& model, const Tensor& x, const LatentProbeOptions& options,
                  Values& values) {
  if (!x.defined() || x.size(0) == 0) return;
  Samples samples;
  Values extremes;
  try {
    const std::int64_t n = std::min(x.size(0), std::max(options.size.images, options.size.batch));
    const EncodedImages images = encode_images(model, x.slice(0, 0, n));
    importance(model, images, options, samples);
    aggregate(images, options, extremes, samples);
  } catch (const Error&) {
    return;  // numbers that are not finite: the loop ends such a run and says why
  }
  for (const auto& [name, x] : samples)
    values.set(options.size.tier + "/" + name, sample_moments(x));
  for (const auto& [key, value] : extremes.all()) values.set(key, value);
}

std::vector<TermSpec> latent_probe_terms(const LatentProbeSize& size) {
  const std::string k = std::to_string(size.samples), b = std::to_string(size.batch);
  const std::string weights = "one set of " + k + " weights for each of " +
                              std::to_string(size.images) + " held-out images";
  const std::string codes = "one code of each of " + b + " held-out images";
  const std::string iwae = iwae_name(size), bound = "L_K, K = " + k;
  const auto nats = [&](const std::string& name, const std::string& symbol,
                        const std::string& latex, const std::string& estimator,
                        const std::string& meaning, const char* reference) {
    TermSpec term;
    term.name = size.tier + "/" + name;
    term.symbol = symbol;
    term.latex = latex;
    term.unit = "nats";
    term.sign = "±";
    term.reduction = "mean over images";
    term.estimator = estimator;
    term.meaning = meaning;
    term.reference = reference;
    return term;
  };
  const char* burda = "Burda et al. 2016, equation 8";
  const char* renyi = "Li & Turner 2016, equation 4";
  const char* chen = "Chen et al. 2018, equation 2";
  std::vector<TermSpec> terms = {
      nats(iwae, bound, "\\ln\\tfrac1K\\sum_k w_k", weights,
           "lower bound of ln p(x), tighter than the ELBO", burda),
      nats(iwae + "/elbo", "E ln w", "\\tfrac1K\\sum_k\\ln w_k", weights,
           "the ELBO from the same weights", burda),
      nats(iwae + "/gain", "L_K − E ln w", "L_K-\\tfrac1K\\sum_k\\ln w_k", weights,
           "what " + k + " codes gain over one: large where the posterior fits badly", burda),
      nats(iwae + "/renyi_half", "VR_½", "\\mathrm{VR}_{1/2}", weights,
           "Rényi bound of order ½, between the ELBO and L_K", renyi),
      nats(iwae + "/renyi_minus_one", "VR₋₁", "\\mathrm{VR}_{-1}", weights,
           "Rényi bound of order −1, between L_K and the largest weight", renyi),
      nats(iwae + "/largest", "max ln w", "\\max_k\\ln w_k", weights, "the largest of the weights",
           renyi),
      nats(iwae + "/leave_one_out", "mean L_{K−1}", "\\overline{L_{K-1}^{(-i)}}", weights,
           "the bound from all but one weight, averaged over which", burda),
      nats(iwae + "/surrogate", "Σ w̃ ln w", "\\sum_k\\tilde w_k\\ln w_k", weights,
           "has the gradient of L_K, is not its value", burda),
      nats(iwae + "/entropy", "H(w̃)", "-\\sum_k\\tilde w_k\\ln\\tilde w_k", weights,
           "how evenly the weights are spread, at most ln " + k, "Burda et al. 2016, section 3"),
      nats(iwae + "/perplexity", "exp H(w̃)", "e^{H(\\tilde w)}", weights,
           "how many codes count, by entropy: 1 to " + k, "Burda et al. 2016, section 3"),
      nats(iwae + "/effective_sample_size", "ESS", "1/\\sum_k\\tilde w_k^2", weights,
           "how many codes count: 1 to " + k, "Kong 1992"),
      nats("aggregate/kl", "ln q(z|x) − ln p(z)", "\\ln q(z\\mid x)-\\ln p(z)", codes,
           "Monte Carlo KL at these codes: information + total correlation + dimension-wise KL",
           chen),
      nats("aggregate/total_correlation", "TC", "\\mathrm{KL}(q(z)\\,\\|\\,\\prod_j q(z_j))",
           codes + ", symmetric minibatch-stratified weights",
           "dependence between latent dimensions", chen),
      nats("aggregate/dimension_wise_kl", "DW", "\\sum_j\\mathrm{KL}(q(z_j)\\,\\|\\,p(z_j))",
           codes + ", symmetric minibatch-stratified weights",
           "each latent's marginal against the prior, summed", chen),
      nats("aggregate/mutual_information/batch", "I_q", "I_q(x;z)", codes + ", uniform weights",
           "nats that a code says about its image: a lower bound, at most ln " + b,
           "Hoffman & Johnson 2016"),
      nats("aggregate/mutual_information/leave_one_out", "I_q", "I_q(x;z)",
           codes + ", the image itself left out", "the same, an upper bound", "Poole et al. 2019"),
      nats("aggregate/mutual_information/symmetric_mss", "I_q", "I_q(x;z)",
           codes + ", symmetric minibatch-stratified weights",
           "the same, from an unbiased estimate of q(z)", chen),
      nats("aggregate/mutual_information/excess", "I_loo − I_batch", "I_{\\mathrm{loo}}-I_B", codes,
           "the width of the bounds on the information", "Poole et al. 2019"),
      nats("aggregate/mutual_information/max", "max I_q(z)", "\\max_i\\ln q(z_i\\mid x_i)/q(z_i)",
           codes + ", uniform weights", "the code that tells most about its image",
           "Hoffman & Johnson 2016"),
      nats("aggregate/log_batch", "ln B", "\\ln B", "exact",
           "the most that a batch can show of the information", "Hoffman & Johnson 2016"),
      nats("aggregate/log_images", "ln N", "\\ln N", "exact",
           "what the codes of N images can say of them at most", "Hoffman & Johnson 2016")};
  for (TermSpec& term : terms) {
    if (term.name.ends_with("perplexity") || term.name.ends_with("sample_size"))
      term.unit = "codes";
    if (term.name.ends_with("/max")) term.reduction = "maximum over images";
    if (term.name.ends_with("/log_batch") || term.name.ends_with("/log_images"))
      term.reduction = "none: a constant";
  }
  return terms;
}

}  // namespace elbow
