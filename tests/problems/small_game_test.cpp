#include "problems/small_game.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace elbow::problems {
namespace {

/// Data at 1, model at theta, critic w x.
SmallGame::Setup setup(const Choice& objective, std::vector<Choice> penalties = {}) {
  return {
      .objective = objective,
      .penalties = std::move(penalties),
      .generator = std::make_shared<ParametricNetwork>(at::full({1}, 0.25, at::kDouble),
                                                       [](const Tensor& theta, const Tensor& z) {
                                                         return theta.expand({z.size(0), 1});
                                                       }),
      .discriminator = std::make_shared<ParametricNetwork>(
          at::full({1}, 0.5, at::kDouble), [](const Tensor& w, const Tensor& x) { return x * w; }),
      .data = at::full({3, 1}, 1.0, at::kDouble),
      .generator_rate = 0.1,
      .discriminator_rate = 0.2};
}

TEST(SmallGame, SimultaneousStepIsGradientDescentOfBoth) {
  SmallGame game(setup("wasserstein"));
  make_dynamics("simultaneous")->step(game);
  // L_D = w theta − w, L_G = −w theta.
  EXPECT_NEAR(game.discriminator().item<double>(), 0.5 - 0.2 * (0.25 - 1.0), 1e-15);
  EXPECT_NEAR(game.generator().item<double>(), 0.25 + 0.1 * 0.5, 1e-15);
}

TEST(SmallGame, OrderOfThePhasesDecidesWhoMovesFirst) {
  SmallGame::Setup s = setup("wasserstein");
  s.generator_first = true;
  SmallGame game(std::move(s));
  make_dynamics("alternating")->step(game);
  const double theta = 0.25 + 0.1 * 0.5;
  EXPECT_NEAR(game.generator().item<double>(), theta, 1e-15);
  EXPECT_NEAR(game.discriminator().item<double>(), 0.5 - 0.2 * (theta - 1.0), 1e-15);
}

TEST(SmallGame, PenaltiesEnterTheDiscriminatorAndProject) {
  SmallGame regularised(setup("wasserstein", {{"r1", {{"gamma", Value(2.0)}}}}));
  make_dynamics("simultaneous")->step(regularised);
  EXPECT_NEAR(regularised.discriminator().item<double>(), 0.5 - 0.2 * (0.25 - 1.0 + 2.0 * 0.5),
              1e-15);
  SmallGame clipped(setup("wasserstein", {{"weight_clipping", {{"c", Value(0.55)}}}}));
  make_dynamics("simultaneous")->step(clipped);
  EXPECT_NEAR(clipped.discriminator().item<double>(), 0.55, 1e-15);
}

}  // namespace
}  // namespace elbow::problems
