// Batch means, overlapping batch means, blocking and the block bootstrap on correlated series.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/batch_means.h"
#include "math/statistics/blocking.h"
#include "math/statistics/bootstrap.h"

namespace elbow {
namespace {

// x_t = phi x_(t-1) + e_t from its stationary law; Var(mean) -> 1 / (n (1 - phi)^2).
std::vector<double> autoregression(std::size_t n, double phi, CounterStream& random) {
  std::vector<double> x(n);
  double state = random.normal() / std::sqrt(1.0 - phi * phi);
  for (double& v : x) {
    v = state;
    state = phi * state + random.normal();
  }
  return x;
}

// Exact variance of the mean of n.
double mean_variance(double n, double phi) {
  const double variance = 1.0 / (1.0 - phi * phi);
  double sum = 1.0;
  for (double k = 1.0; k < n; k += 1.0) sum += 2.0 * (1.0 - k / n) * std::pow(phi, k);
  return variance * sum / n;
}

SeriesMean blocked(const std::vector<double>& x) {
  Blocking blocking;
  for (const double v : x) blocking.add(v);
  return blocking.estimate();
}

TEST(BatchMeans, ByHand) {
  const std::vector<double> x{1.0, 3.0, 2.0, 6.0, 5.0, 1.0};  // batch means 2, 4, 3
  const SeriesMean side = batch_means(x, 2);
  EXPECT_DOUBLE_EQ(side.mean, 3.0);
  EXPECT_DOUBLE_EQ(side.se, std::sqrt(1.0 / 3.0));
  EXPECT_EQ(side.dof, 2.0);
  // Overlapping: 2, 2.5, 4, 5.5, 3; squared deviations 1, .25, 1, 6.25, 0; 2 / (4 * 5) of the sum.
  EXPECT_DOUBLE_EQ(overlapping_batch_means(x, 2).se, std::sqrt(0.85));
  EXPECT_THROW(batch_means(x, 4), Error);
  EXPECT_THROW(batch_means(std::vector<double>{1.0}), Error);
  EXPECT_THROW(overlapping_batch_means(x, -1), Error);
}

TEST(Blocking, LevelsAreBatchesOfPowersOfTwo) {
  CounterStream random(7, 0);
  const std::vector<double> x = autoregression(4096, 0.9, random);
  Blocking blocking;
  for (const double v : x) blocking.add(v);
  bool converged = false;
  const SeriesMean estimate = blocking.estimate(&converged);
  EXPECT_TRUE(converged);
  const auto length = static_cast<std::int64_t>(4096.0 / (estimate.dof + 1.0));
  EXPECT_NEAR(estimate.se, batch_means(x, length).se, 1e-12);
  EXPECT_NEAR(estimate.mean, mean(x), 1e-13);
  EXPECT_GT(blocking.statistical_inefficiency(), 8.0);
}

TEST(Blocking, SaysWhenTheSeriesIsTooShort) {
  Blocking blocking;
  for (int i = 0; i < 64; ++i) blocking.add(i);  // a trend: no block is long enough
  bool converged = true;
  blocking.estimate(&converged);
  EXPECT_FALSE(converged);
  EXPECT_THROW(Blocking().estimate(), Error);
}

TEST(Blocking, AConstantSeriesHasNoError) {
  Blocking blocking;
  for (int i = 0; i < 100; ++i) blocking.add(2.5);
  EXPECT_EQ(blocking.estimate().se, 0.0);
  EXPECT_EQ(blocking.statistical_inefficiency(), 1.0);
}

TEST(Bootstrap, TheBlockLengthFollowsTheCorrelation) {
  CounterStream random(8, 0);
  const double independent = stationary_block_length(autoregression(2000, 0.0, random));
  const double correlated = stationary_block_length(autoregression(2000, 0.9, random));
  EXPECT_LT(independent, 6.0);
  // Optimum for an AR(1): (2 G^2 / D)^(1/3) n^(1/3) with G / g(0) = 2 phi / (1 - phi^2).
  EXPECT_NEAR(correlated / std::cbrt(2000.0 * std::pow(2.0 * 0.9 / 0.19, 2)), 1.0, 0.4);
  EXPECT_EQ(stationary_block_length(std::vector<double>(20, 1.0)), 1.0);
  EXPECT_THROW(stationary_block_length(std::vector<double>(5, 1.0)), Error);
}

// D67: the variances within 15 % of the truth at n = 20000, phi = .9; the naive one (DW19) is 19
// times too small.
TEST(SeriesStatistical, VariancesOfTheMean) {
  const double truth = mean_variance(20000, 0.9);
  EXPECT_NEAR(truth, 0.005, 1e-5);
  double batches = 0.0, overlapping = 0.0, blocks = 0.0, naive = 0.0;
  constexpr int kRepeats = 60;
  for (int r = 0; r < kRepeats; ++r) {
    CounterStream random(11, static_cast<std::uint64_t>(r));
    const std::vector<double> x = autoregression(20000, 0.9, random);
    batches += std::pow(batch_means(x).se, 2) / kRepeats;
    overlapping += std::pow(overlapping_batch_means(x).se, 2) / kRepeats;
    blocks += std::pow(blocked(x).se, 2) / kRepeats;
    naive += sample_variance(x) / 20000.0 / kRepeats;
  }
  EXPECT_NEAR(batches / truth, 1.0, 0.15);
  EXPECT_NEAR(overlapping / truth, 1.0, 0.15);
  EXPECT_NEAR(blocks / truth, 1.0, 0.15);
  EXPECT_NEAR(truth / naive, 19.0, 1.0);
}

// D68.
TEST(SeriesStatistical, IntervalsCoverTheMean) {
  int batches = 0, overlapping = 0, blocks = 0, naive = 0;
  for (int r = 0; r < 400; ++r) {
    CounterStream random(12, static_cast<std::uint64_t>(r));
    const std::vector<double> x = autoregression(8192, 0.9, random);
    batches += batch_means(x).interval().contains(0.0) ? 1 : 0;
    overlapping += overlapping_batch_means(x).interval().contains(0.0) ? 1 : 0;
    blocks += blocked(x).interval().contains(0.0) ? 1 : 0;
    const double se = std::sqrt(sample_variance(x) / 8192.0);
    naive += normal_interval(mean(x), se).contains(0.0) ? 1 : 0;
  }
  EXPECT_NEAR(batches / 400.0, 0.95, 0.04);
  EXPECT_NEAR(overlapping / 400.0, 0.95, 0.04);
  EXPECT_NEAR(blocks / 400.0, 0.95, 0.04);
  EXPECT_LT(naive / 400.0, 0.6);
}

TEST(SeriesStatistical, BlockingOfIndependentNumbersIsNaive) {
  double ratio = 0.0;
  for (int r = 0; r < 100; ++r) {
    CounterStream random(13, static_cast<std::uint64_t>(r));
    const std::vector<double> x = autoregression(1000, 0.0, random);
    ratio += blocked(x).se / std::sqrt(sample_variance(x) / 1000.0) / 100.0;
  }
  EXPECT_NEAR(ratio, 1.0, 0.05);
}

// D68 for a median, where batch means do not apply.
TEST(SeriesStatistical, BootstrapCoversTheMedian) {
  const auto middle = [](std::span<const double> x) { return median({x.begin(), x.end()}); };
  int inside = 0, independent = 0;
  for (int r = 0; r < 400; ++r) {
    CounterStream random(14, static_cast<std::uint64_t>(r));
    const std::vector<double> x = autoregression(600, 0.6, random);
    const Bootstrap bootstrap = stationary_bootstrap(x, middle, random, 200);
    inside += std::fabs(bootstrap.value) <= 1.96 * bootstrap.se ? 1 : 0;
    const Bootstrap single = stationary_bootstrap(x, middle, random, 200, 1.0);
    independent += std::fabs(single.value) <= 1.96 * single.se ? 1 : 0;
  }
  EXPECT_NEAR(inside / 400.0, 0.95, 0.04);
  EXPECT_LT(independent / 400.0, 0.8);
}

}  // namespace
}  // namespace elbow
