// The hot functions of training as one vectorised pass each, with their gradient. Each equals a
// plain ATen formula (tests), and falls back to it for double precision, other devices and wherever
// a second derivative is asked for.
#pragma once

#include "math/tensor.h"

namespace elbow {

/// ln p(x|l) = sum_i x_i l_i - softplus(l_i) of independent Bernoulli pixels with logits l.
/// logits, x: [B, D], x in [0, 1]; result [B], nats. Differentiable in the logits (not in x).
/// Grey x gives -BCE, which is no likelihood. Errors: shapes differ.
/// Source: Kingma & Welling 2013, appendix C.1.
Tensor bernoulli_log_prob(const Tensor& logits, const Tensor& x);

struct GaussianPosterior {
  Tensor z;           ///< [B, d], mu + exp(log_var / 2) eps
  Tensor kl;          ///< [B], KL(q||N(0, I)) in nats, summed over dimensions
  Tensor kl_per_dim;  ///< [d, B] float64, detached, a pass of its own; undefined unless asked for
};

/// Sample and closed-form KL of q(z|x) = N(mu, diag exp(log_var)) against N(0, I) in one pass.
///   KL = 1/2 sum_j (mu_j^2 + expm1(lv_j) - lv_j)
/// mu_log_var: [B, 2d] (means first); eps: [B, d]. Both results differentiable in mu_log_var.
/// Source: Kingma & Welling 2013, appendix B.
GaussianPosterior sample_gaussian_posterior(const Tensor& mu_log_var, const Tensor& eps,
                                            bool per_dim = false);

/// ln N(x; mean, sigma^2 I) per row with every constant: [B, D], [B, D], scalar tensor log_sigma
/// (differentiable) -> [B], nats.
Tensor gaussian_log_prob(const Tensor& x, const Tensor& mean, const Tensor& log_sigma);

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;  ///< weight_decay: decoupled (AdamW)
  std::int64_t t;                              ///< 1 for the first step
  double gradient_scale = 1.0;                 ///< clipping factor, applied to the gradient first
};

/// One Adam step of one parameter in one pass, in place (Kingma & Ba 2015, algorithm 1, with bias
/// correction and eps outside the root). Returns the squared norm of the unscaled gradient
/// (float64). All tensors float32, contiguous, on the CPU, of one shape; otherwise plain ATen.
double adam_step(const Tensor& parameter, const Tensor& gradient, const Tensor& first_moment,
                 const Tensor& second_moment, const AdamStep& step);

/// Squared Euclidean norm, accumulated in float64.
double squared_norm(const Tensor& t);

}  // namespace elbow
