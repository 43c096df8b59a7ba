#include "instrumentation/aggregate_evaluation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "instrumentation/text.h"
#include "math/estimators/aggregate_posterior.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr double kActive = 0.01;             // Burda et al. 2016
constexpr double kSaturated = 1.0;           // nats below ln N
constexpr std::int64_t kEnoughImages = 500;  // for the variance of the means to be stable

void draw_code(const EncodedImages& images, std::int64_t i, CounterStream& stream, double* z) {
  for (std::int64_t l = 0; l < images.latent(); ++l) {
    z[l] = images.mean.row(i)[l] + std::exp(0.5 * images.log_var.row(i)[l]) * stream.normal();
  }
}

/// Mean over minibatches, drawn with replacement, of the information by `weights`.
Estimate minibatch_information(const EncodedImages& images, AggregateWeights weights,
                               const AggregateSettings& settings, std::int64_t batches) {
  const std::int64_t b = settings.batch, d = images.latent();
  CounterStream stream(settings.seed, 2);
  std::vector<double> values;
  for (std::int64_t repeat = 0; repeat < batches; ++repeat) {
    Points mean(b, d), log_var(b, d), z(b, d);
    std::vector<std::int64_t> own;
    for (std::int64_t r = 0; r < b; ++r) {
      const auto i =
          static_cast<std::int64_t>(stream.below(static_cast<std::uint32_t>(images.size())));
      std::copy_n(images.mean.row(i), d, mean.row(r));
      std::copy_n(images.log_var.row(i), d, log_var.row(r));
      draw_code(images, i, stream, z.row(r));
      own.push_back(r);
    }
    const AggregateTerms terms =
        aggregate_terms({z, own}, {mean, log_var}, {.weights = weights, .groups = 0});
    values.push_back(terms.mutual_information.value);
  }
  return mean_estimate(values);
}

Measurement row(const std::string& quantity, const std::string& estimator, Estimate estimate,
                const std::string& note, const std::string& meaning) {
  estimate.note = note;
  return {quantity, estimator, estimate, meaning};
}

}  // namespace

std::vector<Measurement> evaluate_aggregate(const EncodedImages& images,
                                            const AggregateSettings& settings, const Work& work) {
  const std::int64_t n = std::min(settings.samples, images.size()), d = images.latent();
  Points z(n, d);
  std::vector<std::int64_t> own;
  CounterStream stream(settings.seed, 1);
  for (std::int64_t r = 0; r < n; ++r) {
    own.push_back(r * images.size() / n);
    draw_code(images, own.back(), stream, z.row(r));
  }
  work.at("aggregate posterior", 0.0);
  const AggregateTerms full = aggregate_terms({z, own}, images.posteriors(), {});
  const double most = std::log(static_cast<double>(images.size()));
  std::string note = with_commas(n) + " codes against all " + with_commas(images.size()) +
                     " images (ln N = " + significant(most, 5) + ")";
  if (full.mutual_information.value > most - kSaturated) {
    note +=
        "; the codes tell the images apart: I_q is at its limit, and TC and marginal KL hold "
        "what KL has beyond it";
  }
  std::vector<Measurement> rows = {
      row("aggregate/kl", "mean_log_weight", full.kl, note,
          "mean KL(q(z|x)‖p) = information + marginal KL"),
      row("aggregate/mutual_information", "mutual_information_full", full.mutual_information, note,
          "nats that a code says about which image it is"),
      row("aggregate/total_correlation", "total_correlation", full.total_correlation, note,
          "dependence between latent dimensions"),
      row("aggregate/dimension_wise_kl", "dimension_wise_kl", full.dimension_wise_kl, note,
          "each latent's marginal against the prior, summed"),
      row("aggregate/marginal_kl", "marginal_kl", full.marginal_kl, note,
          "codes of data against the prior that samples are drawn from")};
  if (images.size() < 2) return rows;
  work.at("aggregate posterior: minibatches", 0.8);
  const std::string batches = "50 minibatches of " + std::to_string(settings.batch);
  const struct {
    AggregateWeights weights;
    const char* name;
    Bias bias;
    const char* meaning;
  } forms[] = {
      {AggregateWeights::batch, "batch", Bias::lower, "the same from minibatches: at most ln B"},
      {AggregateWeights::leave_one_out, "leave_one_out", Bias::upper,
       "the same without the image itself: an upper bound"}};
  for (const auto& form : forms) {
    Estimate e = minibatch_information(images, form.weights, settings, 50);
    e.bias = form.bias;
    rows.push_back(row(std::string("aggregate/mutual_information/") + form.name,
                       std::string("mutual_information_") + form.name, e, batches, form.meaning));
  }
  return rows;
}

std::vector<Measurement> evaluate_active_units(const EncodedImages& images) {
  const std::int64_t n = images.size();
  if (n < 2) throw Error("Active units need two images or more.", ExitCode::usage);
  double active = 0.0;
  std::string indices;
  for (std::int64_t l = 0; l < images.latent(); ++l) {
    std::vector<double> means;
    for (std::int64_t i = 0; i < n; ++i) means.push_back(images.mean.row(i)[l]);
    if (sample_variance(means) > kActive) {
      active += 1.0;
    } else {
      indices += (indices.empty() ? "" : ", ") + std::to_string(l);
    }
  }
  Estimate e{.value = active, .bias = Bias::none};
  e.note = "of " + std::to_string(images.latent()) + "; variance of μ over " + with_commas(n) +
           " images above 0.01" + (indices.empty() ? "" : "; inactive: " + indices);
  if (n < kEnoughImages) e.note += "; fewer than 500 images";
  return {{"active_units", "Var μ > 0.01", e, "latents that the encoder uses"}};
}

}  // namespace elbow
