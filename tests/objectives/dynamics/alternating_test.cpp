#include <gtest/gtest.h>

#include "core/error.h"
#include "objectives/registry.h"
#include "tests/support/dirac_game.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::Dirac;
using testing::DiracGame;

std::unique_ptr<Dynamics> alternating(int discriminator, int generator) {
  const DynamicsEntry& entry = dynamics_entry("alternating");
  return entry.create(testing::parameters_of(
      entry.spec, {{"discriminator_steps", discriminator}, {"generator_steps", generator}}));
}

/// Energy after 500 steps of size 0.2 from (1, 1).
double energy(Dirac kind, int discriminator, int generator) {
  DiracGame game(kind, 0.2);
  const auto dynamics = alternating(discriminator, generator);
  for (int i = 0; i < 500; ++i) dynamics->step(game);
  return game.energy();
}

TEST(Alternating, EnergyOfTheDiracGameAfter500Steps) {
  // Discriminator first; generator first would end at 2.0192946265 and 0.0806125068.
  EXPECT_NEAR(energy(Dirac::minimax, 1, 1), 1.9954337779, 1e-8);
  EXPECT_NEAR(energy(Dirac::non_saturating, 1, 1), 0.0732408328, 1e-8);
  EXPECT_NEAR(energy(Dirac::minimax, 5, 1), 2.9233431077, 1e-8);
  EXPECT_NEAR(energy(Dirac::non_saturating, 5, 1), 0.0244758017, 1e-8);
}

TEST(Alternating, ConservesTheInvariantOfDiscriminatorFirst) {
  DiracGame game(Dirac::wasserstein, 0.2);
  const auto dynamics = alternating(1, 1);
  for (int i = 0; i < 500; ++i) dynamics->step(game);
  EXPECT_NEAR(game.energy() + 0.2 * game.theta * game.psi, 2.2, 1e-10);
}

TEST(Alternating, EveryUpdateIsDoneBeforeTheNextGradient) {
  DiracGame game(Dirac::minimax, 0.2);
  alternating(2, 1)->step(game);
  const std::vector<std::string> expected{
      "evaluate discriminator", "gradients discriminator", "apply discriminator",
      "evaluate discriminator", "gradients discriminator", "apply discriminator",
      "evaluate generator",     "gradients generator",     "apply generator"};
  EXPECT_EQ(game.calls, expected);
}

TEST(Alternating, WithoutOnePlayerItIsGradientDescentOfTheOther) {
  DiracGame game(Dirac::wasserstein, 0.2);
  alternating(3, 0)->step(game);
  EXPECT_EQ(game.theta, 1.0);
  EXPECT_NEAR(game.psi, 1.0 + 3 * 0.2, 1e-12);
  EXPECT_THROW(alternating(0, 0), Error);
}

TEST(Alternating, ASinglePhaseTakesOneStep) {
  testing::SinglePlayer game;
  alternating(5, 3)->step(game);
  EXPECT_EQ(game.updates, 1);
}

}  // namespace
}  // namespace elbow
