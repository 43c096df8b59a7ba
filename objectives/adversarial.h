// What adversarial objectives share: one generator against one discriminator, two phases. An
// objective is the table of its formulas on raw discriminator outputs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "objectives/objective.h"

namespace elbow {

/// The formulas of one objective on raw outputs l of the discriminator ([B], never sigmoid(l)).
/// Losses are written twice, per sample and as the scalar that is back-propagated, by different
/// routes; the closure identity compares them on every logged step.
struct AdversarialFormulas {
  /// Per-sample parts of L_D, summed with weight 1 each: [B] -> [B].
  std::function<Tensor(const Tensor&l)> discriminator_real, discriminator_fake;
  /// Per-sample L_G: [B] -> [B].
  std::function<Tensor(const Tensor& l)> generator;
  /// The same as scalars.
  std::function<Tensor(const Tensor& l_real, const Tensor& l_fake)> discriminator_loss;
  std::function<Tensor(const Tensor& l_fake)> generator_loss;
  /// Further terms of a logged step, on detached outputs; weight 0. May be empty.
  std::function<std::vector<Term>(const Tensor& l_real, const Tensor& l_fake)> discriminator_terms;
  std::function<std::vector<Term>(const Tensor& l_fake)> generator_terms;
};

/// Phases, in this order: "discriminator" (real batch, as many detached samples of the generator;
/// separate passes), "generator" (fresh samples; needs no data). z ~ N(0, I) from context.latent,
/// one draw of [B, latent] per phase. A phase leaves the buffers of the opponent as they were.
/// Terms: loss/discriminator/real, loss/discriminator/fake, loss/generator/fake, plus the
/// instruments of the formulas. Errors: a discriminator whose output is not [B, 1].
std::unique_ptr<Objective> make_adversarial(AdversarialFormulas formulas, std::int64_t latent);

/// Terms of an output that is a logit, sigma(l) = probability of "real": logit/*, probability/*,
/// accuracy, accuracy/*, critic/auc.
std::vector<Term> logit_terms(const Tensor& l_real, const Tensor& l_fake);

/// critic/auc: the chance that an image scores above a sample, P(l(x) > l(G(z))) + P(=)/2. Values
/// [B]: share of samples below image i, plus share of images above sample i, less their mean; their
/// mean is the AUC, and the standard error of it is DeLong's. Source: DeLong et al. 1988.
Term auc_term(const Tensor& l_real, const Tensor& l_fake);

/// Terms of an output that is a score without probability: critic/real, critic/fake, critic/auc.
/// `real_above` is false where the loss draws the outputs on images below those on samples.
std::vector<Term> critic_terms(const Tensor& l_real, const Tensor& l_fake, bool real_above = true);

/// accuracy, accuracy/real, accuracy/fake of calling "real" what lies above the threshold.
std::vector<Term> accuracy_terms(const Tensor& l_real, const Tensor& l_fake, double threshold);

}  // namespace elbow
