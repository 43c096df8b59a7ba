#include <ATen/ops/softplus.h>
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

const std::vector<IdentitySpec>& identities() { return objective_entry("minimax").spec.identities; }

TEST(Minimax, GeneratorLossIsTheMeanOfLnOneMinusD) {
  const Tensor fake = numbers({1.0, -4.0, 0.25});
  World w = World::outputs("minimax", numbers({0.0}), fake);
  double expected = 0.0;
  for (int i = 0; i < 3; ++i)
    expected += std::log(1.0 - 1.0 / (1.0 + std::exp(-fake[i].item<double>()))) / 3.0;
  EXPECT_NEAR(w.evaluate("generator").loss.item<double>(), expected, 1e-12);
}

TEST(Minimax, WeightOnASampleIsMinusSigmaOfL) {
  const Tensor l = numbers({-30.0, -1.0, 0.0, 2.0, 30.0}).requires_grad_(true);
  World w = World::outputs("minimax", numbers({0.0}), l);
  const Tensor weight = 5.0 * gradients(w.evaluate("generator").loss, {l}).at(0);
  testing::expect_close(weight, -l.detach().sigmoid(), 1e-12);
}

TEST(Minimax, WeightsOfMinimaxAndNonSaturatingSumToMinusOne) {
  const Tensor l = numbers({-3.0, 0.0, 2.0}).requires_grad_(true);
  const auto weight = [&](const char* name) {
    World w = World::outputs(name, numbers({0.0}), l);
    return 3.0 * gradients(w.evaluate("generator").loss, {l}).at(0);
  };
  testing::expect_close(weight("minimax") + weight("non_saturating"), numbers({-1.0, -1.0, -1.0}),
                        1e-12);
}

TEST(Minimax, EquilibriumValuesHold) {
  World w = World::outputs("minimax", numbers({0.0, 0.0}), numbers({0.0, 0.0}));
  const Values values = record(
      {{"discriminator", w.evaluate("discriminator")}, {"generator", w.evaluate("generator")}});
  for (const TermSpec& t : objective_entry("minimax").spec.terms) {
    if (t.equilibrium) {
      EXPECT_NEAR(values[t.name], *t.equilibrium, 1e-9) << t.name;
    }
  }
}

TEST(Minimax, G1AndG3CatchTheNonSaturatingLossUnderThisName) {
  World w = World::gan("minimax");
  Evaluation e = w.evaluate("generator");
  const Tensor l = testing::term(e, "logit/generated").values;
  testing::term(e, "loss/generator/fake").values = at::softplus(-l);
  expect_caught(identities(), record({{"generator", e}}), "G3");
  expect_caught(identities(), record({{"generator", e}}), "G1");
}

TEST(Minimax, G3CatchesAFlippedSign) {
  World w = World::gan("minimax");
  Evaluation e = w.evaluate("generator");
  Term& loss = testing::term(e, "loss/generator/fake");
  loss.values = -loss.values;
  expect_caught(identities(), record({{"generator", e}}), "G3");
}

TEST(Minimax, StaysFiniteForExtremeLogits) {
  for (const double l : {-1e4, 1e4}) {
    World w = World::outputs("minimax", numbers({-l}).to(at::kFloat), numbers({l}).to(at::kFloat));
    for (const std::string phase : {"discriminator", "generator"})
      for (const Term& t : w.evaluate(phase).terms)
        EXPECT_TRUE(t.values.isfinite().all().item<bool>()) << t.name;
  }
}

TEST(MinimaxStatistical, OptimalDiscriminatorOfTwoNormals) {
  World w = World::two_normals(
      "minimax", [](const Tensor& x) { return 0.5 - x; }, 100000);
  const Values v = record({{"generator", w.evaluate("generator")}});
  EXPECT_LT(std::abs(v["loss/generator/fake"] + 0.5817256984) / v.at("loss/generator/fake").se,
            4.0);
}

TEST(MinimaxGolden, TenSteps) {
  testing::expect_golden(
      testing::golden_losses(World::gan("minimax")),
      {1.5298519,   -0.67361647, 1.5061238,   -0.65861982, 1.4849904,   -0.64068455, 1.4624145,
       -0.62337333, 1.440387,    -0.60885197, 1.4220796,   -0.59535241, 1.4042459,   -0.58360869,
       1.38349,     -0.57462341, 1.3683046,   -0.56087142, 1.3514724,   -0.55485976});
}

}  // namespace
}  // namespace elbow
