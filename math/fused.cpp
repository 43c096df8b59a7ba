#include "math/fused.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "math/fused_kernels.h"
#include "math/torch_compat.h"

namespace elbow {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void require_matrices(const char* function, const char* first_name, const Tensor& first,
                      const char* second_name, const Tensor& second, bool fits) {
  if (first.dim() == 2 && second.dim() == 2 && fits) return;
  throw Error(std::string(function) + ": " + first_name + " " + shape_text(first) + " and " +
              second_name + " " + shape_text(second) + " do not fit together.");
}

/// Whether the float32 loops may run on it; otherwise plain ATen.
bool plain(const Tensor& t) {
  return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous();
}

bool needs_graph(const Tensor& t) { return t.requires_grad() && c10::GradMode::is_enabled(); }

/// Runs body(first row, number of rows) on all threads; each thread gets enough work to pay.
template <typename Body>
void for_rows(std::int64_t rows, std::int64_t dim, const Body& body) {
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, dim));
  at::parallel_for(0, rows, grain, [&](std::int64_t begin, std::int64_t end) {
    if (end > begin) body(begin, end - begin);
  });
}

// --- Bernoulli ------------------------------------------------------------------------------

Tensor bernoulli_value(const Tensor& logits, const Tensor& x) {
  const std::int64_t rows = logits.size(0), dim = logits.size(1);
  Tensor out = at::empty({rows}, logits.options().requires_grad(false));
  const float *l = logits.data_ptr<float>(), *t = x.data_ptr<float>();
  float* o = out.data_ptr<float>();
  for_rows(rows, dim, [=](std::int64_t b, std::int64_t n) {
    kernels::bernoulli_rows(l + b * dim, t + b * dim, o + b, n, dim);
  });
  return out;
}

struct BernoulliLogProb : torch::autograd::Function<BernoulliLogProb> {
  static Tensor forward(AutogradContext* context, const Tensor& logits, const Tensor& x) {
    context->save_for_backward({logits, x});
    return bernoulli_value(logits, x);
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    const auto saved = context->get_saved_variables();
    const Tensor &logits = saved[0], &x = saved[1];
    if (c10::GradMode::is_enabled()) {
      return {upstream[0].unsqueeze(1) * (x - at::sigmoid(logits)), Tensor()};
    }
    const std::int64_t rows = logits.size(0), dim = logits.size(1);
    const Tensor weights = upstream[0].contiguous();
    Tensor out = at::empty_like(logits);
    const float *l = logits.data_ptr<float>(), *t = x.data_ptr<float>();
    const float* g = weights.data_ptr<float>();
    float* o = out.data_ptr<float>();
    for_rows(rows, dim, [=](std::int64_t b, std::int64_t n) {
      kernels::bernoulli_rows_gradient(l + b * dim, t + b * dim, g + b, o + b * dim, n, dim);
    });
    return {out, Tensor()};
  }
};

// --- Squared distance per row ---------------------------------------------------------------

Tensor squared_distance_value(const Tensor& x, const Tensor& mean) {
  const std::int64_t rows = x.size(0), dim = x.size(1);
  Tensor out = at::empty({rows}, x.options().requires_grad(false));
  const float *s = x.data_ptr<float>(), *m = mean.data_ptr<float>();
  float* o = out.data_ptr<float>();
  for_rows(rows, dim, [=](std::int64_t b, std::int64_t n) {
    kernels::squared_distance_rows(s + b * dim, m + b * dim, o + b, n, dim);
  });
  return out;
}

struct SquaredDistance : torch::autograd::Function<SquaredDistance> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& mean) {
    context->save_for_backward({x, mean});
    return squared_distance_value(x, mean);
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &mean = saved[1];
    if (c10::GradMode::is_enabled()) {
      return {Tensor(), upstream[0].unsqueeze(1) * (mean - x) * 2.0};
    }
    const std::int64_t rows = x.size(0), dim = x.size(1);
    const Tensor weights = upstream[0].contiguous();
    Tensor out = at::empty_like(mean);
    const float *s = x.data_ptr<float>(), *m = mean.data_ptr<float>();
    const float* g = weights.data_ptr<float>();
    float* o = out.data_ptr<float>();
    for_rows(rows, dim, [=](std::int64_t b, std::int64_t n) {
      kernels::squared_distance_rows_gradient(s + b * dim, m + b * dim, g + b, o + b * dim, n, dim);
    });
    return {Tensor(), out};
  }
};

// --- Gaussian posterior ---------------------------------------------------------------------

variable_list posterior_value(const Tensor& mu_log_var, const Tensor& eps) {
  const std::int64_t rows = eps.size(0), d = eps.size(1);
  Tensor z = at::empty_like(eps);
  Tensor kl = at::empty({rows}, eps.options().requires_grad(false));
  const float *p = mu_log_var.data_ptr<float>(), *e = eps.data_ptr<float>();
  float *z_out = z.data_ptr<float>(), *kl_out = kl.data_ptr<float>();
  for_rows(rows, d, [=](std::int64_t b, std::int64_t n) {
    kernels::posterior_rows(p + 2 * b * d, e + b * d, z_out + b * d, kl_out + b, n, d);
  });
  return {z, kl};
}

variable_list posterior_plain(const Tensor& mu_log_var, const Tensor& eps) {
  const std::int64_t d = eps.size(1);
  const Tensor mu = mu_log_var.narrow(1, 0, d);
  const Tensor log_var = mu_log_var.narrow(1, d, d);
  return {mu + at::exp(0.5 * log_var) * eps, 0.5 * (mu * mu + at::expm1(log_var) - log_var).sum(1)};
}

