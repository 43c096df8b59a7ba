#include "problems/principal_components.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_solve_triangular.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"

namespace elbow::problems {
namespace {

constexpr double kLn2Pi = 1.8378770664093454836;

/// Fills in what follows from theta, the variance and which dimensions are used.
LinearOptimum optimum(const std::vector<double>& spectrum, std::int64_t latent, double theta,
                      double variance) {
  LinearOptimum o{.variance = variance, .theta = theta, .kl = {}};
  const double dimensions = static_cast<double>(spectrum.size());
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    const bool used = static_cast<std::int64_t>(i) < latent && spectrum[i] > theta;
    o.sse += used ? theta : spectrum[i];
    if (!used) continue;
    o.kl.push_back(0.5 * std::log(spectrum[i] / theta));
    o.total_kl += o.kl.back();
  }
  o.active = static_cast<std::int64_t>(o.kl.size());
  o.reconstruction = -o.sse / (2.0 * variance) - 0.5 * dimensions * (kLn2Pi + std::log(variance));
  o.elbo = o.reconstruction - o.total_kl;
  return o;
}

}  // namespace

std::vector<double> covariance_spectrum(const Tensor& x) {
  const NoGrad no_grad;
  const Tensor wide = x.to(at::kDouble);
  const Tensor centred = wide - wide.mean(0, true);
  const Tensor covariance = centred.t().matmul(centred) / static_cast<double>(wide.size(0));
  const Tensor values = at::linalg_eigvalsh(covariance).contiguous();
  const double* first = values.data_ptr<double>();
  std::vector<double> spectrum(first, first + values.numel());
  std::reverse(spectrum.begin(), spectrum.end());
  for (double& value : spectrum) value = std::max(value, 0.0);
  return spectrum;
}

LinearOptimum learned_variance_optimum(const std::vector<double>& spectrum, std::int64_t latent) {
  const auto dimensions = static_cast<std::int64_t>(spectrum.size());
  if (latent >= dimensions)
    throw Error("A linear VAE with " + std::to_string(latent) + " latent dimensions on " +
                std::to_string(dimensions) + "-dimensional data leaves no variance: use fewer.");
  double rest = 0.0;
  for (std::int64_t i = latent; i < dimensions; ++i) rest += spectrum[static_cast<std::size_t>(i)];
  const double variance = rest / static_cast<double>(dimensions - latent);
  return optimum(spectrum, latent, variance, variance);
}

LinearOptimum fixed_variance_optimum(const std::vector<double>& spectrum, std::int64_t latent,
                                     double beta, double variance) {
  return optimum(spectrum, latent, beta * variance, variance);
}

Tensor gaussian_log_densities(const Tensor& x, const Tensor& w, const Tensor& b, double variance) {
  const NoGrad no_grad;
  const Tensor wide = w.to(at::kDouble);
  const std::int64_t dimensions = wide.size(0);
  const Tensor covariance = wide.matmul(wide.t()) + variance * at::eye(dimensions, wide.options());
  const Tensor root = at::linalg_cholesky(covariance);
  const Tensor centred = (x.to(at::kDouble) - b.to(at::kDouble)).t();
  const Tensor white = at::linalg_solve_triangular(root, centred, false);
  const double log_determinant = 2.0 * root.diagonal().log().sum().item<double>();
  return -0.5 *
         (white.square().sum(0) + log_determinant + static_cast<double>(dimensions) * kLn2Pi);
}

double gaussian_log_likelihood(const Tensor& x, const Tensor& w, const Tensor& b, double variance) {
  return gaussian_log_densities(x, w, b, variance).mean().item<double>();
}

}  // namespace elbow::problems
