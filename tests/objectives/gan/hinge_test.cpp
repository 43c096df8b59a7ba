#include <gtest/gtest.h>

#include <cmath>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "tests/support/numbers.h"

namespace elbow {
namespace {

using testing::expect_caught;
using testing::numbers;
using testing::record;
using testing::World;

const std::vector<IdentitySpec>& identities() { return objective_entry("hinge").spec.identities; }

TEST(Hinge, EqualsTheFormulaWrittenOut) {
  const Tensor real = numbers({-2.0, 0.5, 3.0}), fake = numbers({1.0, -4.0, 0.25});
  World w = World::outputs("hinge", real, fake);
  EXPECT_NEAR(w.evaluate("discriminator").loss.item<double>(),
              (3.0 + 0.5 + 0.0) / 3.0 + (2.0 + 0.0 + 1.25) / 3.0, 1e-12);
  EXPECT_NEAR(w.evaluate("generator").loss.item<double>(), -(1.0 - 4.0 + 0.25) / 3.0, 1e-12);
}

TEST(Hinge, OutputsBeyondTheMarginHaveNoGradient) {
  const Tensor real = numbers({-2.0, 0.5, 3.0}).requires_grad_(true);
  World w = World::outputs("hinge", numbers({0.0, 0.0, 0.0}), numbers({0.0, 0.0, 0.0}));
  w.batch.x = real.unsqueeze(1);
  const Tensor weight = 3.0 * gradients(w.evaluate("discriminator").loss, {real}).at(0);
  testing::expect_close(weight, numbers({-1.0, -1.0, 0.0}), 1e-12);
}

TEST(Hinge, WeightOnASampleIsMinusOne) {
  const Tensor l = numbers({-30.0, 0.0, 30.0}).requires_grad_(true);
  World w = World::outputs("hinge", numbers({0.0}), l);
  testing::expect_close(3.0 * gradients(w.evaluate("generator").loss, {l}).at(0),
                        numbers({-1.0, -1.0, -1.0}), 1e-12);
}

TEST(Hinge, EquilibriumIsTwoForAnyConstantCriticWithinTheMargin) {
  for (const double c : {-0.9, 0.0, 0.4}) {
    World w = World::outputs("hinge", numbers({c, c}), numbers({c, c}));
    const Values v = record({{"discriminator", w.evaluate("discriminator")}});
    EXPECT_NEAR(v["loss/discriminator"], 2.0, 1e-12);
    EXPECT_NEAR(v["total_variation/lower"], 0.0, 1e-12);
  }
}

TEST(Hinge, G34CatchesAMarginOnTheWrongSide) {
  World w = World::gan("hinge");
  Evaluation e = w.evaluate("discriminator");
  const Tensor l = testing::term(e, "critic/fake").values;
  testing::term(e, "loss/discriminator/fake").values = (1.0 - l).relu();
  expect_caught(identities(), record({{"discriminator", e}}), "G34");
  expect_caught(identities(), record({{"discriminator", e}}), "V1.discriminator");
}

TEST(Hinge, G34CatchesTheUnhalvedDistance) {
  World w = World::gan("hinge");
  Evaluation e = w.evaluate("discriminator");
  Term& bound = testing::term(e, "total_variation/lower");
  bound.values = 2.0 * bound.values + 0.5;
  expect_caught(identities(), record({{"discriminator", e}}), "G34");
}

TEST(Hinge, StaysFiniteForExtremeOutputs) {
  World w = World::outputs("hinge", numbers({-1e4}).to(at::kFloat), numbers({1e4}).to(at::kFloat));
  EXPECT_NEAR(w.evaluate("discriminator").loss.item<double>(), 20002.0, 1e-2);
}

TEST(HingeStatistical, OptimalCriticOfTwoNormals) {
  World w = World::two_normals(
      "hinge", [](const Tensor& x) { return (0.5 - x).sign(); }, 100000);
  const Values v = record({{"discriminator", w.evaluate("discriminator")}});
  const double se = v.at("total_variation/lower").se;
  EXPECT_LT(std::abs(v["total_variation/lower"] - 0.3829249225) / se, 4.0);
  EXPECT_LT(std::abs(v["loss/discriminator"] - 1.2341501549) / (2.0 * se), 4.0);
}

TEST(HingeGolden, TenSteps) {
  testing::expect_golden(
      testing::golden_losses(World::gan("hinge")),
      {2.2678523,  0.08583542, 2.1774087,  0.16474096, 2.0904074,  0.24994598, 1.9957689,
       0.34242567, 1.9058607,  0.41912368, 1.832745,   0.49566618, 1.7568476,  0.56774777,
       1.6604822,  0.62959534, 1.5968646,  0.71571988, 1.5240073,  0.75857258});
}

}  // namespace
}  // namespace elbow
