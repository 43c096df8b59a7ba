// Rules that every trained number rests on, each by a second route: plain float64 formulas on raw
// outputs, gradients, draws and weights.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/identity.h"
#include "problems/checks.h"

namespace elbow::problems {

/// ln p(x|z) of Bernoulli pixels from logits l and binary x, [B, D] -> [B]: sum x ln s(l) + (1 - x)
/// ln s(-l).
void check_bernoulli(const Checks& checks,
                     const std::function<Tensor(const Tensor& logits, const Tensor& x)>& log_prob);

/// A penalty of the critic C(x) = sum w x^2 on the points x [B, D], per sample, and the share of
/// the loss that it makes.
struct PenaltyNumbers {
  std::vector<double> values;
  double loss = 0.0;
};
/// lambda E (|2 w x| - target)^2: x stands on both sides of the interpolation.
void check_gradient_penalty(
    const Checks& checks,
    const std::function<PenaltyNumbers(const Tensor& w, const Tensor& x, double lambda,
                                       double target)>& penalty);
/// gamma E 1/2 |2 w x|^2.
void check_r1(
    const Checks& checks,
    const std::function<PenaltyNumbers(const Tensor& w, const Tensor& x, double gamma)>& penalty);

/// Parts of the least-squares losses at critic outputs.
struct LabelledLosses {
  double real = 0.0, fake = 0.0, discriminator = 0.0, generator = 0.0;
};
/// 1/2 (C - b)^2 on real, 1/2 (C - a)^2 on generated points; the generator's 1/2 (C - c)^2.
void check_least_squares(const Checks& checks,
                         const std::function<LabelledLosses(const std::vector<double>& real,
                                                            const std::vector<double>& fake,
                                                            double a, double b, double c)>& losses);

/// Outputs of one network on two successive draws of z: uncorrelated, with sqrt(n) r as z-score.
void check_fresh_draws(const Checks& checks, const std::vector<double>& first,
                       const std::vector<double>& second);

/// Three updates of Adam (lr, beta1, beta2, eps) with these gradients from weights w, against
/// algorithm 1 of Kingma & Ba.
struct AdamRule {
  double lr = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
};
void check_adam(
    const Checks& checks, const AdamRule& rule,
    const std::function<std::vector<double>(
        const std::vector<double>& w, const std::vector<std::vector<double>>& gradients)>& update);

/// Masks of the same n pixels of probability p in two successive batches, as 0 and 1: their mean is
/// p, and they differ in a share 2 p (1 - p).
void check_masks(const Checks& checks, const std::vector<double>& first,
                 const std::vector<double>& second, double p);

/// a' = d a + (1 - d) w, d = min(decay, (1 + k) / (10 + k)), for all averages after update k.
void check_averages(const Checks& checks, std::int64_t k, double decay,
                    const std::vector<double>& before, const std::vector<double>& weights,
                    const std::vector<double>& after);

/// What a pass over a split says beside what it says of networks that hold these weights without
/// averaging.
void check_evaluation(const Checks& checks, const Values& pass, const Values& of_averages,
                      const Values& of_live_weights, const std::string& term);

}  // namespace elbow::problems
