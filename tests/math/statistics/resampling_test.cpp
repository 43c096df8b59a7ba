// Jackknife, permutation tests, subsampling.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/interval.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/permutation.h"
#include "math/statistics/subsampling.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

std::vector<double> normals(std::size_t n, CounterStream& random) {
  std::vector<double> x(n);
  for (double& v : x) v = random.normal();
  return x;
}

double mean_of(const std::vector<double>& x, std::span<const std::size_t> kept) {
  double sum = 0.0;
  for (const std::size_t i : kept) sum += x[i];
  return sum / static_cast<double>(kept.size());
}

// D69: of the variance with divisor n the jackknife's correction is exactly that with n - 1.
TEST(Jackknife, BiasOfAQuadraticStatisticIsExact) {
  CounterStream random(1, 0);
  const std::vector<double> x = normals(17, random);
  const auto plug_in = [&x](std::span<const std::size_t> kept) {
    const double centre = mean_of(x, kept);
    double sum = 0.0;
    for (const std::size_t i : kept) sum += (x[i] - centre) * (x[i] - centre);
    return sum / static_cast<double>(kept.size());
  };
  const Jackknife result = delete_group_jackknife(17, 17, plug_in);
  EXPECT_NEAR(result.corrected(), sample_variance(x), 1e-12);
}

TEST(Jackknife, OfAMeanIsItsStandardError) {
  CounterStream random(2, 0);
  const std::vector<double> x = normals(30, random);
  const Jackknife result =
      delete_group_jackknife(30, 30, [&x](auto kept) { return mean_of(x, kept); });
  EXPECT_NEAR(result.se, std::sqrt(sample_variance(x) / 30.0), 1e-13);
  EXPECT_NEAR(result.bias, 0.0, 1e-13);
  EXPECT_EQ(result.dof, 29.0);
  EXPECT_THROW(delete_group_jackknife(3, 4, [](auto) { return 0.0; }), Error);
  EXPECT_THROW(jackknife(0.0, std::vector<double>{1.0}), Error);
}

TEST(Permutation, PValueCountsTheObservedOne) {
  EXPECT_DOUBLE_EQ(permutation_p_value(2.0, std::vector<double>{1.0, 2.0, 3.0}), 0.75);
  EXPECT_DOUBLE_EQ(permutation_p_value(9.0, std::vector<double>{1.0, 2.0, 3.0}), 0.25);
}

TEST(Permutation, IsAPermutation) {
  CounterStream random(3, 0);
  std::vector<std::size_t> order = random_permutation(50, random);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(order[i], i);
  EXPECT_THROW(permutation_test(0, 3, 10, random, [](auto, auto) { return 0.0; }), Error);
}

TEST(Subsampling, SubsetsHaveNoRepetition) {
  CounterStream random(4, 0);
  const std::vector<std::size_t> subset = random_subset(20, 12, random);
  EXPECT_EQ(std::set<std::size_t>(subset.begin(), subset.end()).size(), 12u);
  EXPECT_EQ(subsample_size(1000, {}), 251u);  // 1000^0.8 = 251.19
  EXPECT_THROW(random_subset(3, 4, random), Error);
  EXPECT_THROW(subsampling_se(1, random, [](auto) { return 0.0; }), Error);
}

// D47: p-values of the difference of means are uniform where the samples share a law.
TEST(ResamplingStatistical, PermutationPValuesAreUniform) {
  std::vector<double> p;
  for (int r = 0; r < 400; ++r) {
    CounterStream random(21, static_cast<std::uint64_t>(r));
    const std::vector<double> x = normals(30, random);
    const auto statistic = [&x](auto first, auto second) {
      return std::fabs(mean_of(x, first) - mean_of(x, second));
    };
    p.push_back(permutation_test(12, 18, 99, random, statistic).p_value);
  }
  std::sort(p.begin(), p.end());
  double distance = 0.0;  // Kolmogorov and Smirnov; 1.63 / sqrt(n) is the 1 % point
  for (std::size_t i = 0; i < p.size(); ++i) {
    distance = std::max(distance, std::fabs(p[i] - static_cast<double>(i + 1) / 400.0));
  }
  EXPECT_LT(distance, 1.63 / 20.0 + 0.01);  // p is a multiple of 1/100
  const auto rejected = std::upper_bound(p.begin(), p.end(), 0.05) - p.begin();
  EXPECT_NEAR(static_cast<double>(rejected) / 400.0, 0.05, 4.0 * std::sqrt(0.05 * 0.95 / 400.0));
}

// D68: subsampling has the right size for a mean, whose error is known.
TEST(ResamplingStatistical, SubsamplingCoversAMean) {
  const testing::Repetitions one = testing::repeat(400, 22, [](CounterStream& random) {
    const std::vector<double> x = normals(300, random);
    const double se =
        subsampling_se(x.size(), random, [&x](auto kept) { return mean_of(x, kept); });
    return Estimate{.value = mean(x), .se = se};
  });
  EXPECT_NEAR(one.coverage(0.0), 0.95, 0.04);
  const testing::Repetitions two = testing::repeat(400, 23, [](CounterStream& random) {
    const std::vector<double> x = normals(300, random), y = normals(900, random);
    const double se = subsampling_se(x.size(), y.size(), random, [&](auto first, auto second) {
      return mean_of(x, first) - mean_of(y, second);
    });
    return Estimate{.value = mean(x) - mean(y), .se = se};
  });
  EXPECT_NEAR(two.coverage(0.0), 0.95, 0.04);
}

// D68 for a smooth function, with groups and t.
TEST(ResamplingStatistical, GroupJackknifeCoversALogarithmOfAMean) {
  int inside = 0;
  for (int r = 0; r < 400; ++r) {
    CounterStream random(24, static_cast<std::uint64_t>(r));
    std::vector<double> x = normals(400, random);
    for (double& v : x) v = std::exp(0.5 * v);
    const Jackknife result =
        delete_group_jackknife(400, 20, [&x](auto kept) { return std::log(mean_of(x, kept)); });
    inside += t_interval(result.value, result.se, result.dof).contains(0.125) ? 1 : 0;
  }
  EXPECT_NEAR(inside / 400.0, 0.95, 0.04);
}

}  // namespace
}  // namespace elbow
