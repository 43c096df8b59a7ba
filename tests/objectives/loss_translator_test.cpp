#include "objectives/loss_translator.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/value.h"

namespace elbow {
namespace {

constexpr double kPixels = 784.0, kLatents = 20.0;

TEST(LossTranslator, SquaredErrorLosses) {
  EXPECT_DOUBLE_EQ(effective_theta({.reconstruction_weight = 0.5}), 1.0);
  EXPECT_DOUBLE_EQ(effective_theta({}), 0.5);
  EXPECT_DOUBLE_EQ(effective_theta({.reconstruction_weight = 255.0}), 1.0 / 510.0);
  EXPECT_DOUBLE_EQ(effective_theta({.pixel_divisor = kPixels}), 392.0);
  EXPECT_DOUBLE_EQ(effective_theta({.pixel_divisor = kPixels, .latent_divisor = kLatents}), 19.6);
  EXPECT_DOUBLE_EQ(effective_theta({.kl_weight = 0.01, .pixel_divisor = kPixels}), 3.92);
}

TEST(LossTranslator, CrossEntropyLosses) {
  EXPECT_DOUBLE_EQ(effective_beta({}), 1.0);
  EXPECT_DOUBLE_EQ(
      effective_beta(
          {.reconstruction_weight = kPixels, .pixel_divisor = kPixels, .latent_divisor = kLatents}),
      1.0 / kLatents);
  EXPECT_DOUBLE_EQ(effective_beta({.pixel_divisor = kPixels}), kPixels);
}

TEST(LossTranslator, TheSentenceNamesScaleVarianceAndBeta) {
  EXPECT_EQ(translate_squared_error({.reconstruction_weight = 0.5, .kl_weight = 4.0}, 0.5),
            "this loss is 0.5 × (−ELBO) of a Gaussian decoder with σ² = 0.5, β = 8; θ = βσ² = 4");
}

TEST(LossTranslator, TheSentenceOfARun) {
  const std::string reduction = ": sums over pixels and latent dimensions, mean over the batch";
  const auto constant = [](double beta, DecoderVariance kind, double variance = 0.0) {
    return translate_elbo({.kl_weight = beta}, {.kl_weight = beta}, true, kind, variance);
  };
  EXPECT_EQ(constant(4.0, DecoderVariance::none),
            "this loss is 1 × (−ELBO) with β = 4" + reduction);
  EXPECT_EQ(constant(2.0, DecoderVariance::fixed, 0.25),
            "this loss is 1 × (−ELBO) of a Gaussian decoder with σ² = 0.25, β = 2; θ = βσ² = 0.5" +
                reduction);
  EXPECT_EQ(constant(1.0, DecoderVariance::fitted),
            "this loss is 1 × (−ELBO) with β = 1 of a Gaussian decoder whose σ² is fitted; θ = βσ² "
            "moves with it" +
                reduction);
  EXPECT_EQ(translate_elbo({.kl_weight = 2.0}, {.kl_weight = 0.0}, false, DecoderVariance::none),
            "this loss is 1 × (−ELBO) with β = 2" + reduction +
                "; β varies over the run, from 0 at its first step, and the numbers are those of "
                "its last");
  EXPECT_EQ(
      translate_elbo({.reconstruction_weight = 0.5, .kl_weight = 1.0},
                     {.reconstruction_weight = 0.5, .kl_weight = 1.0}, true, DecoderVariance::none),
      "this loss is 0.5 × (−ELBO) with β = 2" + reduction);
}

TEST(LossTranslator, ALogLikelihoodDividedByPixels) {
  EXPECT_EQ(translate_log_likelihood({.pixel_divisor = 4.0}),
            "this loss is 0.25 × (−ELBO) with β = 4");
}

TEST(LossTranslator, RefusesALossWithoutReconstruction) {
  EXPECT_THROW(effective_beta({.reconstruction_weight = 0.0}), Error);
  EXPECT_THROW(effective_theta({.pixel_divisor = 0.0}), Error);
  EXPECT_THROW(effective_beta({.latent_divisor = -1.0}), Error);
}

}  // namespace
}  // namespace elbow
