#include <gtest/gtest.h>

#include <cmath>

#include "objectives/registry.h"
#include "tests/support/dirac_game.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::Dirac;
using testing::DiracGame;

std::unique_ptr<Dynamics> simultaneous() {
  const DynamicsEntry& entry = dynamics_entry("simultaneous");
  return entry.create(testing::parameters_of(entry.spec));
}

double energy(Dirac kind) {
  DiracGame game(kind, 0.2);
  const auto dynamics = simultaneous();
  for (int i = 0; i < 500; ++i) dynamics->step(game);
  return game.energy();
}

TEST(Simultaneous, EnergyOfTheDiracGameAfter500Steps) {
  EXPECT_NEAR(energy(Dirac::minimax), 9.591091046, 1e-7);
  EXPECT_NEAR(energy(Dirac::non_saturating), 0.4098651068, 1e-9);
  EXPECT_NEAR(energy(Dirac::wasserstein) / (2.0 * std::pow(1.04, 500)), 1.0, 1e-9);
}

TEST(Simultaneous, TakesEveryGradientBeforeAnyUpdate) {
  DiracGame game(Dirac::minimax, 0.2);
  simultaneous()->step(game);
  const std::vector<std::string> expected{"evaluate discriminator", "gradients discriminator",
                                          "evaluate generator",     "gradients generator",
                                          "apply discriminator",    "apply generator"};
  EXPECT_EQ(game.calls, expected);
}

TEST(Simultaneous, ASinglePhaseTakesOneStep) {
  testing::SinglePlayer game;
  simultaneous()->step(game);
  EXPECT_EQ(game.updates, 1);
}

}  // namespace
}  // namespace elbow
