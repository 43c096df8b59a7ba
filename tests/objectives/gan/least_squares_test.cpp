#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
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

const std::vector<IdentitySpec>& identities() {
  return objective_entry("least_squares").spec.identities;
}
testing::Choice labels(double a, double b, double c) {
  return {"least_squares", {{"a", a}, {"b", b}, {"c", c}}};
}

TEST(LeastSquares, IsTheMeanOfSquaresOnATwoPointBatch) {
  World w = World::outputs("least_squares", numbers({0.0, 2.0}), numbers({-1.0, 3.0}));
  // 1/2 mean((-1)², 1²) + 1/2 mean((-1)², 3²): squares of means would give 1/2 · 0 + 1/2 · 1.
  EXPECT_DOUBLE_EQ(w.evaluate("discriminator").loss.item<double>(), 0.5 * 1.0 + 0.5 * 5.0);
  EXPECT_DOUBLE_EQ(w.evaluate("generator").loss.item<double>(), 0.5 * 0.5 * (4.0 + 4.0));
}

TEST(LeastSquares, WeightOnASampleIsLMinusC) {
  const Tensor l = numbers({-30.0, 0.5, 1.0, 7.0}).requires_grad_(true);
  World w = World::outputs("least_squares", numbers({0.0}), l);
  testing::expect_close(4.0 * gradients(w.evaluate("generator").loss, {l}).at(0), l.detach() - 1.0,
                        1e-12);
}

TEST(LeastSquares, EquilibriumValuesFollowTheLabels) {
  for (const auto& [a, b, c] : std::vector<std::tuple<double, double, double>>{
           {0.0, 1.0, 1.0}, {-1.0, 1.0, 0.0}, {1.0, 0.0, 0.5}}) {
    const testing::Choice choice = labels(a, b, c);
    const double centre = 0.5 * (a + b);
    World w = World::outputs(choice, numbers({centre, centre}), numbers({centre, centre}));
    const Values values = record(
        {{"discriminator", w.evaluate("discriminator")}, {"generator", w.evaluate("generator")}});
    const ObjectiveEntry& entry = objective_entry("least_squares");
    const Spec spec = adapted_spec(entry, testing::parameters_of(entry.spec, choice.parameters));
    for (const TermSpec& t : spec.terms) {
      if (!t.equilibrium || t.name == "accuracy") continue;
      EXPECT_NEAR(values[t.name], *t.equilibrium, 1e-12) << t.name << " at a = " << a;
    }
  }
  const ObjectiveEntry& entry = objective_entry("least_squares");
  const Spec chi = adapted_spec(
      entry, testing::parameters_of(entry.spec, {{"a", -1.0}, {"b", 1.0}, {"c", 0.0}}));
  for (const TermSpec& t : chi.terms) {
    if (t.name == "loss/discriminator") {
      EXPECT_DOUBLE_EQ(*t.equilibrium, 1.0);
    }
    if (t.name == "loss/generator") {
      EXPECT_DOUBLE_EQ(*t.equilibrium, 0.0);
    }
  }
}

TEST(LeastSquares, IdentitiesHoldForOtherLabels) {
  World w = World::gan(labels(-1.0, 1.0, 0.0));
  testing::expect_all_hold(identities(), record({{"discriminator", w.evaluate("discriminator")},
                                                 {"generator", w.evaluate("generator")}}));
}

TEST(LeastSquares, G21CatchesTheSquareOfTheMean) {
  World w = World::gan("least_squares");
  Evaluation e = w.evaluate("discriminator");
  const Tensor l = testing::term(e, "critic/real").values;
  testing::term(e, "loss/discriminator/real").values = 0.5 * (l.mean() - 1.0).square();
  expect_caught(identities(), record({{"discriminator", e}}), "G21.real");
}

TEST(LeastSquares, G21CatchesSquaresOfTheSigmoid) {
  World w = World::gan("least_squares");
  Evaluation d = w.evaluate("discriminator"), g = w.evaluate("generator");
  const Tensor fake = testing::term(d, "critic/fake").values;
  testing::term(d, "loss/discriminator/fake").values = 0.5 * fake.sigmoid().square();
  expect_caught(identities(), record({{"discriminator", d}}), "G21.fake");
  const Tensor l = testing::term(g, "critic/generated").values;
  testing::term(g, "loss/generator/fake").values = 0.5 * (l.sigmoid() - 1.0).square();
  expect_caught(identities(), record({{"generator", g}}), "G21.generator");
}

TEST(LeastSquares, G33CatchesAMissingHalf) {
  World w = World::gan("least_squares");
  Evaluation e = w.evaluate("discriminator");
  for (const char* part : {"loss/discriminator/real", "loss/discriminator/fake"})
    testing::term(e, part).values = 2.0 * testing::term(e, part).values;
  expect_caught(identities(), record({{"discriminator", e}}), "G33");
  expect_caught(identities(), record({{"discriminator", e}}), "V1.discriminator");
}

TEST(LeastSquares, EqualLabelsAreAUsageError) { EXPECT_THROW(World::gan(labels(1, 1, 1)), Error); }

TEST(LeastSquaresStatistical, OptimalDiscriminatorOfTwoNormals) {
  const double le_cam = 0.4081085313;
  // l* = sigma(ln p/q) for labels 0 and 1, tanh(ln p/q / 2) for -1 and 1.
  World unit = World::two_normals(
      "least_squares", [](const Tensor& x) { return (0.5 - x).sigmoid(); }, 100000);
  World sign = World::two_normals(
      labels(-1, 1, 0), [](const Tensor& x) { return (0.25 - 0.5 * x).tanh(); }, 100000);
  for (World* w : {&unit, &sign}) {
    const Values v = record({{"discriminator", w->evaluate("discriminator")}});
    EXPECT_LT(std::abs(v["le_cam/lower"] - le_cam) / v.at("le_cam/lower").se, 4.0);
    EXPECT_LT(std::abs(v["accuracy"] - 0.6914624613) / v.at("accuracy").se, 4.0);
  }
  const Values v = record({{"discriminator", unit.evaluate("discriminator")}});
  const double se = 0.125 * v.at("le_cam/lower").se;  // L_D = (2 - Δ) / 8
  EXPECT_LT(std::abs(v["loss/discriminator"] - 0.1989864336) / se, 4.0);
  // E_p D* - E_q D* = Δ/2.
  const double gap = v["critic/real"] - v["critic/fake"];
  EXPECT_LT(
      std::abs(gap - 0.5 * le_cam) / std::hypot(v.at("critic/real").se, v.at("critic/fake").se),
      4.0);
}

TEST(LeastSquaresGolden, TenSteps) {
  testing::expect_golden(
      testing::golden_losses(World::gan("least_squares")),
      {0.8067925,  0.4187589,  0.69291341, 0.35993588, 0.61045486, 0.31892526, 0.54792815,
       0.29004568, 0.49976704, 0.26626515, 0.46234089, 0.24999677, 0.43089661, 0.23692191,
       0.40187529, 0.22511177, 0.37938142, 0.22304128, 0.35712868, 0.21608077});
}

}  // namespace
}  // namespace elbow
