#include "math/estimators/duality_gap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

// A game of one number each with data x ~ N(0, 1), G(z) = theta + z and D(x) = psi x, |psi| <= 1,
// |theta| <= 2, V = E psi x - E psi G(z) = -psi theta. Best answers: psi' = -sign theta,
// theta' = 2 sign psi; gap = |theta| + 2 |psi|.
struct LinearGame {
  double theta = 0.7, psi = 0.4;
  std::vector<double> x, z;

  std::vector<double> payoffs(double t, double p) const {
    std::vector<double> v;
    for (std::size_t i = 0; i < x.size(); ++i) v.push_back(p * x[i] - p * (t + z[i]));
    return v;
  }
  DualityGap gap(double answered_theta, double answered_psi) const {
    return duality_gap(payoffs(theta, psi), payoffs(theta, answered_psi),
                       payoffs(answered_theta, psi));
  }
};

LinearGame game(CounterStream& random) {
  LinearGame g;
  for (int i = 0; i < 400; ++i) {
    g.x.push_back(random.normal());
    g.z.push_back(random.normal());
  }
  return g;
}

TEST(DualityGap, OfALinearGameIsTheSumOfTheRegrets) {
  LinearGame g;
  g.x = g.z = std::vector<double>(5, 0.0);
  const DualityGap best = g.gap(2.0, -1.0);
  EXPECT_NEAR(best.gap.value, 0.7 + 2.0 * 0.4, 1e-15);
  EXPECT_NEAR(best.discriminator.value, 0.7 * (1.0 + 0.4), 1e-15);
  EXPECT_NEAR(best.generator.value, 0.4 * (2.0 - 0.7), 1e-15);
  EXPECT_NEAR(best.gap.value, best.discriminator.value + best.generator.value, 1e-15);
  EXPECT_EQ(best.gap.bias, Bias::lower);
  // Worse answers give less, and none gives nothing.
  EXPECT_LT(g.gap(1.5, -1.0).gap.value, best.gap.value);
  EXPECT_LT(g.gap(2.0, -0.8).gap.value, best.gap.value);
  EXPECT_EQ(g.gap(0.7, 0.4).gap.value, 0.0);
}

// Cross entropy between two points: data at 1, model at 0 with chance e of 1. With the best D'
// V = 2 JSD - 2 ln 2; D = 1/2 cannot be fooled, so that the gap is 2 JSD exactly.
TEST(DualityGap, AtTheIndifferentDiscriminatorIsTwiceTheJensenShannonDivergence) {
  const double e = 0.25, best = 1.0 / (1.0 + e);  // D'(1); D'(0) = 0
  std::vector<double> start, fitted;
  for (int i = 0; i < 4; ++i) {
    const bool one = i == 0;  // of the model's samples a quarter lies at 1
    start.push_back(2.0 * std::log(0.5));
    fitted.push_back(std::log(best) + (one ? std::log1p(-best) : 0.0));
  }
  const double m = 0.5 * (1.0 + e);
  const double jensen_shannon =
      0.5 * std::log(1.0 / m) + 0.5 * (e * std::log(e / m) + (1.0 - e) * std::log(2.0));
  EXPECT_NEAR(duality_gap(start, fitted, start).gap.value, 2.0 * jensen_shannon, 1e-14);
}

TEST(DualityGap, PlantedMistakesAreNegative) {
  LinearGame g;
  g.x = g.z = std::vector<double>(5, 0.0);
  const auto start = g.payoffs(0.7, 0.4), d = g.payoffs(0.7, -1.0), both = g.payoffs(2.0, 0.4);
  EXPECT_GT(duality_gap(start, d, both).gap.value, 0.0);
  EXPECT_LT(duality_gap(start, both, d).gap.value, 0.0) << "the players swapped";
  const auto loss = [](std::vector<double> v) {
    for (double& x : v) x = -x;
    return v;
  };
  EXPECT_LT(duality_gap(loss(start), loss(d), loss(both)).gap.value, 0.0) << "L_D for V";
}

TEST(DualityGap, WhatCannotBeComparedIsAnError) {
  const std::vector<double> none, two{0.0, 1.0}, three(3, 0.0), nan{0.0, std::nan("")};
  EXPECT_THROW(duality_gap(none, none, none), Error);
  EXPECT_THROW(duality_gap(two, three, two), Error);
  EXPECT_THROW(duality_gap(two, two, three), Error);
  EXPECT_THROW(duality_gap(two, nan, two), Error);
  EXPECT_FALSE(
      duality_gap(std::vector<double>{0.0}, std::vector<double>{1.0}, std::vector<double>{0.0})
          .gap.se);
}

TEST(DualityGapStatistical, IntervalsCover) {
  const testing::Repetitions runs = testing::repeat(
      400, 31, [](CounterStream& random) { return game(random).gap(2.0, -1.0).gap; });
  EXPECT_NEAR(runs.coverage(1.5), 0.95, 0.04);
  EXPECT_LT(std::fabs(runs.z(1.5)), 4.0);
}

}  // namespace
}  // namespace elbow
