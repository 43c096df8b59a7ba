#include "math/statistics/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

// Wilson's end points are where |p^ - p| = z sqrt(p (1 - p) / n).
TEST(Interval, WilsonSolvesItsEquation) {
  const double z = 1.959963984540054;
  for (const std::int64_t k : {1, 7, 19}) {
    const Interval interval = wilson_interval(k, 20);
    const double share = static_cast<double>(k) / 20.0;
    for (const double p : {interval.low, interval.high}) {
      EXPECT_NEAR(std::fabs(share - p), z * std::sqrt(p * (1.0 - p) / 20.0), 1e-12);
    }
  }
  EXPECT_EQ(wilson_interval(0, 20).low, 0.0);
  EXPECT_NEAR(wilson_interval(0, 20).high, z * z / (20.0 + z * z), 1e-12);
  EXPECT_EQ(wilson_interval(20, 20).high, 1.0);
  EXPECT_THROW(wilson_interval(1, 0), Error);
  EXPECT_THROW(wilson_interval(5, 4), Error);
}

TEST(Interval, NormalAndStudent) {
  EXPECT_NEAR(normal_interval(1.0, 2.0).high, 1.0 + 2.0 * 1.959963984540054, 1e-12);
  EXPECT_NEAR(t_interval(0.0, 1.0, 10.0).high, 2.228138852, 1e-8);  // tables
  EXPECT_TRUE(t_interval(0.0, 1.0, 2.0).contains(-4.0));
}

TEST(Interval, ResampledScores) {
  const std::vector<double> scores{0.7, 0.8, 0.75, 0.65, 0.85};
  const double s2 = sample_variance(scores);
  EXPECT_NEAR(resampled_score_se(scores, 80, 20), std::sqrt((0.2 + 0.25) * s2), 1e-15);
  EXPECT_THROW(resampled_score_se(scores, 0, 20), Error);
}

TEST(MeanEstimate, ValuesAndExtremes) {
  const Estimate e = mean_estimate(std::vector<double>{1.0, 2.0, 6.0});
  EXPECT_EQ(e.value, 3.0);
  EXPECT_DOUBLE_EQ(*e.se, std::sqrt(7.0 / 3.0));
  EXPECT_FALSE(mean_estimate(std::vector<double>{1.0}).se);
  EXPECT_EQ(mean_estimate(std::vector<double>{1.0, kInfinity}).value, kInfinity);
  EXPECT_THROW(mean_estimate(std::vector<double>{}), Error);
  EXPECT_THROW(mean_estimate(std::vector<double>{std::nan("")}), Error);
  EXPECT_THROW(mean_estimate(std::vector<double>{-kInfinity, kInfinity}), Error);
}

// F18.
TEST(LogMeanExp, Fixture) {
  const Estimate e = log_mean_exp_estimate(std::vector<double>{0.0, -1.0, -2.0, -3.0});
  EXPECT_NEAR(e.value, -0.946104662559, 1e-12);
  EXPECT_NEAR(*e.se, 0.478916412, 1e-9);
  EXPECT_EQ(e.bias, Bias::lower);
}

TEST(LogMeanExp, Extremes) {
  EXPECT_EQ(log_mean_exp_estimate(std::vector<double>{-kInfinity, -kInfinity}).value, -kInfinity);
  EXPECT_NEAR(log_mean_exp_estimate(std::vector<double>{-kInfinity, 0.0}).value, -kLn2, 1e-15);
  EXPECT_EQ(*log_mean_exp_estimate(std::vector<double>{-2000.0, -2000.0}).se, 0.0);
  EXPECT_THROW(log_mean_exp_estimate(std::vector<double>{}), Error);
  EXPECT_THROW(log_mean_exp_estimate(std::vector<double>{std::nan("")}), Error);
}

// D68 for a proportion near its end, where value -+ 1.96 se fails.
TEST(IntervalStatistical, WilsonCovers) {
  int inside = 0, plain = 0;
  for (std::uint64_t r = 0; r < 400; ++r) {
    CounterStream random(31, r);
    std::int64_t hits = 0;
    for (int i = 0; i < 40; ++i) hits += random.uniform() < 0.03 ? 1 : 0;
    inside += wilson_interval(hits, 40).contains(0.03) ? 1 : 0;
    const double p = static_cast<double>(hits) / 40.0;
    plain += normal_interval(p, std::sqrt(p * (1.0 - p) / 40.0)).contains(0.03) ? 1 : 0;
  }
  EXPECT_NEAR(inside / 400.0, 0.95, 0.04);
  EXPECT_LT(plain / 400.0, 0.8);
}

// D81: the delta method's error is the spread; D68: it covers. ln E e^(s z) = s^2/2.
TEST(IntervalStatistical, LogMeanExpCovers) {
  const testing::Repetitions runs = testing::repeat(400, 32, [](CounterStream& random) {
    std::vector<double> log_w(500);
    for (double& v : log_w) v = 0.6 * random.normal();
    return log_mean_exp_estimate(log_w);
  });
  EXPECT_NEAR(runs.coverage(0.18), 0.95, 0.04);
  EXPECT_NEAR(mean(runs.errors) / runs.sd(), 1.0, 4.0 / std::sqrt(800.0));
}

}  // namespace
}  // namespace elbow