struct SamplePosterior : torch::autograd::Function<SamplePosterior> {
  static variable_list forward(AutogradContext* context, const Tensor& mu_log_var,
                               const Tensor& eps) {
    context->save_for_backward({mu_log_var, eps});
    context->set_materialize_grads(false);
    return posterior_value(mu_log_var, eps);
  }

  static variable_list backward(AutogradContext* context, variable_list upstream) {
    const auto saved = context->get_saved_variables();
    const Tensor &mu_log_var = saved[0], &eps = saved[1];
    const std::int64_t rows = eps.size(0), d = eps.size(1);
    if (!upstream[0].defined() && !upstream[1].defined()) return {Tensor(), Tensor()};
    if (c10::GradMode::is_enabled()) return {differentiable(mu_log_var, eps, upstream), Tensor()};
    const Tensor gz = upstream[0].defined() ? upstream[0].contiguous() : Tensor();
    const Tensor gkl = upstream[1].defined() ? upstream[1].contiguous() : Tensor();
    Tensor out = at::empty_like(mu_log_var);
    const float *p = mu_log_var.data_ptr<float>(), *e = eps.data_ptr<float>();
    const float* a = gz.defined() ? gz.data_ptr<float>() : nullptr;
    const float* k = gkl.defined() ? gkl.data_ptr<float>() : nullptr;
    float* o = out.data_ptr<float>();
    for_rows(rows, d, [=](std::int64_t b, std::int64_t n) {
      kernels::posterior_rows_gradient(p + 2 * b * d, e + b * d, a == nullptr ? a : a + b * d,
                                       k == nullptr ? k : k + b, o + 2 * b * d, n, d);
    });
    return {out, Tensor()};
  }

  static Tensor differentiable(const Tensor& mu_log_var, const Tensor& eps,
                               const variable_list& upstream) {
    const std::int64_t d = eps.size(1);
    const Tensor mu = mu_log_var.narrow(1, 0, d);
    const Tensor log_var = mu_log_var.narrow(1, d, d);
    Tensor g_mu, g_log_var;
    if (upstream[0].defined()) {
      g_mu = upstream[0];
      g_log_var = 0.5 * upstream[0] * at::exp(0.5 * log_var) * eps;
    }
    if (upstream[1].defined()) {
      const Tensor k = upstream[1].unsqueeze(1);
      const Tensor through_mu = k * mu;
      const Tensor through_log_var = 0.5 * k * at::expm1(log_var);
      g_mu = g_mu.defined() ? g_mu + through_mu : through_mu;
      g_log_var = g_log_var.defined() ? g_log_var + through_log_var : through_log_var;
    }
    return at::cat({g_mu, g_log_var}, 1);
  }
};

Tensor kl_per_dim(const Tensor& mu_log_var, std::int64_t d) {
  const NoGrad guard;
  if (plain(mu_log_var)) {
    Tensor out = at::empty({d, mu_log_var.size(0)},
                           mu_log_var.options().dtype(at::kDouble).requires_grad(false));
    kernels::kl_columns(mu_log_var.data_ptr<float>(), out.data_ptr<double>(), mu_log_var.size(0),
                        d);
    return out;
  }
  const Tensor wide = mu_log_var.detach().to(at::kDouble);
  const Tensor mu = wide.narrow(1, 0, d), log_var = wide.narrow(1, d, d);
  return (0.5 * (mu * mu + at::exp(log_var) - 1.0 - log_var)).t().contiguous();
}

}  // namespace

Tensor bernoulli_log_prob(const Tensor& logits, const Tensor& x) {
  require_matrices("bernoulli_log_prob", "logits", logits, "x", x, logits.sizes() == x.sizes());
  if (!plain(logits) || !plain(x) || needs_graph(x)) {
    return (x * logits - at::softplus(logits, 1.0, 1e9)).sum(1);
  }
  return needs_graph(logits) ? BernoulliLogProb::apply(logits, x) : bernoulli_value(logits, x);
}

GaussianPosterior sample_gaussian_posterior(const Tensor& mu_log_var, const Tensor& eps,
                                            bool per_dim) {
  require_matrices("sample_gaussian_posterior", "mu_log_var", mu_log_var, "eps", eps,
                   mu_log_var.dim() == 2 && eps.dim() == 2 && mu_log_var.size(0) == eps.size(0) &&
                       mu_log_var.size(1) == 2 * eps.size(1));
  variable_list pair;
  if (!plain(mu_log_var) || !plain(eps) || needs_graph(eps)) {
    pair = posterior_plain(mu_log_var, eps);
  } else if (needs_graph(mu_log_var)) {
    pair = SamplePosterior::apply(mu_log_var, eps);
  } else {
    pair = posterior_value(mu_log_var, eps);
  }
  return {pair[0], pair[1], per_dim ? kl_per_dim(mu_log_var, eps.size(1)) : Tensor()};
}

Tensor gaussian_log_prob(const Tensor& x, const Tensor& mean, const Tensor& log_sigma) {
  require_matrices("gaussian_log_prob", "x", x, "mean", mean, x.sizes() == mean.sizes());
  if (log_sigma.numel() != 1) {
    throw Error("gaussian_log_prob: log_sigma " + shape_text(log_sigma) + " must be a scalar.");
  }
  Tensor sse;
  if (!plain(x) || !plain(mean) || needs_graph(x)) {
    const Tensor difference = x - mean;
    sse = (difference * difference).sum(1);
  } else {
    sse = needs_graph(mean) ? SquaredDistance::apply(x, mean) : squared_distance_value(x, mean);
  }
  const double dim = static_cast<double>(x.size(1));
  const Tensor s = log_sigma.reshape({});
  return -0.5 * sse * at::exp(-2.0 * s) - (dim * s + 0.5 * dim * std::log(2.0 * std::numbers::pi));
}

}  // namespace elbow
