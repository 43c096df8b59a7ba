#include "problems/network_critic.h"

#include <ATen/ops/sign.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

Verdicts of_critic(const Choice& objective, const KnownPair& d, const Tensor& l,
                   double allowed = 1e-3) {
  return verdicts([&](const Checks& c) { check_critic(c, objective, d, l, allowed); });
}

const AffineLaw kLine{.dim = 1, .q = {.mean = {1.0, 0.0}, .root = {2.0, 0.0, 1.0}}};
const AffineLaw kPlane{.dim = 2, .q = {.mean = {1.0, -0.5}, .root = {1.2, 0.4, 0.8}}};

TEST(NetworkCritic, TheOptimalCriticHolds) {
  for (const AffineLaw& law : {kLine, kPlane}) {
    const KnownPair d = law.pair();
    for (const auto& [name, known] : known_objectives())
      for (const auto& [id, verdict] : of_critic(name, d, known.critic(d.r) + 1e-4))
        EXPECT_NE(verdict, Verdict::fails) << name << " " << id;
  }
}

TEST(NetworkCritic, AnUntrainedOneIsNotOptimal) {
  const KnownPair d = kLine.pair();
  for (const char* name : {"minimax", "non_saturating", "least_squares"}) {
    const Verdicts v = of_critic(name, d, at::zeros_like(d.r));
    expect_caught(v, "G26/optimal");
    expect_caught(v, "G29/trained");
    EXPECT_EQ(v.at("G31"), Verdict::holds) << name;
    EXPECT_EQ(v.at("G26/regret"), Verdict::holds) << name;
  }
}

TEST(NetworkCritic, AWrongLawIsCaught) {
  KnownPair d = kLine.pair();
  const Tensor l = 1.0 * d.r;
  d.r = 0.5 * d.r;  // the densities say another ratio than p and q
  const Verdicts v = of_critic("minimax", d, l);
  expect_caught(v, "G31");
  expect_caught(v, "G26/regret");
  expect_caught(v, "G29/distance");
}

TEST(NetworkCritic, ALawThatIsNotNormalisedIsCaught) {
  KnownPair d = kLine.pair();
  const Tensor l = at::sign(d.r);
  d.p = 1.1 * d.p;
  expect_caught(of_critic("hinge", d, l), "G36/accuracy");
  d.p = (0.9 / 1.1) * d.p;
  expect_caught(of_critic("hinge", d, l), "G36/excess");
}

TEST(NetworkCritic, ScoreIsTheSlopeOfTheLogDensity) {
  const double h = 1e-5;
  // The nodes of the plane do not move with the law.
  const KnownPair d = kPlane.pair(), up = kPlane.pair(h), down = kPlane.pair(-h);
  const Tensor slope = (down.r - up.r) / (2.0 * h);
  EXPECT_LT((slope - kPlane.score(d.points)).abs().max().item<double>(), 1e-6);
}

Verdicts of_gradient(const Choice& objective, const AffineLaw& law, const Tensor& l,
                     const Estimate& sampled) {
  return verdicts([&](const Checks& c) { check_critic_gradient(c, objective, law, l, sampled); });
}

TEST(NetworkCritic, TheGradientIsThatOfTheDivergence) {
  for (const auto& [name, known] : known_objectives()) {
    if (name == "hinge") continue;  // kinks between the nodes of the plane
    const Verdicts v = of_gradient(name, kPlane, known.critic(kPlane.pair().r), {});
    EXPECT_EQ(v.at("G56/network"), Verdict::holds) << name;
  }
}

TEST(NetworkCritic, AnotherGeneratorLossDescendsAnotherDivergence) {
  const Tensor l = known_objectives().at("least_squares").critic(kLine.pair().r);
  const Choice mutant("least_squares", {{"c", Value(0.25)}});
  EXPECT_EQ(of_gradient("least_squares", kLine, l, {}).at("G56/network"), Verdict::holds);
  expect_caught(of_gradient(mutant, kLine, l, {}), "G56/network");
}

TEST(NetworkCritic, ASampledGradientOfTheWrongSizeIsCaught) {
  const KnownPair d = kLine.pair();
  const double right = total(d.q * kLine.score(d.points) * -d.r);
  const Estimate sampled{.value = right, .se = 1e-3}, halved{.value = 0.5 * right, .se = 1e-3};
  EXPECT_EQ(of_gradient("hinge", kLine, d.r, sampled).at("G56/sampled"), Verdict::holds);
  expect_caught(of_gradient("hinge", kLine, d.r, halved), "G56/sampled");
}

TEST(NetworkCritic, ABoundOfAnotherCriticIsCaught) {
  const KnownPair d = kLine.pair();
  const auto at = [&](double value) {
    Values held_out;
    held_out.set("jensen_shannon/lower", Moments{value, 1e-3, 1000});
    return verdicts([&](const Checks& c) { check_held_out(c, d, d.r, held_out); });
  };
  expect_none_fails(at(jensen_shannon(d)));
  // 2 JSD, as f-GAN has it.
  expect_caught(at(2.0 * jensen_shannon(d)), "G31/held_out/jensen_shannon/lower");
}

TEST(NetworkCritic, AllowedRegretFollowsWilks) {
  // k = 50: mean 50, standard deviation 10, of chi-squared.
  EXPECT_NEAR(allowed_regret(1.0, 50, 1000), (50.0 + 40.0) / 2000.0, 1e-15);
}

}  // namespace
}  // namespace elbow::problems
