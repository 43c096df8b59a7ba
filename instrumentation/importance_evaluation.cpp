#include "instrumentation/importance_evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "core/error.h"
#include "instrumentation/text.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"
#include "math/statistics/pareto_tail.h"
#include "math/threefry.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kRows = 2000;  // decoded at a time: their activations stay in the cache

/// Codes of the rows begin, ..., end - 1 of [n, K], rounded to float32 as the decoder sees them.
Points draw(const EncodedImages& images, std::int64_t begin, std::int64_t end, std::int64_t samples,
            std::uint64_t seed, std::int64_t first_image) {
  const std::int64_t d = images.latent();
  Points z(end - begin, d);
#pragma omp parallel for schedule(static)
  for (std::int64_t r = begin; r < end; ++r) {
    const std::int64_t i = r / samples, k = r % samples;
    CounterStream stream(
        seed, (static_cast<std::uint64_t>(first_image + i) << 24) + static_cast<std::uint64_t>(k));
    double* row = z.row(r - begin);
    for (std::int64_t l = 0; l < d; ++l) {
      const double s = std::exp(0.5 * images.log_var.row(i)[l]);
      row[l] = static_cast<float>(images.mean.row(i)[l] + s * stream.normal());
    }
  }
  return z;
}

/// Row r / K of x for the rows begin, ..., end - 1.
Tensor images_of(const Tensor& x, std::int64_t begin, std::int64_t end, std::int64_t samples) {
  const std::int64_t first = begin / samples, last = (end - 1) / samples;
  if (first == last)
    return x.slice(0, first, first + 1).expand({end - begin, x.size(1)}).contiguous();
  return repeat_rows(x.slice(0, first, last + 1), samples)
      .slice(0, begin - first * samples, end - first * samples);
}

struct PerImage {
  std::map<std::int64_t, std::vector<double>> bound;
  std::vector<double> elbo, jackknife, k_hat, ess;
  std::int64_t unreliable = 0;
  double threshold = 0.7;
};

void add_image(std::span<const double> log_w, const std::vector<std::int64_t>& ks, PerImage& all) {
  const auto size = static_cast<std::int64_t>(log_w.size());
  all.elbo.push_back(mean_log_weight(log_w).value);
  for (const std::int64_t k : ks) {
    const std::int64_t blocks = size / k;
    all.bound[k].push_back(
        miwae(log_w.first(static_cast<std::size_t>(blocks * k)), blocks, k).value);
  }
  if (size > 1) all.jackknife.push_back(jackknife_iwae(log_w).value);
  all.ess.push_back(effective_sample_size(log_w));
  if (const auto tail = pareto_tail(log_w)) {
    all.k_hat.push_back(tail->k);
    all.threshold = tail->threshold;
    all.unreliable += !tail->reliable();
  }
}

std::vector<Measurement> measurements(const PerImage& all, const std::vector<std::int64_t>& ks) {
  const auto n = static_cast<std::int64_t>(all.elbo.size());
  const std::int64_t largest = ks.back();
  const std::string of_images = "mean over " + with_commas(n) + " images";
  std::vector<Measurement> rows;
  rows.push_back({"elbo", "mean_log_weight", mean_estimate(all.elbo),
                  "lower bound that training maximises; lower than ln p by KL(q‖posterior)"});
  rows.back().estimate.bias = Bias::lower;
  for (const std::int64_t k : ks) {
    if (k == 1) continue;
    Measurement row{"iwae/k" + std::to_string(k), "iwae", mean_estimate(all.bound.at(k)),
                    k == largest ? "the best estimate of ln p here" : "bound with fewer samples"};
    row.estimate.bias = Bias::lower;
    if (k == largest && !all.k_hat.empty()) {
      row.estimate.note = "k̂ above " + significant(all.threshold, 2) + " on " +
                          with_commas(all.unreliable) + " of " + with_commas(n) + " images";
    }
    rows.push_back(row);
  }
  if (!all.jackknife.empty()) {
    rows.push_back({"jackknife/k" + std::to_string(largest), "jackknife_iwae",
                    mean_estimate(all.jackknife), "L_K with its 1/K bias removed; no bound"});
    rows.back().estimate.bias = Bias::unknown;
  }
  for (Measurement& row : rows) {
    row.estimate.note += (row.estimate.note.empty() ? "" : "; ") + of_images;
  }
  if (!all.k_hat.empty()) {
    Estimate k_hat{.value = median(all.k_hat), .bias = Bias::unknown};
    k_hat.note = "median over images; the largest is " +
                 significant(*std::max_element(all.k_hat.begin(), all.k_hat.end()), 3);
    if (all.unreliable > 0) k_hat.note += "; AIS tells more where it is large";
    rows.push_back({"pareto_k", "pareto_k", k_hat,
                    "heaviness of the weights; trust below " + significant(all.threshold, 2)});
  }
  rows.push_back({"ess", "effective_sample_size", mean_estimate(all.ess),
                  "equal weights that K = " + std::to_string(largest) + " samples are worth"});
  rows.back().estimate.bias = Bias::unknown;
  return rows;
}

}  // namespace

std::vector<double> image_log_weights(const LatentModel& model, const EncodedImages& images,
                                      std::int64_t samples, std::uint64_t seed,
                                      std::int64_t first_image) {
  const std::int64_t rows = images.size() * samples;
  std::vector<double> log_w(static_cast<std::size_t>(rows));
  for (std::int64_t begin = 0; begin < rows; begin += kRows) {
    const std::int64_t end = std::min(begin + kRows, rows);
    const Points z = draw(images, begin, end, samples, seed, first_image);
    const auto values = std::span(log_w).subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin));
    log_likelihood(model, z, images_of(images.x, begin, end, samples), values);
    for (std::int64_t r = begin; r < end; ++r) {
      values[static_cast<std::size_t>(r - begin)] +=
          log_prior_over_posterior(z.row(r - begin), images, r / samples);
    }
  }
  return log_w;
}

std::vector<Measurement> evaluate_importance(const LatentModel& model, const EncodedImages& images,
                                             std::vector<std::int64_t> ks, std::uint64_t seed,
                                             const Work& work) {
  if (ks.empty() || *std::min_element(ks.begin(), ks.end()) < 1) {
    throw Error("Importance sampling needs numbers of samples of at least 1.", ExitCode::usage);
  }
  std::sort(ks.begin(), ks.end());
  ks.erase(std::unique(ks.begin(), ks.end()), ks.end());
  const std::int64_t samples = ks.back(), n = images.size();
  const std::int64_t piece = std::max<std::int64_t>(1, kRows / samples);
  PerImage all;
  for (std::int64_t begin = 0; begin < n; begin += piece) {
    work.at("importance sampling, K = " + std::to_string(samples),
            static_cast<double>(begin) / static_cast<double>(n));
    const std::int64_t end = std::min(begin + piece, n);
    const std::vector<double> log_w =
        image_log_weights(model, images.part(begin, end), samples, seed, begin);
    for (std::int64_t i = 0; i < end - begin; ++i) {
      add_image(std::span(log_w).subspan(static_cast<std::size_t>(i * samples),
                                         static_cast<std::size_t>(samples)),
                ks, all);
    }
  }
  return measurements(all, ks);
}

}  // namespace elbow
