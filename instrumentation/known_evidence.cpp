#include "instrumentation/known_evidence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "core/error.h"
#include "instrumentation/importance_evaluation.h"
#include "instrumentation/sample_moments.h"
#include "math/densities/families.h"
#include "math/estimators/importance.h"
#include "math/gaussian_rule.h"
#include "math/matrix.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kReach = 6.0;  // standard deviations of the prior, and of the posterior
// In nats. Of a rule of second order, a change of 3e-3 leaves an error of 1e-3.
constexpr double kConverged = 3e-3;
// A decoder with kinks converges with the square of the cells: no further than is needed.
constexpr LogIntegralSettings kSettings{
    .tolerance = 3e-4, .negligible = 14.0, .most_points = 20000};

/// ln p(x|z) of one image at many z.
std::vector<double> log_likelihoods(const LatentModel& model, const EncodedImages& image,
                                    const PointsView& z) {
  std::vector<double> values(static_cast<std::size_t>(z.size()));
  log_likelihood(model, z, repeat_rows(image.x, z.size()), values);
  return values;
}

double log_prior(const double* z, std::int64_t d) {
  return -0.5 * (squared_norm({z, static_cast<std::size_t>(d)}) + static_cast<double>(d) * kLn2Pi);
}

DensityPtr posterior(const EncodedImages& image) {
  const double* mean = image.mean.row(0);
  const double* log_var = image.log_var.row(0);
  if (image.latent() == 1) return make_normal(mean[0], std::exp(0.5 * log_var[0]));
  return make_normal({mean[0], mean[1]},
                     Matrix(2, {std::exp(log_var[0]), 0.0, 0.0, std::exp(log_var[1])}));
}

/// What is measured on each image whose quadratures converged.
struct PerImage {
  std::vector<std::int64_t> image;
  std::vector<double> evidence, error, elbo_gap, iwae_gap, posterior_kl, difference;
};

PerImage measure(const LatentModel& model, const EncodedImages& images,
                 const EvidenceProbeOptions& options) {
  PerImage all;
  const auto log_w = image_log_weights(model, images, options.samples, options.seed);
  const auto k = static_cast<std::size_t>(options.samples);
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const EncodedImages image = images.part(i, i + 1);
    const LogIntegral evidence = log_evidence(model, image, kSettings);
    if (!(evidence.error <= kConverged) || !std::isfinite(evidence.value)) continue;
    const PosteriorKl kl = posterior_kl(model, image, evidence.value);
    if (!(kl.error <= kConverged * std::max(1.0, std::abs(kl.value)))) continue;
    all.image.push_back(i);
    const std::span<const double> w(log_w.data() + static_cast<std::size_t>(i) * k, k);
    all.evidence.push_back(evidence.value);
    all.error.push_back(std::max(evidence.error, kl.error));
    all.elbo_gap.push_back(evidence.value - renyi_bound(w, 1.0));
    all.iwae_gap.push_back(evidence.value - iwae_value(w));
    all.posterior_kl.push_back(kl.value);
    all.difference.push_back(all.elbo_gap.back() - all.posterior_kl.back());
  }
  return all;
}

}  // namespace

LogIntegral log_evidence(const LatentModel& model, const EncodedImages& image,
                         const LogIntegralSettings& settings) {
  const std::int64_t d = image.latent();
  std::vector<double> low, high;
  ExpectedPeak peak;
  for (std::int64_t j = 0; j < d; ++j) {
    const double mean = image.mean.row(0)[j], sd = std::exp(0.5 * image.log_var.row(0)[j]);
    low.push_back(std::min(-kReach, mean - kReach * sd));
    high.push_back(std::max(kReach, mean + kReach * sd));
    peak.location.push_back(mean);
    peak.scale.push_back(sd);
  }
  const LogIntegrand joint = [&](const PointsView& z) {
    std::vector<double> values = log_likelihoods(model, image, z);
    for (std::int64_t i = 0; i < z.size(); ++i)
      values[static_cast<std::size_t>(i)] += log_prior(z.row(i), d);
    return values;
  };
  return log_integral(joint, low, high, peak, settings);
}

PosteriorKl posterior_kl(const LatentModel& model, const EncodedImages& image,
                         double log_evidence) {
  const auto at_step = [&](double step) {
    const ExpectationRule rule = gaussian_rule(*posterior(image), step);
    const auto values = log_likelihoods(model, image, rule.nodes);
    double sum = log_evidence;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double* z = rule.nodes.row(static_cast<std::int64_t>(i));
      sum -= rule.weights[i] * (values[i] + log_prior_over_posterior(z, image, 0));
    }
    return sum;
  };
  // Small steps for kinks of the decoder in z, where the rule is of second order.
  const double coarse = at_step(0.3), fine = at_step(0.2);
  return {.value = fine, .error = std::abs(fine - coarse)};
}

