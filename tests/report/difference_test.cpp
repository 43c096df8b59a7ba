#include "report/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow::report {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

Measured over(const std::vector<double>& values) {
  std::vector<Measured> per_seed;
  for (const double v : values) per_seed.push_back(measured_once(v, 0.5));
  return measured_over_seeds(per_seed);
}

TEST(Difference, OneSeedEachAddsTheVariances) {
  const auto d = difference(measured_once(-100.0, 0.3), measured_once(-101.0, 0.4));
  EXPECT_DOUBLE_EQ(d.value, -1.0);
  EXPECT_DOUBLE_EQ(*d.se, 0.5);
  EXPECT_EQ(d.test, report::Test::unpaired);
  EXPECT_NEAR(*d.p, 0.04550026389635842, 1e-12);  // 2 Phi(-2)
  EXPECT_NEAR(d.interval()->low, -1.0 - 1.959963984540054 * 0.5, 1e-12);
}

TEST(Difference, SeedsGiveMeanAndStudentsInterval) {
  const Measured m = over({1.0, 2.0, 3.0, 4.0, 5.0});
  EXPECT_DOUBLE_EQ(m.value, 3.0);
  EXPECT_DOUBLE_EQ(*m.se, std::sqrt(2.5 / 5.0));
  EXPECT_EQ(m.dof, 4.0);
  EXPECT_EQ(m.source, ErrorSource::seeds);
  EXPECT_NEAR(m.interval()->high, 3.0 + 2.77644511 * std::sqrt(0.5), 1e-7);
  EXPECT_EQ(over({7.0}).source, ErrorSource::data);
}

// tests/oracles/welch.py: means 3 and 5, variances 1 and 4, three seeds each.
TEST(Difference, WelchAgainstAnIntegratedDensity) {
  const auto d = difference(over({2.0, 3.0, 4.0}), over({3.0, 5.0, 7.0}));
  EXPECT_EQ(d.test, report::Test::welch);
  EXPECT_DOUBLE_EQ(d.value, 2.0);
  EXPECT_NEAR(*d.se, 1.290994448736, 1e-12);
  EXPECT_NEAR(d.dof, 2.9411764706, 1e-9);
  EXPECT_NEAR(*d.p, 0.220880840, 1e-8);
  EXPECT_NEAR(d.interval()->high - 2.0, 4.15539950, 1e-6);
  EXPECT_NEAR(2.0 - d.interval()->low, 4.15539950, 1e-6);
}

// Eight runs that all differ by chance alone: as single tests some are "significant", together not.
TEST(Difference, ManyTestsRaiseTheBar) {
  Difference d;
  d.p = 0.01;
  d.p_holm = holm(std::vector<double>{0.01, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9})[0];
  EXPECT_FALSE(d.significant());
  EXPECT_TRUE(d.only_unadjusted());
  d.p_holm = holm(std::vector<double>{0.01, 0.3})[0];
  EXPECT_TRUE(d.significant());
}

TEST(Difference, OneSeedAgainstSeveralIsAPrediction) {
  const auto d = difference(over({1.0, 2.0, 3.0}), measured_once(10.0, 0.01));
  EXPECT_EQ(d.test, report::Test::prediction);
  EXPECT_NEAR(*d.se, std::sqrt(1.0 + 1.0 / 3.0), 1e-14);
  EXPECT_EQ(d.dof, 2.0);
  const auto back = difference(measured_once(10.0, 0.01), over({1.0, 2.0, 3.0}));
  EXPECT_DOUBLE_EQ(back.value, -d.value);
  EXPECT_DOUBLE_EQ(*back.p, *d.p);
}

TEST(Difference, WithoutAnErrorThereIsNoTest) {
  EXPECT_FALSE(difference(measured_once(1.0, {}), measured_once(2.0, 0.1)).p);
  EXPECT_FALSE(difference(measured_once(1.0, 0.0), measured_once(2.0, 0.0)).p);
  EXPECT_FALSE(difference(over({4.0, 4.0}), over({4.0, 4.0})).p);
  const double nan = std::nan("");
  EXPECT_FALSE(difference(measured_once(nan, 0.1), measured_once(2.0, 0.1)).p);
  EXPECT_FALSE(difference(over({nan, 1.0}), over({2.0, 3.0})).p);
}

TEST(Holm, AgainstNumbersByHand) {
  // Sorted 0.01, 0.02, 0.03, 0.04 by 4, 3, 2, 1, never falling.
  EXPECT_THAT(holm(std::vector<double>{0.04, 0.01, 0.03, 0.02}),
              ElementsAre(DoubleNear(0.06, 1e-15), DoubleNear(0.04, 1e-15), DoubleNear(0.06, 1e-15),
                          DoubleNear(0.06, 1e-15)));
  EXPECT_THAT(holm(std::vector<double>{0.9, 0.8}), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(holm(std::vector<double>{}).empty());
}

/// How often Welch's 95 % interval of a difference of 0.7 holds it.
double coverage(int n_a, double sd_a, int n_b, double sd_b) {
  int inside = 0;
  const int repetitions = 4000;
  for (int r = 0; r < repetitions; ++r) {
    CounterStream random(17, static_cast<std::uint64_t>(r));
    std::vector<double> a, b;
    for (int i = 0; i < n_a; ++i) a.push_back(sd_a * random.normal());
    for (int i = 0; i < n_b; ++i) b.push_back(0.7 + sd_b * random.normal());
    inside += difference(over(a), over(b)).interval()->contains(0.7) ? 1 : 0;
  }
  return static_cast<double>(inside) / repetitions;
}

// 4000 repetitions: a standard error of 0.0035. Welch is approximate with very few seeds.
TEST(DifferenceStatistical, WelchsIntervalCovers) {
  EXPECT_NEAR(coverage(5, 1.0, 5, 1.0), 0.95, 0.015);
  EXPECT_NEAR(coverage(5, 1.0, 5, 5.0), 0.95, 0.015);
  EXPECT_NEAR(coverage(4, 3.0, 12, 1.0), 0.95, 0.02);
}

// With normal quantiles instead of Student's, three seeds would cover too seldom: this can fail.
TEST(DifferenceStatistical, NormalQuantilesWouldNotCover) {
  int normal = 0, student = 0;
  const int repetitions = 4000;
  for (int r = 0; r < repetitions; ++r) {
    CounterStream random(18, static_cast<std::uint64_t>(r));
    std::vector<double> a;
    for (int i = 0; i < 3; ++i) a.push_back(random.normal());
    const Measured m = over(a);
    normal += std::fabs(m.value) <= 1.96 * *m.se ? 1 : 0;
    student += m.interval()->contains(0.0) ? 1 : 0;
  }
  EXPECT_LT(static_cast<double>(normal) / repetitions, 0.87);
  // Exact for normal numbers: four binomial standard errors.
  EXPECT_NEAR(static_cast<double>(student) / repetitions, 0.95,
              4.0 * std::sqrt(0.95 * 0.05 / repetitions));
}

}  // namespace
}  // namespace elbow::report
