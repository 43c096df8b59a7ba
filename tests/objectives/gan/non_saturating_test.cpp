#include <gtest/gtest.h>

#include <cmath>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "tests/support/numbers.h"

namespace elbow {
namespace {

using testing::numbers;
using testing::term;
using testing::World;

constexpr double kLn2 = 0.69314718055994530942;

TEST(NonSaturating, EqualsTheFormulaWrittenOut) {
  const Tensor real = numbers({-2.0, 0.5, 3.0}), fake = numbers({1.0, -4.0, 0.25});
  World w = World::outputs("non_saturating", real, fake);
  double discriminator = 0.0, generator = 0.0;
  const auto d = [](double l) { return 1.0 / (1.0 + std::exp(-l)); };
  for (int i = 0; i < 3; ++i) {
    const double r = real[i].item<double>(), f = fake[i].item<double>();
    discriminator -= (std::log(d(r)) + std::log(1.0 - d(f))) / 3.0;
    generator -= std::log(d(f)) / 3.0;
  }
  EXPECT_NEAR(w.evaluate("discriminator").loss.item<double>(), discriminator, 1e-12);
  EXPECT_NEAR(w.evaluate("generator").loss.item<double>(), generator, 1e-12);
}

TEST(NonSaturating, WeightOnASampleIsMinusSigmaOfMinusL) {
  const Tensor l = numbers({-30.0, -1.0, 0.0, 2.0, 30.0}).requires_grad_(true);
  World w = World::outputs("non_saturating", numbers({0.0}), l);
  const Tensor weight = 5.0 * gradients(w.evaluate("generator").loss, {l}).at(0);
  // At l = -30 a floored logarithm has lost its gradient.
  testing::expect_close(weight, -(-l.detach()).sigmoid(), 1e-12);
}

TEST(NonSaturating, AFlooredLogarithmLosesTheGradient) {
  const Tensor l = numbers({-30.0}).requires_grad_(true);
  const Tensor weight = gradients(-(l.sigmoid() + 1e-8).log().sum(), {l}).at(0);
  EXPECT_GT(weight.item<double>(), -1e-3);
}

TEST(NonSaturating, EquilibriumIsTwoLnTwoAndLnTwo) {
  World w = World::outputs("non_saturating", numbers({0.0, 0.0}), numbers({0.0, 0.0}));
  Evaluation d = w.evaluate("discriminator"), g = w.evaluate("generator");
  EXPECT_NEAR(d.loss.item<double>(), 2.0 * kLn2, 1e-12);
  EXPECT_NEAR(g.loss.item<double>(), kLn2, 1e-12);
  const Values values = testing::record({{"discriminator", d}, {"generator", g}});
  for (const TermSpec& t : objective_entry("non_saturating").spec.terms) {
    if (t.equilibrium) {
      EXPECT_NEAR(values[t.name], *t.equilibrium, 1e-9) << t.name;
    }
  }
}

TEST(NonSaturating, StaysFiniteForExtremeLogits) {
  for (const double sign : {-1.0, 1.0}) {
    const Tensor fake = numbers({1e4 * sign}).to(at::kFloat).requires_grad_(true);
    World w = World::outputs("non_saturating", numbers({-1e4 * sign}).to(at::kFloat), fake);
    for (const std::string phase : {"discriminator", "generator"}) {
      const Evaluation e = w.evaluate(phase);
      for (const Term& t : e.terms) EXPECT_TRUE(t.values.isfinite().all().item<bool>()) << t.name;
    }
    EXPECT_TRUE(gradients(w.evaluate("generator").loss, {fake}).at(0).isfinite().item<bool>());
  }
}

TEST(NonSaturatingStatistical, OptimalDiscriminatorOfTwoNormals) {
  // l = ln p/q = 1/2 - x for p = N(0, 1), q = N(1, 1); values by quadrature.
  World w = World::two_normals(
      "non_saturating", [](const Tensor& x) { return 0.5 - x; }, 100000);
  const Values v = testing::record(
      {{"discriminator", w.evaluate("discriminator")}, {"generator", w.evaluate("generator")}});
  const auto z = [&](const std::string& key, double truth) {
    return std::abs(v[key] - truth) / v.at(key).se;
  };
  EXPECT_LT(z("jensen_shannon/lower", 0.1114214822), 4.0);
  EXPECT_LT(z("loss/generator/fake", 1.0817256984), 4.0);
  EXPECT_LT(z("loss/generator/minimax", -0.5817256984), 4.0);
  EXPECT_LT(z("accuracy", 0.6914624613), 4.0);
  // The mean of D over both sides is 1/2 when the last bias is stationary (G22).
  const double se = std::hypot(v.at("probability/real").se, v.at("probability/fake").se);
  EXPECT_LT(std::abs(v["probability/real"] + v["probability/fake"] - 1.0) / se, 4.0);
}

TEST(NonSaturatingStatistical, EveryOtherDiscriminatorGivesALowerBound) {
  for (const double scale : {0.5, 2.0}) {
    World w = World::two_normals(
        "non_saturating", [=](const Tensor& x) { return scale * (0.5 - x); }, 100000);
    const Values v = testing::record({{"discriminator", w.evaluate("discriminator")}});
    EXPECT_LT(v["jensen_shannon/lower"] + 4.0 * v.at("jensen_shannon/lower").se, 0.1114214822);
  }
}

TEST(NonSaturatingGolden, TenSteps) {
  testing::expect_golden(
      testing::golden_losses(World::gan("non_saturating")),
      {1.5298519,  0.71307224, 1.5061321,  0.72890615, 1.485002,   0.74851114, 1.46242,
       0.76817089, 1.440394,   0.78521824, 1.4221119,  0.80153054, 1.4043289,  0.81609732,
       1.3836572,  0.82748866, 1.3686306,  0.8453021,  1.3520564,  0.8529318});
}

}  // namespace
}  // namespace elbow
