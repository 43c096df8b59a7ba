#include "training/loss_weights.h"

#include <ATen/ops/mean.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/identities.h"
#include "tests/support/tiny_world.h"
#include "training/evaluation.h"

namespace elbow {
namespace {

using testing::World;

struct OfElbo {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  Evaluation e = world.evaluate("model");
  Tensor kl = testing::term(e, "elbo/kl").values,
         reconstruction = testing::term(e, "elbo/reconstruction").values;
};

TEST(LossWeights, AreTheDerivativesOfTheLoss) {
  OfElbo o;
  EXPECT_DOUBLE_EQ(loss_weights(o.e)->kl_weight, 1.0);
  EXPECT_DOUBLE_EQ(loss_weights(o.e)->reconstruction_weight, 1.0);
  // What an objective adds in code counts, though its terms say otherwise.
  o.e.loss = o.e.loss + 9.7 * o.kl.mean();
  EXPECT_DOUBLE_EQ(effective_beta(*loss_weights(o.e)), 10.7);
  EXPECT_EQ(testing::record({{"model", o.e}})["effective_beta"], 10.7);
  o.e.loss = (0.25 * o.kl - 0.5 * o.reconstruction).mean();
  EXPECT_DOUBLE_EQ(effective_beta(*loss_weights(o.e)), 0.5);
  EXPECT_DOUBLE_EQ(loss_weights(o.e)->reconstruction_weight, 0.5);
}

TEST(LossWeights, AreNoneOfALossWithOtherParts) {
  OfElbo o;
  const Tensor loss = o.e.loss;
  o.e.loss = loss + 0.1 * o.kl.square().mean();
  EXPECT_FALSE(loss_weights(o.e)) << "the weight of a sample depends on it";
  o.e.loss = loss + 3.0;
  EXPECT_FALSE(loss_weights(o.e)) << "something else is added";
  o.e.loss = loss + 0.1 * o.world.parameters("encoder")[0].square().sum();
  EXPECT_FALSE(loss_weights(o.e));
  EXPECT_FALSE(testing::record({{"model", o.e}}).contains("effective_beta"));
  o.e.loss = loss.detach();
  EXPECT_FALSE(loss_weights(o.e)) << "no graph";
  World gan = World::gan();
  EXPECT_FALSE(loss_weights(gan.evaluate("generator")));
}

}  // namespace
}  // namespace elbow
