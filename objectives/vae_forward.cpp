#include "objectives/vae_forward.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sstream>

#include "core/error.h"
#include "math/fused.h"
#include "math/fused_kernels.h"
#include "math/host.h"
#include "objectives/posterior_statistics.h"

namespace elbow {
namespace {

Tensor to_tensor(const std::vector<double>& values) {
  Tensor t = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), t.data_ptr<double>());
  return t;
}

/// ln N(z; 0, I) per row of [B, d].
std::vector<double> standard_normal(const Tensor& z) {
  const std::vector<double> codes = to_doubles(z);
  const std::int64_t d = z.size(1);
  std::vector<double> result(static_cast<std::size_t>(z.size(0)));
  const double* row = codes.data();
  for (double& log_density : result) {
    const double squares = kernels::squared_deviations(row, d, 0.0);
    log_density = -0.5 * (squares + static_cast<double>(d) * std::log(2.0 * M_PI));
    row += d;
  }
  return result;
}

std::vector<double> minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
  return result;
}

}  // namespace

ParameterSpec gradient_parameter() {
  return {.name = "gradient",
          .symbol = "",
          .type = ValueType::text,
          .default_value = "pathwise",
          .choices = {"pathwise"},
          .description = "gradient through the sampling of z; pathwise: z = μ + s·ε"};
}

GradientEstimator gradient_estimator(const Parameters& parameters) {
  const std::string name = parameters.text("gradient");
  if (name == "pathwise") return GradientEstimator::pathwise;
  throw Error("There is no gradient estimator named '" + name + "'. Known: pathwise.",
              ExitCode::usage);
}

VaeForward vae_forward(const Context& context, Likelihood& likelihood, std::int64_t latent,
                       GradientEstimator gradient) {
  switch (gradient) {
    case GradientEstimator::pathwise:
      break;  // what sample_gaussian_posterior differentiates
  }
  const Tensor& x = context.batch.x;
  VaeForward f;
  f.mu_log_var = context.networks.at("encoder").forward(x, context.mode);
  if (f.mu_log_var.dim() != 2 || f.mu_log_var.size(1) != 2 * latent) {
    std::ostringstream out;
    out << "The encoder's output is " << f.mu_log_var.sizes() << "; mean and log-variance of "
        << latent << " latent dimensions need [B, " << 2 * latent << "].";
    throw Error(out.str());
  }
  f.eps = at::randn({x.size(0), latent}, context.latent, f.mu_log_var.options());
  GaussianPosterior posterior = sample_gaussian_posterior(f.mu_log_var, f.eps, context.instruments);
  f.z = posterior.z;
  f.kl = posterior.kl;
  f.kl_per_dim = posterior.kl_per_dim;
  f.output = context.networks.at("decoder").forward(f.z, context.mode);
  f.log_px = likelihood.log_prob(f.output, x, context);
  return f;
}

std::vector<Phase> vae_phases(Likelihood& likelihood) {
  Phase phase{.name = "model", .networks = {"encoder", "decoder"}};
  const std::shared_ptr<Network> network = likelihood.network();
  if (network && !network->parameters().empty()) phase.networks.push_back("likelihood");
  return {phase};
}

std::vector<Term> vae_terms(const VaeForward& f, const Context& context, Likelihood& likelihood,
                            double beta) {
  std::vector<Term> terms{{.name = "elbo/reconstruction", .values = f.log_px, .weight = -1.0},
                          {.name = "elbo/kl", .values = f.kl, .weight = beta}};
  if (!context.instruments) return terms;
  const at::NoGradGuard no_grad;
  const PosteriorStatistics s = posterior_statistics(f.mu_log_var, f.eps, f.z);
  const std::vector<double> log_px = to_doubles(f.log_px), kl = to_doubles(f.kl);
  const std::vector<double> kl_mc = minus(s.log_q_noise, s.log_p_z);
  terms.push_back({.name = "elbo", .values = to_tensor(minus(log_px, kl))});
  terms.push_back({.name = "elbo/kl_mc", .values = to_tensor(kl_mc)});
  terms.push_back({.name = "elbo/kl_mc/difference", .values = to_tensor(minus(kl_mc, kl))});
  terms.push_back({.name = "log_q/density", .values = to_tensor(s.log_q_density)});
  terms.push_back({.name = "log_q/noise", .values = to_tensor(s.log_q_noise)});
  // Its own evaluation of ln p(z), so that V3 also sees a mistake in the one of the KL.
  terms.push_back(
      {.name = "log_w",
       .values = to_tensor(minus(log_px, minus(s.log_q_density, standard_normal(f.z))))});
  terms.push_back({.name = "kl/dim/*", .values = f.kl_per_dim});
  // One row has no variance to count by.
  if (f.mu_log_var.size(0) > 1) {
    terms.push_back(scalar_term("active_units", static_cast<double>(s.active_units)));
  }
  terms.push_back(scalar_term("mu/min", s.mu_min));
  terms.push_back(scalar_term("mu/max", s.mu_max));
  terms.push_back(scalar_term("log_var/min", s.log_var_min));
  terms.push_back(scalar_term("log_var/max", s.log_var_max));
  for (Term& term : likelihood.terms(f.output, context.batch.x, context))
    terms.push_back(std::move(term));
  return terms;
}

}  // namespace elbow
