// A linear VAE trained by the loop, against probabilistic PCA.
#include "math/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_qr.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "math/statistics/mean_estimate.h"
#include "math/threefry.h"
#include "math/torch_compat.h"
#include "problems/configs.h"
#include "problems/evidence_gap.h"
#include "problems/principal_components.h"
#include "problems/training_run.h"
#include "training/evaluation.h"

namespace elbow::problems::linear_vae {
namespace {

std::string number(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

Tensor standard_normals(std::int64_t rows, std::int64_t columns, std::uint64_t seed,
                        std::uint64_t stream) {
  Tensor t = at::empty({rows, columns}, at::kDouble);
  CounterStream random(seed, stream);
  double* values = t.data_ptr<double>();
  for (std::int64_t i = 0; i < t.numel(); ++i) values[i] = random.normal();
  return t;
}

/// 4000 Gaussian points in ten dimensions; standard deviations along rotated axes.
Tensor gaussian_points(std::uint64_t seed) {
  const double variances[] = {4.0, 2.2, 1.2, 0.7, 0.4, 0.12, 0.1, 0.1, 0.09, 0.07};
  Tensor scales = at::empty({10}, at::kDouble);
  std::transform(std::begin(variances), std::end(variances), scales.data_ptr<double>(),
                 [](double v) { return std::sqrt(v); });
  const Tensor rotation = std::get<0>(at::linalg_qr(standard_normals(10, 10, seed, 1)));
  const Tensor offset = standard_normals(1, 10, seed, 2);
  return (standard_normals(4000, 10, seed, 3) * scales).matmul(rotation.t()) + offset;
}

/// KL of each latent dimension over the training split, largest first.
std::vector<double> kl_per_dimension(const TrainedModel& model) {
  std::vector<double> kl;
  for (const auto& [key, moments] : model.values.all())
    if (key.rfind("kl/dim/", 0) == 0) kl.push_back(moments.mean);
  std::sort(kl.begin(), kl.end(), std::greater<>());
  return kl;
}

/// ln p of each row under the trained decoder, exactly.
std::vector<double> log_densities(const TrainedModel& model, const Tensor& x) {
  const std::vector<NamedTensor>& p = model.session->networks().at("decoder").parameters();
  const double sigma = model.values["sigma"];
  const Tensor t =
      gaussian_log_densities(x, p.at(0).tensor, p.at(1).tensor, sigma * sigma).contiguous();
  return {t.data_ptr<double>(), t.data_ptr<double>() + t.numel()};
}

/// Which latent dimensions are used is sharp only away from the threshold: close to it the KL goes
/// to 0 continuously and training takes its time. So eigenvalues within this factor of it may fall
/// on either side.
constexpr double kAroundThreshold = 1.1;

/// Dimensions with more than half of the KL of an eigenvalue at the edge of that band.
std::int64_t used(const std::vector<double>& kl) {
  const double least = 0.25 * std::log(kAroundThreshold);
  return std::count_if(kl.begin(), kl.end(), [=](double v) { return v > least; });
}

std::int64_t above(const std::vector<double>& spectrum, double threshold, std::int64_t latent) {
  const auto count =
      std::count_if(spectrum.begin(), spectrum.end(), [=](double v) { return v > threshold; });
  return std::min<std::int64_t>(count, latent);
}

/// Beta = 1 with learned sigma.
void compare_learned(const Checks& checks, const TrainedModel& model, const Tensor& x,
                     const std::vector<double>& spectrum, std::int64_t latent) {
  const LinearOptimum truth = learned_variance_optimum(spectrum, latent);
  const double dimensions = static_cast<double>(spectrum.size());
  const double elbo = model.values["elbo"];
  const double sigma = model.values["sigma"];
  const std::vector<double> log_p = log_densities(model, x);
  checks.oracle("V87/elbo", "trained elbo = max ln p of pPCA, within 0.5 %", elbo, truth.elbo,
                0.005);
  check_gap(checks, term_at_rows(*model.session, x, "log_w", 7), log_p);
  checks.bound("V87/log_p", "ln p of the trained decoder ≤ max ln p of pPCA",
               mean_estimate(log_p).value, truth.elbo, 1e-6);
  checks.oracle("V87/variance", "σ² = mean of the eigenvalues left out, within 0.5 %",
                sigma * sigma / truth.variance, 1.0, 0.005);
  checks.oracle("V87/kl", "total KL = Σ ½ ln(λᵢ/σ²), within 0.5 %", model.values["elbo/kl"],
                truth.total_kl, 0.005);
  checks.oracle("V89", "E SSE / σ² = D, within 1 %",
                model.values["sse"] / (sigma * sigma * dimensions), 1.0, 0.01);
  const std::vector<double> kl = kl_per_dimension(model);
  for (std::size_t i = 0; i < truth.kl.size() && i < kl.size(); ++i)
    checks.oracle("V87/kl/" + std::to_string(i), "KL of a dimension, in order = ½ ln(λᵢ/σ²)", kl[i],
                  truth.kl[i], 0.03);
  emit_run_identities(checks, model);
}

struct RatePoint {
  double beta, rate, distortion, rate_se, distortion_se;
};

/// A fixed sigma, enough latent dimensions, and beta: which of them are used.
RatePoint compare_fixed(const Checks& checks, const TrainedModel& model,
                        const std::vector<double>& spectrum, std::int64_t latent, double beta,
                        double variance) {
  const LinearOptimum truth = fixed_variance_optimum(spectrum, latent, beta, variance);
  const Moments& kl = model.values.at("elbo/kl");
  const Moments& rec = model.values.at("elbo/reconstruction");
  const double theta = beta * variance;
  const std::vector<double> found = kl_per_dimension(model);
  const auto count = static_cast<double>(used(found));
  checks.bound("V87/active/least", "eigenvalues above 1.1 θ ≤ used latent dimensions, θ = βσ²",
               static_cast<double>(above(spectrum, theta * kAroundThreshold, latent)), count,
               1e-12);
  checks.bound("V87/active/most", "used latent dimensions ≤ eigenvalues above θ / 1.1", count,
               static_cast<double>(above(spectrum, theta / kAroundThreshold, latent)), 1e-12);
  for (std::size_t i = 0; i < found.size(); ++i)
    checks.oracle("V87/kl/" + std::to_string(i),
                  "KL of a dimension, in order = ½ ln⁺(λᵢ/θ), within 0.03 nats", found[i],
                  i < truth.kl.size() ? truth.kl[i] : 0.0, 0.03);
  const double loss = beta * truth.total_kl - truth.reconstruction;
  checks.oracle("V87/loss",
                "loss = −reconstruction + β KL at the optimum, within 0.5 % of its parts",
                beta * kl.mean - rec.mean, loss, 0.005, beta * truth.total_kl);
  checks.oracle("V87/kl", "KL = Σ ½ ln⁺(λᵢ/θ), within 1 %", kl.mean, truth.total_kl, 0.01);
  checks.oracle("V87/sse", "E SSE = Σ min(λᵢ, θ), within 1 %", model.values["sse"] / truth.sse, 1.0,
                0.01);
  emit_run_identities(checks, model);
  return {beta, kl.mean, -rec.mean, kl.se, rec.se};
}

/// The rate-distortion curve is convex with slope −β: a chord lies between the slopes of its ends.
void compare_slopes(const Checks& checks, const std::vector<RatePoint>& points,
                    const std::function<LinearOptimum(double beta)>& truth) {
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const RatePoint &a = points[i], &b = points[i + 1];
    const double slope = (a.distortion - b.distortion) / (a.rate - b.rate);
    const LinearOptimum at_a = truth(a.beta), at_b = truth(b.beta);
    const double expected =
        (at_b.reconstruction - at_a.reconstruction) / (at_a.total_kl - at_b.total_kl);
    const std::string id = "V90/" + number(a.beta) + "-" + number(b.beta);
    checks.oracle(id, "slope of the rate–distortion chord, from the eigenvalues, within 3 %", slope,
                  expected, 0.03);
    checks.bound(id + "/upper", "slope of the chord ≤ −β of its end with more rate", slope, -a.beta,
                 0.02);
    checks.bound(id + "/lower", "−β of its end with less rate ≤ slope of the chord", -b.beta, slope,
                 0.02);
  }
}

std::vector<std::string> schedule_overrides(std::int64_t steps, double lr) {
  return {"run.steps=" + std::to_string(steps),
          "optimizer.lr={schedule=\"cosine\",from=" + number(lr) +
              ",to=0.0,steps=" + std::to_string(steps) + "}"};
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void gaussian_data(const ProblemContext& context, const Checks& checks) {
  const Tensor x = gaussian_points(context.seed).to(at::kFloat);
  const std::vector<double> spectrum = covariance_spectrum(x);
  const std::vector<std::string> schedule = schedule_overrides(12000, 0.02);
  for (const std::int64_t latent : {2, 5}) {
    context.progress("Gaussian data, " + std::to_string(latent) + " latent dimensions");
    const TrainedModel model = train_model(
        problem_config("linear_vae", joined(schedule, {"model.latent=" + std::to_string(latent)})),
        points_dataset("gaussian", x));
    compare_learned(checks.under("gaussian/q=" + std::to_string(latent)), model, x, spectrum,
                    latent);
  }
  constexpr double kVariance = 0.25;
  std::vector<RatePoint> points;
  for (const double beta : {1.3, 2.2, 4.0, 7.0}) {
    context.progress("Gaussian data, β = " + number(beta));
    const TrainedModel model = train_model(
        problem_config("linear_vae",
                       joined(schedule, {"model.latent=6", "objective.beta=" + number(beta),
                                         "likelihood.sigma=fixed", "likelihood.value=0.5"})),
        points_dataset("gaussian", x));
    points.push_back(compare_fixed(checks.under("gaussian/beta=" + number(beta)), model, spectrum,
                                   6, beta, kVariance));
  }
  compare_slopes(checks.under("gaussian"), points,
                 [&](double beta) { return fixed_variance_optimum(spectrum, 6, beta, kVariance); });
}

/// The published numbers that the eigenvalues of MNIST must give (train split).
void mnist_truth(const Checks& checks, const std::vector<double>& spectrum) {
  struct Row {
    std::int64_t latent;
    double variance, log_p, kl, sse;
  };
  for (const Row& row :
       {Row{2, .056096, 12.428, 4.357, 43.979}, Row{10, .034867, 182.155, 21.030, 27.336},
        Row{50, .012596, 507.905, 94.401, 9.875}}) {
    const LinearOptimum o = learned_variance_optimum(spectrum, row.latent);
    const Checks at = checks.under("truth/q=" + std::to_string(row.latent));
    at.oracle("V87/variance", "σ² of pPCA on MNIST", o.variance, row.variance, 1e-6);
    at.oracle("V87/log_p", "max ln p of pPCA on MNIST (± 0.001)", o.elbo - row.log_p, 0.0, 1e-3);
    at.oracle("V87/kl", "total KL of pPCA on MNIST (± 0.001)", o.total_kl - row.kl, 0.0, 1e-3);
    at.oracle("V87/sse", "E SSE of pPCA on MNIST (± 0.001)", o.sse - row.sse, 0.0, 1e-3);
  }
}

/// The published counts and sums at sigma^2 = 0.1 with enough latent dimensions.
void mnist_sweep(const Checks& checks, const std::vector<double>& spectrum) {
  struct Row {
    double beta;
    std::int64_t active;
    double kl, sse;
  };
  for (const Row& row :
       {Row{1.0, 69, 45.109, 13.644}, Row{2.0, 45, 25.481, 19.169}, Row{8.0, 15, 5.809, 34.179}}) {
    const LinearOptimum o = fixed_variance_optimum(spectrum, 784, row.beta, 0.1);
    const Checks at = checks.under("truth/beta=" + number(row.beta));
    at.oracle("V87/active", "eigenvalues of MNIST above θ", static_cast<double>(o.active),
              static_cast<double>(row.active), 1e-12);
    at.oracle("V87/kl", "KL at fixed σ² = 0.1 (± 0.001)", o.total_kl - row.kl, 0.0, 1e-3);
    at.oracle("V87/sse", "E SSE at fixed σ² = 0.1 (± 0.001)", o.sse - row.sse, 0.0, 1e-3);
  }
}

void mnist_data(const ProblemContext& context, const Checks& checks) {
  std::optional<std::filesystem::path> directory;
  if (!context.data_directory.empty()) directory = context.data_directory;
  if (!find_mnist(directory)) {
    context.progress("MNIST was not found: its part is left out");
    return;
  }
  const Config config = problem_config("linear_vae");
  Dataset data = load_dataset(dataset_request(config, directory));
  std::vector<std::int64_t> all(static_cast<std::size_t>(data.train.count));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const Tensor x = gather(data.train, data.dim, all, pixel_transform(config), 0, 0).x;
  context.progress("eigenvalues of MNIST");
  const std::vector<double> spectrum = covariance_spectrum(x);
  mnist_truth(checks, spectrum);
  mnist_sweep(checks, spectrum);
  for (const std::int64_t latent : {2, 10, 50}) {
    context.progress("MNIST, " + std::to_string(latent) + " latent dimensions");
    const TrainedModel model =
        train_model(problem_config("linear_vae", {"model.latent=" + std::to_string(latent)}), data);
    compare_learned(checks.under("q=" + std::to_string(latent)), model, x, spectrum, latent);
  }
  constexpr double kVariance = 0.1;
  constexpr std::int64_t kLatent = 40;
  // A dimension close to the threshold grows out of the collapsed state by a small drift, which the
  // noise of small batches under Adam hides at larger rates.
  const std::vector<std::string> slowly =
      joined(schedule_overrides(40000, 5e-3), {"optimizer.batch_size=1000"});
  std::vector<RatePoint> points;
  for (const double beta : {4.0, 8.0, 20.0}) {
    context.progress("MNIST, β = " + number(beta));
    const TrainedModel model = train_model(
        problem_config("linear_vae",
                       joined(slowly, {"model.latent=" + std::to_string(kLatent),
                                       "objective.beta=" + number(beta), "likelihood.sigma=fixed",
                                       "likelihood.value=" + number(std::sqrt(kVariance))})),
        data);
    points.push_back(compare_fixed(checks.under("beta=" + number(beta)), model, spectrum, kLatent,
                                   beta, kVariance));
  }
  compare_slopes(checks, points, [&](double beta) {
    return fixed_variance_optimum(spectrum, kLatent, beta, kVariance);
  });
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  gaussian_data(context, checks);
  if (context.full) mnist_data(context, checks.under("mnist"));
}

}  // namespace

Problem entry() {
  return {.name = "linear_vae",
          .summary = "a trained linear VAE against probabilistic PCA; with --full on MNIST",
          .truth = "closed form from the eigenvalues of the data's covariance",
          .reference = "Tipping & Bishop 1999; Lucas et al. 2019",
          .run = run};
}

}  // namespace elbow::problems::linear_vae
