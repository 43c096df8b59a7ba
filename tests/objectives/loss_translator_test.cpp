#include "objectives/loss_translator.h"

#include <gtest/gtest.h>

#include "core/error.h"

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
            "this loss is 0.5 × (−ELBO) of a Gaussian decoder with σ² = 0.5, β = 8");
}

TEST(LossTranslator, RefusesALossWithoutReconstruction) {
  EXPECT_THROW(effective_beta({.reconstruction_weight = 0.0}), Error);
  EXPECT_THROW(effective_theta({.pixel_divisor = 0.0}), Error);
  EXPECT_THROW(effective_beta({.latent_divisor = -1.0}), Error);
}

}  // namespace
}  // namespace elbow
