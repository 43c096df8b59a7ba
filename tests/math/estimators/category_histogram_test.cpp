#include "math/estimators/category_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

const std::vector<std::int64_t> kCounts{10, 0, 5, 5, 20, 10, 10, 10, 15, 15};

std::vector<std::int64_t> draw(int n, const std::vector<double>& p, CounterStream& random) {
  std::vector<std::int64_t> counts(p.size(), 0);
  for (int i = 0; i < n; ++i) {
    double u = random.uniform();
    std::size_t c = 0;
    while (c + 1 < p.size() && u >= p[c]) u -= p[c++];
    ++counts[c];
  }
  return counts;
}

// F10.
TEST(CategoryHistogram, Fixture) {
  EXPECT_EQ(mode_count(kCounts).value, 9.0);
  EXPECT_NEAR(histogram_kl(kCounts).value, 0.190954250488, 1e-12);
  EXPECT_NEAR(histogram_entropy(kCounts).value, 2.11163084251, 1e-11);
  EXPECT_NEAR(histogram_total_variation(kCounts).value, 0.2, 1e-14);
  EXPECT_NEAR(histogram_reverse_kl(kCounts).value, 0.288979760507, 1e-12);
}

// F11.
TEST(CategoryHistogram, ClassScoreFixture) {
  EXPECT_NEAR(class_score(Points({0.9, 0.1, 0.1, 0.9, 0.5, 0.5}, 2)).value, 1.27810196566, 1e-11);
}

TEST(CategoryHistogram, ClassScoreOfCertainRowsIsThePerplexityOfTheLabels) {
  const Points rows({1.0, 0.0, 0.0, 1.0, 0.0, 1.0}, 2);
  EXPECT_NEAR(class_score(rows).value, std::exp(-x_log_x(1.0 / 3.0) - x_log_x(2.0 / 3.0)), 1e-14);
}

TEST(CategoryHistogram, Extremes) {
  EXPECT_EQ(
      histogram_kl(kCounts, std::vector<double>{0, 0, .1, .1, .2, .1, .1, .1, .15, .15}).value,
      kInfinity);
  EXPECT_EQ(histogram_reverse_kl(kCounts, {}, 0.0).value, kInfinity);
  EXPECT_EQ(histogram_kl(std::vector<std::int64_t>{7}).value, 0.0);
  EXPECT_NEAR(histogram_kl(std::vector<std::int64_t>{0, 8}).value, kLn2, 1e-15);
  EXPECT_THROW(histogram_kl(std::vector<std::int64_t>{}), Error);
  EXPECT_THROW(histogram_kl(std::vector<std::int64_t>{0, 0}), Error);
  EXPECT_THROW(mode_count(std::vector<std::int64_t>{2, -1}), Error);
  EXPECT_THROW(histogram_kl(kCounts, std::vector<double>{0.5, 0.5}), Error);
  EXPECT_THROW(
      histogram_total_variation(std::vector<std::int64_t>{1, 1}, std::vector<double>{0.5, 0.6}),
      Error);
  EXPECT_THROW(histogram_reverse_kl(kCounts, {}, -1.0), Error);
  EXPECT_THROW(class_score(Points({0.9, 0.2}, 2)), Error);
  EXPECT_THROW(class_score(Points({1.1, -0.1}, 2)), Error);
  EXPECT_FALSE(class_score(Points({0.5, 0.5}, 2)).se);
}

// D55: at equality the mean is (K - 1)/(2n), the spread sqrt(2 (K - 1))/(2n) (DW20: not 0), and the
// stated error is of that size.
TEST(CategoryHistogramStatistical, NullBiasAndSpread) {
  const std::vector<double> uniform(10, 0.1);
  const testing::Repetitions runs = testing::repeat(
      2000, 1, [&](CounterStream& random) { return histogram_kl(draw(1000, uniform, random)); });
  const double bias = histogram_kl_bias(10, 1000), spread = std::sqrt(18.0) / 2000.0;
  EXPECT_NEAR(bias, 0.0045, 1e-12);
  EXPECT_NEAR(runs.z(bias), 0.0, 4.0);
  EXPECT_NEAR(runs.sd() / spread, 1.0, 0.1);
  EXPECT_NEAR(mean(runs.errors) / spread, 1.0, 0.2);
}

// D68 away from equality, for the KL and the entropy, around the own expectation.
TEST(CategoryHistogramStatistical, IntervalsCover) {
  const std::vector<double> p{0.3, 0.2, 0.15, 0.1, 0.08, 0.07, 0.05, 0.03, 0.01, 0.01};
  const auto kl = testing::repeat(
      400, 2, [&](CounterStream& random) { return histogram_kl(draw(300, p, random)); });
  EXPECT_NEAR(kl.coverage_of_mean(), 0.95, 0.04);
  const auto entropy = testing::repeat(
      400, 3, [&](CounterStream& random) { return histogram_entropy(draw(300, p, random)); });
  EXPECT_NEAR(entropy.coverage_of_mean(), 0.95, 0.04);
  const std::vector<double> reference{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.15, 0.05};
  const auto other = testing::repeat(
      400, 4, [&](CounterStream& random) { return histogram_kl(draw(300, p, random), reference); });
  EXPECT_NEAR(other.coverage_of_mean(), 0.95, 0.04);
}

// The logarithm of the score is too low, by (K - 1)/(2n) for certain rows: E H(h) = H - (K -
// 1)/(2n).
TEST(CategoryHistogramStatistical, ClassScoreIsBiasedDown) {
  const std::vector<double> uniform(10, 0.1);
  const testing::Repetitions runs = testing::repeat(1000, 5, [&](CounterStream& random) {
    const std::vector<std::int64_t> counts = draw(200, uniform, random);
    std::vector<double> rows;
    for (std::size_t c = 0; c < 10; ++c) {
      for (std::int64_t i = 0; i < counts[c]; ++i) {
        for (std::size_t j = 0; j < 10; ++j) rows.push_back(j == c ? 1.0 : 0.0);
      }
    }
    return Estimate{.value = std::log(class_score(Points(rows, 10)).value)};
  });
  const double bias = 9.0 / 400.0;
  EXPECT_LT(runs.z(std::log(10.0)), -4.0);
  EXPECT_GT(runs.z(std::log(10.0) - 1.1 * bias), 4.0);
  EXPECT_LT(runs.z(std::log(10.0) - 0.9 * bias), -4.0);
}

// D68 for rows that are softmax probabilities.
TEST(CategoryHistogramStatistical, ClassScoreIntervalsCover) {
  const testing::Repetitions runs = testing::repeat(400, 6, [](CounterStream& random) {
    std::vector<double> rows;
    for (int i = 0; i < 300; ++i) {
      std::vector<double> logits(4);
      for (std::size_t c = 0; c < 4; ++c)
        logits[c] = 2.0 * random.normal() - static_cast<double>(c);
      const double total = logsumexp(logits);
      for (const double l : logits) rows.push_back(std::exp(l - total));
    }
    return class_score(Points(rows, 4));
  });
  EXPECT_NEAR(runs.coverage_of_mean(), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow
