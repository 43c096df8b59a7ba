#include "instrumentation/gap_evaluation.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "instrumentation/importance_evaluation.h"
#include "instrumentation/text.h"
#include "math/estimators/importance.h"
#include "math/statistics/mean_estimate.h"
#include "math/threefry.h"

namespace elbow {
namespace {

constexpr std::int64_t kBatch = 64;         // images refined together
constexpr std::int64_t kElboSamples = 512;  // per image, for the two ELBOs
constexpr std::int64_t kRows = 2048;

/// Adam on a vector (Kingma & Ba 2015, algorithm 1), ascending.
class Ascent {
 public:
  explicit Ascent(std::size_t n) : first_(n, 0.0), second_(n, 0.0) {}
  void step(std::span<const double> gradient, double rate, std::span<double> x) {
    ++t_;
    const double c1 = 1.0 - std::pow(0.9, t_), c2 = 1.0 - std::pow(0.999, t_);
    for (std::size_t i = 0; i < x.size(); ++i) {
      first_[i] = 0.9 * first_[i] + 0.1 * gradient[i];
      second_[i] = 0.999 * second_[i] + 0.001 * gradient[i] * gradient[i];
      x[i] += rate * (first_[i] / c1) / (std::sqrt(second_[i] / c2) + 1e-8);
    }
  }

 private:
  std::vector<double> first_, second_;
  int t_ = 0;
};

std::span<double> values(Points& p) {
  return {p.row(0), static_cast<std::size_t>(p.size() * p.dim())};
}

/// Noise of each row, by (seed, first stream + row).
Points noise(std::uint64_t seed, std::uint64_t first, std::int64_t rows, std::int64_t d) {
  Points eps(rows, d);
  for (std::int64_t r = 0; r < rows; ++r) {
    CounterStream stream(seed, first + static_cast<std::uint64_t>(r));
    for (std::int64_t l = 0; l < d; ++l) eps.row(r)[l] = stream.normal();
  }
  return eps;
}

Points codes(const EncodedImages& images, const Points& eps, std::int64_t per_image) {
  Points z(eps.size(), eps.dim());
  for (std::int64_t r = 0; r < z.size(); ++r) {
    const std::int64_t i = r / per_image;
    for (std::int64_t l = 0; l < z.dim(); ++l) {
      z.row(r)[l] =
          images.mean.row(i)[l] + std::exp(0.5 * images.log_var.row(i)[l]) * eps.row(r)[l];
    }
  }
  return z;
}

void refine_batch(const LatentModel& model, EncodedImages& images, std::uint64_t first_stream,
                  const RefinementSettings& settings, const Work& work, double begin,
                  double length) {
  const std::int64_t d = images.latent(), m = settings.samples, rows = images.size() * m;
  const Tensor x = repeat_rows(images.x, m);
  Points mean_gradient(images.size(), d), log_var_gradient(images.size(), d), slope;
  Ascent mean_ascent(values(images.mean).size()), log_var_ascent(values(images.mean).size());
  std::vector<double> log_px(static_cast<std::size_t>(rows));
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    const double done = static_cast<double>(step) / static_cast<double>(settings.steps);
    work.at("refining posteriors", begin + length * done);
    const Points eps =
        noise(settings.seed, first_stream + static_cast<std::uint64_t>(step * rows), rows, d);
    log_likelihood(model, codes(images, eps, m), x, log_px, &slope);
    for (std::int64_t i = 0; i < images.size(); ++i) {
      for (std::int64_t l = 0; l < d; ++l) {
        const double s = std::exp(0.5 * images.log_var.row(i)[l]);
        double mean_part = 0.0, noise_part = 0.0;
        for (std::int64_t r = i * m; r < (i + 1) * m; ++r) {
          mean_part += slope.row(r)[l] / static_cast<double>(m);
          noise_part += slope.row(r)[l] * eps.row(r)[l] / static_cast<double>(m);
        }
        mean_gradient.row(i)[l] = mean_part - images.mean.row(i)[l];
        log_var_gradient.row(i)[l] = 0.5 * (noise_part * s - (s * s - 1.0));
      }
    }
    mean_ascent.step(values(mean_gradient), settings.rate * (1.0 - done), values(images.mean));
    log_var_ascent.step(values(log_var_gradient), settings.rate * (1.0 - done),
                        values(images.log_var));
  }
}

double closed_form_kl(const EncodedImages& images, std::int64_t i) {
  double sum = 0.0;
  for (std::int64_t l = 0; l < images.latent(); ++l) {
    const double mu = images.mean.row(i)[l], log_var = images.log_var.row(i)[l];
    sum += 0.5 * (mu * mu + std::expm1(log_var) - log_var);
  }
  return sum;
}

/// ELBO of each image, by the same noise whatever the posteriors.
std::vector<double> elbos(const LatentModel& model, const EncodedImages& images,
                          const RefinementSettings& settings, const Work& work) {
  std::vector<double> result;
  const std::int64_t batch = kRows / kElboSamples;
  for (std::int64_t first = 0; first < images.size(); first += batch) {
    work.at("elbo", static_cast<double>(first) / static_cast<double>(images.size()));
    const EncodedImages part = images.part(first, std::min(first + batch, images.size()));
    const std::int64_t rows = part.size() * kElboSamples;
    const Points eps = noise(settings.seed + 1, static_cast<std::uint64_t>(first * kElboSamples),
                             rows, part.latent());
    std::vector<double> log_px(static_cast<std::size_t>(rows));
    log_likelihood(model, codes(part, eps, kElboSamples), repeat_rows(part.x, kElboSamples),
                   log_px);
    for (std::int64_t i = 0; i < part.size(); ++i) {
      const auto own = std::span(log_px).subspan(static_cast<std::size_t>(i * kElboSamples),
                                                 static_cast<std::size_t>(kElboSamples));
      result.push_back(mean_estimate(own).value - closed_form_kl(part, i));
    }
  }
  return result;
}

std::vector<double> log_evidence(const LatentModel& model, const EncodedImages& images,
                                 std::int64_t samples, std::uint64_t seed, const Work& work) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    work.at("importance sampling with refined posteriors",
            static_cast<double>(i) / static_cast<double>(images.size()));
    result.push_back(iwae_value(image_log_weights(model, images.part(i, i + 1), samples, seed, i)));
  }
  return result;
}

Measurement row(const std::string& quantity, const std::string& estimator,
                const std::vector<double>& a, const std::vector<double>& b, Bias bias,
                const std::string& note, const std::string& meaning) {
  std::vector<double> difference = a;
  for (std::size_t i = 0; i < b.size(); ++i) difference[i] -= b[i];
  Measurement m{quantity, estimator, mean_estimate(difference), meaning};
  m.estimate.bias = bias;
  m.estimate.note = note;
  return m;
}

}  // namespace

EncodedImages refine_posteriors(const LatentModel& model, const EncodedImages& images,
                                const RefinementSettings& settings, const Work& work) {
  if (settings.steps < 0 || settings.samples < 1) {
    throw Error("Refining posteriors needs samples of at least 1 and no negative steps.",
                ExitCode::usage);
  }
  EncodedImages refined = images;
  const std::int64_t n = images.size();
  for (std::int64_t first = 0; first < n; first += kBatch) {
    const std::int64_t last = std::min(first + kBatch, n);
    EncodedImages part = images.part(first, last);
    refine_batch(model, part, static_cast<std::uint64_t>(first) << 32, settings, work,
                 static_cast<double>(first) / static_cast<double>(n),
                 static_cast<double>(last - first) / static_cast<double>(n));
    std::copy_n(part.mean.row(0), part.size() * part.latent(), refined.mean.row(first));
    std::copy_n(part.log_var.row(0), part.size() * part.latent(), refined.log_var.row(first));
  }
  return refined;
}

std::vector<Measurement> evaluate_gaps(const LatentModel& model, const EncodedImages& images,
                                       std::int64_t samples, const RefinementSettings& settings,
                                       const Work& work) {
  const EncodedImages refined = refine_posteriors(model, images, settings, work);
  const std::vector<double> before = elbos(model, images, settings, work);
  const std::vector<double> after = elbos(model, refined, settings, work);
  const std::vector<double> log_p = log_evidence(model, refined, samples, settings.seed + 2, work);
  const std::string of_images = "mean over " + with_commas(images.size()) + " images";
  const std::string evidence = "ln p by L_" + std::to_string(samples) + " with refined posteriors";
  return {row("elbo/refined", "per-image ascent", after, {}, Bias::lower,
              std::to_string(settings.steps) + " steps of Adam; " + of_images,
              "ELBO with the best Gaussian for each image"),
          row("gap/inference", "iwae", log_p, before, Bias::lower, evidence + "; " + of_images,
              "ln p − ELBO = KL(q‖posterior)"),
          row("gap/approximation", "iwae", log_p, after, Bias::unknown, evidence + "; " + of_images,
              "what a diagonal Gaussian costs"),
          row("gap/amortisation", "per-image ascent", after, before, Bias::lower, of_images,
              "what one encoder for all images costs")};
}

}  // namespace elbow