void probe_evidence(const LatentModel& model, const Tensor& x, const EvidenceProbeOptions& options,
                    Values& values) {
  if (model.latent > 2 || !x.defined() || x.size(0) == 0) return;
  PerImage all;
  EncodedImages images;
  try {
    images = encode_images(model, x.slice(0, 0, std::min(x.size(0), options.images)));
    all = measure(model, images, options);
  } catch (const Error&) {
    return;  // numbers that are not finite: the loop ends such a run and says why
  }
  if (all.image.empty()) return;
  values.set("truth/log_likelihood", sample_moments(all.evidence));
  values.set("truth/log_likelihood/error", *std::max_element(all.error.begin(), all.error.end()));
  values.set("truth/gap/elbo", sample_moments(all.elbo_gap));
  values.set("truth/gap/iwae8", sample_moments(all.iwae_gap));
  values.set("truth/images", static_cast<double>(all.image.size()));
  values.set("truth/posterior_kl", sample_moments(all.posterior_kl));
  values.set("truth/posterior_kl/min",
             *std::min_element(all.posterior_kl.begin(), all.posterior_kl.end()));
  values.set("truth/gap/difference", sample_moments(all.difference));
  if (!options.log_density) return;
  const std::vector<double> density = options.log_density(to_points(images.x));
  std::vector<double> data, excess;
  for (std::size_t i = 0; i < all.image.size(); ++i) {
    data.push_back(density[static_cast<std::size_t>(all.image[i])]);
    excess.push_back(data.back() - all.evidence[i]);
  }
  values.set("truth/log_density/images", sample_moments(data));
  values.set("truth/data_kl", sample_moments(excess));
}

std::vector<TermSpec> known_evidence_terms() {
  const auto nats = [](const char* name, const char* symbol, const char* latex, const char* sign,
                       const char* estimator, const char* meaning, const char* reference) {
    return TermSpec{.name = name,
                    .symbol = symbol,
                    .latex = latex,
                    .unit = "nats",
                    .sign = sign,
                    .reduction = "mean over those of 16 held-out images whose quadrature converged",
                    .estimator = estimator,
                    .meaning = meaning,
                    .reference = reference};
  };
  const char* quadrature = "quadrature over z; of at most two latent dimensions";
  const char* weights = "quadrature, less the bound from 8 codes of each image";
  const char* burda = "Burda et al. 2016, theorem 1";
  const char* kingma = "Kingma & Welling 2013, equation 1";
  TermSpec error =
      nats("truth/log_likelihood/error", "ε", "\\varepsilon", "+", quadrature,
           "change of ln p(x) in its last refinement, or of the KL, of the worst image", kingma);
  error.reduction = "maximum over the images of truth/log_likelihood";
  error.minimum = 0.0;
  const TermSpec gap =
      nats("truth/posterior_kl", "KL(q(z|x)‖p(z|x))",
           "\\mathrm{KL}(q(z\\mid x)\\,\\|\\,p(z\\mid x))", "±", quadrature,
           "how far the encoder is from the true posterior: ln p(x) − ELBO without the noise of "
           "codes; below 0 by the error of the quadrature at most",
           kingma);
  TermSpec least = gap;
  least.name = "truth/posterior_kl/min";
  least.symbol = "min KL(q(z|x)‖p(z|x))";
  least.latex = "\\min_x\\mathrm{KL}(q(z\\mid x)\\,\\|\\,p(z\\mid x))";
  least.reduction = "minimum over the images of truth/posterior_kl";
  least.meaning = "no image may have a negative divergence";
  TermSpec images = error;
  images.name = "truth/images";
  images.symbol = "n";
  images.latex = "n";
  images.unit = "images";
  images.reduction = "count";
  images.estimator = "of the 16 held-out images";
  images.meaning = "those whose quadratures converged; the means above are over them";
  return {
      nats("truth/log_likelihood", "ln p(x)", "\\ln\\int p(x\\mid z)\\,p(z)\\,dz", "±", quadrature,
           "the likelihood that the ELBO and L₈ bound from below", kingma),
      error,
      nats("truth/gap/elbo", "ln p(x) − ELBO", "\\ln p(x)-\\mathrm{ELBO}", "±", weights,
           "what the ELBO lacks, with the noise of its codes", kingma),
      nats("truth/gap/iwae8", "ln p(x) − L₈", "\\ln p(x)-L_8", "±", weights,
           "what L₈ lacks, with the noise of its codes", burda),
      gap,
      least,
      images,
      nats("truth/gap/difference", "gap − KL", "(\\ln p(x)-\\mathrm{ELBO})-\\mathrm{KL}", "±",
           weights, "zero on average: the gap of the ELBO is a divergence of posteriors", kingma),
      nats("truth/log_density/images", "ln p_data(x)", "\\ln p_{\\mathrm{data}}(x)", "±",
           "exact density of the data", "the log-density of these images under the data",
           "minus an entropy, on average"),
      nats("truth/data_kl", "ln p_data(x) − ln p(x)",
           "\\ln p_{\\mathrm{data}}(x)-\\ln p_\\theta(x)", "±",
           "exact density of the data, less quadrature over z",
           "KL(data‖model) on average: what the likelihood of these images can still gain",
           "Cover & Thomas 2006, section 2.3")};
}

}  // namespace elbow
