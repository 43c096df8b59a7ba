#include <gtest/gtest.h>

#include <cmath>

#include "math/torch_compat.h"
#include "objectives/adversarial.h"
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
  return objective_entry("wasserstein").spec.identities;
}

TEST(Wasserstein, LossIsMinusTheGapAndTheGeneratorWantsHighOutputs) {
  World w = World::outputs("wasserstein", numbers({5.0, 7.0}), numbers({1.0, 2.0}));
  const Values v = record(
      {{"discriminator", w.evaluate("discriminator")}, {"generator", w.evaluate("generator")}});
  EXPECT_DOUBLE_EQ(v["loss/discriminator"], 1.5 - 6.0);
  EXPECT_DOUBLE_EQ(v["critic/gap"], 4.5);
  EXPECT_DOUBLE_EQ(v["critic/offset"], 3.75);
  EXPECT_DOUBLE_EQ(v["loss/generator"], -1.5);
}

TEST(Wasserstein, WeightOnASampleIsMinusOne) {
  const Tensor l = numbers({-30.0, 0.0, 30.0}).requires_grad_(true);
  World w = World::outputs("wasserstein", numbers({0.0}), l);
  testing::expect_close(3.0 * gradients(w.evaluate("generator").loss, {l}).at(0),
                        numbers({-1.0, -1.0, -1.0}), 1e-12);
}

TEST(Wasserstein, AnOffsetOfTheCriticMovesTheGeneratorsLossOnly) {
  World a = World::outputs("wasserstein", numbers({5.0, 7.0}), numbers({1.0, 2.0}));
  World b = World::outputs("wasserstein", numbers({105.0, 107.0}), numbers({101.0, 102.0}));
  EXPECT_DOUBLE_EQ(a.evaluate("discriminator").loss.item<double>(),
                   b.evaluate("discriminator").loss.item<double>());
  EXPECT_DOUBLE_EQ(a.evaluate("generator").loss.item<double>() - 100.0,
                   b.evaluate("generator").loss.item<double>());
}

/// The objective with one branch of the discriminator's loss reversed.
Values reversed_branch() {
  const auto wrong = [](const Tensor& real, const Tensor& fake) {
    return fake.mean() + real.mean();
  };
  AdversarialFormulas f;
  f.discriminator_real = [](const Tensor& l) { return l; };
  f.discriminator_fake = [](const Tensor& l) { return l; };
  f.generator = [](const Tensor& l) { return -l; };
  f.discriminator_loss = wrong;
  f.generator_loss = [](const Tensor& l) { return -l.mean(); };
  f.discriminator_terms = [=](const Tensor& real, const Tensor& fake) {
    std::vector<Term> terms = critic_terms(real, fake);
    terms.push_back(
        {.name = "loss/discriminator/shifted", .values = wrong(real + 1.0, fake + 1.0)});
    return terms;
  };
  World w = World::gan(make_adversarial(f, World::kLatent));
  return record({{"discriminator", w.evaluate("discriminator")}});
}

TEST(Wasserstein, G5CatchesASignReversedInOneBranch) {
  const Values values = reversed_branch();
  expect_caught(identities(), values, "G5.discriminator");
  // Terms and loss agree with each other, so the closure cannot see it.
  for (const CheckResult& r : testing::check(identities(), values)) {
    if (r.id == "V1.discriminator") {
      EXPECT_EQ(r.verdict, Verdict::holds);
    }
  }
}

TEST(Wasserstein, G5CatchesAGeneratorThatLowersTheCritic) {
  World w = World::gan("wasserstein");
  Evaluation e = w.evaluate("generator");
  Term& shifted = testing::term(e, "loss/generator/shifted");
  shifted.values = -shifted.values;
  expect_caught(identities(), record({{"generator", e}}), "G5.generator");
}

TEST(Wasserstein, G5SurvivesALargeOffsetInFloat32) {
  const Tensor gap = testing::fixed_numbers(64, 1, 1, at::kFloat).squeeze(1);
  World w = World::outputs("wasserstein", 1e4 + gap, 1e4 - gap);
  for (const CheckResult& r :
       testing::check(identities(), record({{"discriminator", w.evaluate("discriminator")}})))
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id << " " << r.lhs << " " << r.rhs;
}

TEST(Wasserstein, ReportsNoProbability) {
  for (const TermSpec& t : objective_entry("wasserstein").spec.terms) {
    EXPECT_EQ(t.name.find("probability"), std::string::npos);
    EXPECT_EQ(t.name.find("logit"), std::string::npos);
  }
}

TEST(WassersteinStatistical, UnitSlopeCriticGivesTheDistanceOfTwoNormals) {
  // W1(N(0, 1), N(1, 1)) = 1, attained by C(x) = -x.
  World w = World::two_normals(
      "wasserstein", [](const Tensor& x) { return -x; }, 100000);
  const Values v = record({{"discriminator", w.evaluate("discriminator")}});
  EXPECT_LT(std::abs(v["critic/gap"] - 1.0) / v.at("critic/gap").se, 4.0);
}

TEST(WassersteinGolden, TenStepsWithGradientPenalty) {
  const PenaltyEntry& entry = penalty_entry("gradient_penalty");
  std::vector<std::unique_ptr<Penalty>> penalties;
  // A small λ: with 10 the steps overshoot, and rounding would grow beyond the tolerance.
  penalties.push_back(entry.create(testing::parameters_of(entry.spec, {{"lambda", 0.5}})));
  testing::expect_golden(
      testing::golden_losses(World::gan("wasserstein"), std::move(penalties)),
      {0.47810817,  0.069510631, 0.4247233,   0.12571783,  0.36125323, 0.21533896,    0.28210053,
       0.30667889,  0.18958662,  0.40830997,  0.080614462, 0.50413579, -0.0077623874, 0.60364324,
       -0.21098185, 0.68719023,  -0.30298531, 0.79652834,  -0.4539209, 0.8732872});
}

}  // namespace
}  // namespace elbow
