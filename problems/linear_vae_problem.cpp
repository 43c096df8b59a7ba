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
#include "problems/linear_comparison.h"
#include "problems/principal_components.h"
#include "problems/training_run.h"
#include "training/evaluation.h"

namespace elbow::problems::linear_vae {
namespace {

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

/// Standard error of the mean of ‖x − x̂(z)‖² over the rows of x, from one draw z = μ + s ε a row.
/// With r = x − x̂(μ) and A = W diag(s) the variance of a row is 4 |Aᵀr|² + 2 |AᵀA|² (Frobenius).
/// Its expectation is the mean of |r|² + Σ s² |W|² (columns).
struct ExpectedSse {
  double mean, se;
};
ExpectedSse expected_sse(const TrainedModel& model, const Tensor& x) {
  const NoGrad no_grad;
  const Networks& networks = model.session->networks();
  const std::vector<NamedTensor>& decoder = networks.at("decoder").parameters();
  const Tensor w = decoder.at(0).tensor.to(at::kDouble), b = decoder.at(1).tensor.to(at::kDouble);
  const Tensor code = networks.at("encoder").forward(x, Mode::eval).to(at::kDouble);
  const std::int64_t q = code.size(1) / 2;
  const Tensor mu = code.slice(1, 0, q), variance = code.slice(1, q).exp();
  const Tensor r = x.to(at::kDouble) - mu.matmul(w.t()) - b;
  const Tensor linear = 4.0 * (variance * r.matmul(w).square()).sum(1);
  const Tensor square = 2.0 * (variance.matmul(w.t().matmul(w).square()) * variance).sum(1);
  const double total = (linear + square).sum().item<double>();
  const Tensor mean = r.square().sum(1) + variance.matmul(w.square().sum(0));
  return {mean.mean().item<double>(), std::sqrt(total) / static_cast<double>(x.size(0))};
}

LinearNumbers numbers_of(const TrainedModel& model, const Tensor& x, double variance) {
  const Values& v = model.values;
  const ExpectedSse sse = expected_sse(model, x);
  return {.elbo = v["elbo"],
          .kl = v["elbo/kl"],
          .reconstruction = v["elbo/reconstruction"],
          .sse = v["sse"],
          .kl_dim = kl_per_dimension(model),
          .sse_se = sse.se,
          .reconstruction_se = sse.se / (2.0 * variance),
          .expected_sse = sse.mean};
}

/// ln p of each row under the trained decoder, exactly.
std::vector<double> log_densities(const TrainedModel& model, const Tensor& x) {
  const std::vector<NamedTensor>& p = model.session->networks().at("decoder").parameters();
  const double sigma = model.values["sigma"];
  const Tensor t =
      gaussian_log_densities(x, p.at(0).tensor, p.at(1).tensor, sigma * sigma).contiguous();
  return {t.data_ptr<double>(), t.data_ptr<double>() + t.numel()};
}

/// Beta = 1 with learned sigma.
void compare_learned(const Checks& checks, const TrainedModel& model, const Tensor& x,
                     const std::vector<double>& spectrum, std::int64_t latent) {
  const std::vector<double> log_p = log_densities(model, x);
  check_gap(checks, term_at_rows(*model.session, x, "log_w", 7), log_p);
  const double sigma = model.values["sigma"];
  check_learned_variance(checks, numbers_of(model, x, sigma * sigma), sigma,
                         mean_estimate(log_p).value, static_cast<std::int64_t>(spectrum.size()),
                         learned_variance_optimum(spectrum, latent));
  emit_run_identities(checks, model);
}

/// A fixed sigma, enough latent dimensions, and beta: which of them are used.
RatePoint compare_fixed(const Checks& checks, const TrainedModel& model, const Tensor& x,
                        const std::vector<double>& spectrum, std::int64_t latent, double beta,
                        double variance) {
  const LinearNumbers found = numbers_of(model, x, variance);
  check_fixed_variance(checks, found, spectrum, latent, beta, variance);
  emit_run_identities(checks, model);
  // Up to a constant, which no chord sees.
  return {beta, found.kl, found.expected_sse / (2.0 * variance)};
}

std::vector<std::string> schedule_overrides(std::int64_t steps, double lr) {
  return {"run.steps=" + std::to_string(steps),
          "optimizer.lr={schedule=\"cosine\",from=" + short_number(lr) +
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
    context.progress("Gaussian data, β = " + short_number(beta));
    const TrainedModel model = train_model(
        problem_config("linear_vae",
                       joined(schedule, {"model.latent=6", "objective.beta=" + short_number(beta),
                                         "likelihood.sigma=fixed", "likelihood.value=0.5"})),
        points_dataset("gaussian", x));
    points.push_back(compare_fixed(checks.under("gaussian/beta=" + short_number(beta)), model, x,
                                   spectrum, 6, beta, kVariance));
  }
  check_slopes(checks.under("gaussian"), points,
               [&](double beta) { return fixed_variance_optimum(spectrum, 6, beta, kVariance); });
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
  check_published_learned(
      checks, [&](std::int64_t latent) { return learned_variance_optimum(spectrum, latent); });
  check_published_fixed(
      checks, [&](double beta) { return fixed_variance_optimum(spectrum, 784, beta, 0.1); });
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
    context.progress("MNIST, β = " + short_number(beta));
    const TrainedModel model = train_model(
        problem_config(
            "linear_vae",
            joined(slowly, {"model.latent=" + std::to_string(kLatent),
                            "objective.beta=" + short_number(beta), "likelihood.sigma=fixed",
                            "likelihood.value=" + short_number(std::sqrt(kVariance))})),
        data);
    points.push_back(compare_fixed(checks.under("beta=" + short_number(beta)), model, x, spectrum,
                                   kLatent, beta, kVariance));
  }
  check_slopes(checks, points, [&](double beta) {
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
