#include <ATen/ops/softplus.h>
#include <gtest/gtest.h>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/identities.h"
#include "tests/support/linear_critic.h"

namespace elbow {
namespace {

using testing::LinearCritic;
using testing::World;

Evaluation penalty(World& world, double gamma) {
  const PenaltyEntry& entry = penalty_entry("r1");
  at::Generator noise = make_generator(3);
  const Evaluation phase = world.evaluate("discriminator");
  return entry.create(testing::parameters_of(entry.spec, {{"gamma", gamma}}))
      ->evaluate(phase, world.context(), noise);
}

TEST(R1, IsHalfGammaTimesTheSquaredSlopeOnALinearCritic) {
  LinearCritic critic;
  const Evaluation e = penalty(critic.world, 3.0);
  EXPECT_NEAR(e.loss.item<double>(), 1.5 * critic.norm * critic.norm, 1e-10);
  EXPECT_NEAR(e.terms.at(0).values.mean().item<double>(), 0.5 * critic.norm * critic.norm, 1e-10);
  EXPECT_EQ(e.terms.at(0).weight, 3.0);
}

TEST(R1, WithoutTheHalfItIsAnotherNumber) {
  LinearCritic critic;
  Evaluation e = penalty(critic.world, 3.0);
  e.terms.at(0).values = 2.0 * e.terms.at(0).values;  // ‖∇C‖² quoted with γ of the ½ convention
  Evaluation phase = critic.world.evaluate("discriminator");
  testing::add(phase, e);
  testing::expect_caught(objective_entry("wasserstein").spec.identities,
                         testing::record({{"discriminator", phase}}), "V1.discriminator");
}

TEST(R1, ActsOnTheRawOutputOnly) {
  // On softplus(l) the slope would be smaller by σ(l).
  LinearCritic critic;
  const double raw = penalty(critic.world, 2.0).loss.item<double>();
  LinearCritic squashed([](const Tensor& l) { return at::softplus(l); });
  EXPECT_GT(raw, 1.05 * penalty(squashed.world, 2.0).loss.item<double>());
}

TEST(R1, LooksAtRealPointsOnly) {
  // A critic whose slope is 1 on real points (x < 10) and 5 on samples (x = 100).
  World w = testing::piecewise_critic_world();
  EXPECT_NEAR(penalty(w, 1.0).loss.item<double>(), 0.5, 1e-9);
}

TEST(R1Golden, TenSteps) {
  const PenaltyEntry& entry = penalty_entry("r1");
  std::vector<std::unique_ptr<Penalty>> penalties;
  penalties.push_back(entry.create(testing::parameters_of(entry.spec)));
  testing::expect_golden(
      testing::golden_losses(World::gan("minimax"), std::move(penalties)),
      {1.6946874,   -0.67200166, 1.6540235,   -0.65557808, 1.6180829,   -0.6374324, 1.5826601,
       -0.61992162, 1.5500412,   -0.60589403, 1.5228758,   -0.59302753, 1.4972891,  -0.58222163,
       1.4691877,   -0.57459617, 1.4485663,   -0.56170964, 1.4265826,   -0.55737025});
}

}  // namespace
}  // namespace elbow
