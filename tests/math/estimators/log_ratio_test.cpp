#include "math/estimators/log_ratio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

// l = ln N(x; mu, 1) - ln N(x; 0, 1) at x ~ N(0, 1).
std::vector<double> shifted_ratios(int n, double mu, CounterStream& random) {
  std::vector<double> l(static_cast<std::size_t>(n));
  for (double& v : l) v = mu * random.normal() - 0.5 * mu * mu;
  return l;
}

TEST(LogRatio, ByHand) {
  const std::vector<double> l{0.5, -1.0};
  EXPECT_NEAR(kl_k1(l).value, 0.25, 1e-15);
  EXPECT_NEAR(kl_k2(l).value, 0.3125, 1e-15);
  EXPECT_NEAR(kl_k3(l).value, 0.5 * (std::exp(0.5) - 1.5 + std::exp(-1.0)), 1e-15);
  EXPECT_NEAR(*kl_k1(l).se, 0.75, 1e-15);
}

// D13, also where the terms cancel.
TEST(LogRatio, K3IsNotNegative) {
  for (const double l : {-700.0, -1.0, -1e-9, 0.0, 1e-12, 1e-5, 3.0}) {
    EXPECT_GE(kl_k3(std::vector<double>{l}).value, 0.0);
  }
  EXPECT_DOUBLE_EQ(kl_k3(std::vector<double>{1e-9}).value, 0.5e-18 * (1.0 + 1e-9 / 3.0));
}

TEST(LogRatio, OutsideTheSupportTheDivergenceIsInfinite) {
  const std::vector<double> l{0.1, -kInfinity};
  EXPECT_EQ(kl_k1(l).value, kInfinity);
  EXPECT_EQ(kl_k3(l).value, kInfinity);
  EXPECT_FALSE(kl_k1(l).se);
  EXPECT_FALSE(kl_k1(l).note.empty());
}

TEST(LogRatio, RefusesWhatIsNoRatio) {
  EXPECT_THROW(kl_k1(std::vector<double>{}), Error);
  EXPECT_THROW(kl_k2(std::vector<double>{std::nan("")}), Error);
  EXPECT_THROW(kl_k3(std::vector<double>{kInfinity}), Error);
  EXPECT_THROW(mixture_divergences(std::vector<double>{}, std::vector<double>{0.0}), Error);
  EXPECT_FALSE(kl_k1(std::vector<double>{1.0}).se);
}

// D7: disjoint supports.
TEST(LogRatio, DisjointSupportsReachTheMaxima) {
  const std::vector<double> p(3, kInfinity), q(5, -kInfinity);
  const MixtureDivergences d = mixture_divergences(p, q);
  EXPECT_DOUBLE_EQ(d.jensen_shannon.value, kLn2);
  EXPECT_EQ(d.total_variation.value, 1.0);
  EXPECT_EQ(d.le_cam.value, 2.0);
  EXPECT_EQ(d.squared_hellinger.value, 1.0);
  // One of 3 and one of 5 that would not be apart.
  EXPECT_DOUBLE_EQ(*d.total_variation.se, 0.5 * std::hypot(1.0 / 3.0, 1.0 / 5.0));
  const std::vector<double> equal(4, 0.0);
  EXPECT_EQ(*mixture_divergences(equal, equal).total_variation.se, 0.0);
}

// D11 by the trapezoid rule on pair A.
TEST(LogRatio, MixtureFormsAreTheDivergences) {
  double js = 0.0, tv = 0.0, le_cam = 0.0, hellinger = 0.0;
  constexpr double kStep = 1e-3;
  for (double x = -12.0; x <= 13.0; x += kStep) {
    const double p = std::exp(-0.5 * x * x - 0.5 * kLn2Pi);
    const double q = std::exp(-0.5 * (x - 1.0) * (x - 1.0) - 0.5 * kLn2Pi);
    const std::vector<double> r{0.5 - x};
    const MixtureDivergences at = mixture_divergences(r, r);
    const double weight = 0.5 * (p + q) * kStep;
    js += weight * at.jensen_shannon.value;
    tv += weight * at.total_variation.value;
    le_cam += weight * at.le_cam.value;
    hellinger += weight * at.squared_hellinger.value;
  }
  EXPECT_NEAR(js, 0.1114214822, 1e-9);
  EXPECT_NEAR(tv, 0.3829249225, 1e-6);  // a kink at x = 1/2
  EXPECT_NEAR(le_cam, 0.4081085313, 1e-9);
  EXPECT_NEAR(hellinger, 0.1175030974, 1e-9);
}

// D12: means and standard deviations at mu = 1. Fourth moments of k2 and k3 exist, so the variance
// over repetitions is that of one sample.
TEST(LogRatioStatistical, MeansAndDeviationsOfTheThree) {
  CounterStream random(1, 0);
  constexpr int kSamples = 200000;
  const std::vector<double> l = shifted_ratios(kSamples, 1.0, random);
  const double root = std::sqrt(static_cast<double>(kSamples));
  const Estimate k1 = kl_k1(l), k2 = kl_k2(l), k3 = kl_k3(l);
  EXPECT_NEAR((k1.value - 0.5) / *k1.se, 0.0, 4.0);
  EXPECT_NEAR((k2.value - 0.625) / *k2.se, 0.0, 4.0);
  EXPECT_NEAR((k3.value - 0.5) / *k3.se, 0.0, 4.0);
  EXPECT_NEAR(*k1.se * root, 1.0, 0.01);
  EXPECT_NEAR(*k2.se * root, 0.8660254038, 0.02);
  EXPECT_NEAR(*k3.se * root, 0.8475150904, 0.05);
}

// D68. k3's law is skewed (E (p/q)^3 = e^3), which the interval at n = 2000 bears.
TEST(LogRatioStatistical, IntervalsCover) {
  const auto covers = [](auto estimator, double truth, std::uint64_t seed) {
    return testing::repeat(
               400, seed,
               [&](CounterStream& random) { return estimator(shifted_ratios(2000, 1.0, random)); })
        .coverage(truth);
  };
  EXPECT_NEAR(covers([](const auto& l) { return kl_k1(l); }, 0.5, 2), 0.95, 0.04);
  EXPECT_NEAR(covers([](const auto& l) { return kl_k2(l); }, 0.625, 3), 0.95, 0.04);
  EXPECT_NEAR(covers([](const auto& l) { return kl_k3(l); }, 0.5, 4), 0.95, 0.04);
}

TEST(LogRatioStatistical, MixtureIntervalsCover) {
  const auto check = [](auto member, double truth) {
    const testing::Repetitions runs = testing::repeat(400, 5, [&](CounterStream& random) {
      const Points x = testing::offset_normal_points(300, 1, random);
      const Points y = testing::offset_normal_points(150, 1, random, 1.0);
      return mixture_divergences(testing::pair_a_ratio(x), testing::pair_a_ratio(y)).*member;
    });
    EXPECT_NEAR(runs.z(truth), 0.0, 4.0);
    EXPECT_NEAR(runs.coverage(truth), 0.95, 0.04);
  };
  check(&MixtureDivergences::jensen_shannon, 0.1114214822);
  check(&MixtureDivergences::total_variation, 0.3829249225);
  check(&MixtureDivergences::le_cam, 0.4081085313);
  check(&MixtureDivergences::squared_hellinger, 0.1175030974);
}

}  // namespace
}  // namespace elbow
