#include "math/estimators/ulsif.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/math/estimators/samples.h"
#include "tests/support/repetitions.h"

namespace elbow {
namespace {

// Indicators of three categories.
RatioFeatures categories(const std::vector<int>& p, const std::vector<int>& q) {
  const auto indicators = [](const std::vector<int>& labels) {
    std::vector<double> values;
    for (const int label : labels) {
      for (int c = 0; c < 3; ++c) values.push_back(c == label ? 1.0 : 0.0);
    }
    return values;
  };
  return {indicators(p), indicators(q), 3};
}

const RatioFeatures kFeatures = categories({0, 0, 0, 1, 2, 2}, {0, 1, 1, 2});

// D26: with a basis that holds p/q the ratio of the frequencies comes back; n_P != n_Q.
TEST(Ulsif, RecoversARatioWithinItsBasis) {
  const std::vector<double> theta = ulsif_weights(kFeatures, 0.0, false);
  EXPECT_NEAR(theta[0], (3.0 / 6.0) / (1.0 / 4.0), 1e-14);
  EXPECT_NEAR(theta[1], (1.0 / 6.0) / (2.0 / 4.0), 1e-14);
  EXPECT_NEAR(theta[2], (2.0 / 6.0) / (1.0 / 4.0), 1e-14);
  const double chi2 = 0.25 / 0.25 + 1.0 / 36.0 / 0.5 + 1.0 / 9.0 / 0.25 - 1.0;
  const UlsifChi2 both = ulsif_chi2(kFeatures, 0.0, false);
  EXPECT_NEAR(both.linear.value, chi2, 1e-14);
  EXPECT_NEAR(both.quadratic.value, chi2, 1e-14);
}

// DW4: a sum over Q divided by n_P gives theta times n_P / n_Q.
TEST(Ulsif, TheVariantWithOneSampleSizeDiffers) {
  const double wrong = (3.0 / 6.0) / (1.0 / 6.0);
  EXPECT_GT(std::fabs(ulsif_weights(kFeatures, 0.0, false)[0] - wrong), 0.5);
}

TEST(Ulsif, RegularisationAndClipByHand) {
  const RatioFeatures f{{1.0, 3.0}, {1.0, 2.0}, 1};  // h = 2, H = 2.5
  EXPECT_NEAR(ulsif_weights(f, 0.5, true)[0], 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(ulsif_chi2(f, 0.5, true).linear.value, 2.0 / 3.0 * 2.0 - 1.0, 1e-15);
  EXPECT_NEAR(ulsif_chi2(f, 0.5, true).quadratic.value, 8.0 / 3.0 - 4.0 / 9.0 * 2.5 - 1.0, 1e-14);
  const RatioFeatures negative{{-1.0}, {1.0}, 1};
  EXPECT_EQ(ulsif_weights(negative, 0.1, true)[0], 0.0);
  EXPECT_LT(ulsif_weights(negative, 0.1, false)[0], 0.0);
}

TEST(Ulsif, Extremes) {
  EXPECT_THROW(ulsif_weights({{1.0}, {0.0}, 1}, 0.0, true), Error);
  EXPECT_THROW(ulsif_weights({{}, {1.0}, 1}, 0.1, true), Error);
  EXPECT_THROW(ulsif_weights({{1.0, 2.0, 3.0}, {1.0, 2.0}, 2}, 0.1, true), Error);
  EXPECT_FALSE(ulsif_chi2(kFeatures, 0.1, true).linear.se);
  CounterStream random(1, 0);
  const Points x = testing::offset_normal_points(90, 1, random);
  const Points y = testing::offset_normal_points(90, 1, random);
  EXPECT_TRUE(ulsif_pearson_chi2(x, y).quadratic.se);
  EXPECT_FALSE(ulsif_pearson_chi2(x, y).linear.se);
  EXPECT_FALSE(ulsif_pearson_chi2(x, y, {.cross_validate = true}).quadratic.se);
  EXPECT_THROW(ulsif_pearson_chi2(x, x), Error);
  const Points few({1.0, 2.0, 3.0}, 1);
  EXPECT_THROW(ulsif_pearson_chi2(few, few), Error);
  const Points same(std::vector<double>(20, 1.0), 1);
  EXPECT_THROW(ulsif_pearson_chi2(same, same), Error);
  EXPECT_THROW(ulsif_pearson_chi2(x, testing::moved(y, 1000.0)), Error);
}

// Pair A, 100 centres, width .7, lambda .1: half of chi^2 is .86, and .63 +- .14 is what comes out.
TEST(UlsifStatistical, PairA) {
  const testing::Repetitions runs = testing::repeat(60, 11, [](CounterStream& random) {
    const Points p = testing::offset_normal_points(1000, 1, random);
    const Points q = testing::offset_normal_points(1000, 1, random, 1.0);
    Estimate half = ulsif_pearson_chi2(p, q, {.width = 0.7, .lambda = 0.1}).linear;
    half.value *= 0.5;
    return half;
  });
  EXPECT_NEAR(runs.mean(), 0.63, 4.0 * 0.14 / std::sqrt(60.0) + 0.005);
}

// D68 around the own expectation, basis and lambda fixed.
TEST(UlsifStatistical, JackknifeCovers) {
  const auto covers = [](Estimate UlsifChi2::*member, std::uint64_t seed) {
    const Points centres({-2.0, -1.0, 0.0, 1.0, 2.0, 3.0}, 1);
    const auto features = [&](const Points& points) {
      std::vector<double> values;
      for (std::int64_t i = 0; i < points.size(); ++i) {
        for (std::int64_t l = 0; l < centres.size(); ++l) {
          values.push_back(std::exp(-0.5 * std::pow(points.row(i)[0] - centres.row(l)[0], 2)));
        }
      }
      return values;
    };
    return testing::repeat(400, seed,
                           [&](CounterStream& random) {
                             const Points p = testing::offset_normal_points(400, 1, random);
                             const Points q = testing::offset_normal_points(600, 1, random, 1.0);
                             return ulsif_chi2({features(p), features(q), 6}, 0.05, true).*member;
                           })
        .coverage_of_mean();
  };
  EXPECT_NEAR(covers(&UlsifChi2::linear, 12), 0.95, 0.04);
  EXPECT_NEAR(covers(&UlsifChi2::quadratic, 13), 0.95, 0.04);
}

// D68 for the whole of it, with kernels at random samples.
TEST(UlsifStatistical, QuadraticFormCovers) {
  const testing::Repetitions runs = testing::repeat(400, 16, [](CounterStream& random) {
    const Points p = testing::offset_normal_points(600, 1, random);
    const Points q = testing::offset_normal_points(600, 1, random, 1.0);
    return ulsif_pearson_chi2(p, q, {.seed = random.bits()}).quadratic;
  });
  EXPECT_NEAR(runs.coverage_of_mean(), 0.95, 0.04);
}

// Cross-validation comes closer to chi^2 = 1.718 than half of it, and to 0 at equality.
TEST(UlsifStatistical, CrossValidation) {
  const auto runs = [](double shift, std::uint64_t seed) {
    return testing::repeat(30, seed, [shift](CounterStream& random) {
      const Points p = testing::offset_normal_points(500, 2, random);
      const Points q = testing::offset_normal_points(500, 2, random, shift);
      return ulsif_pearson_chi2(p, q, {.centres = 50, .cross_validate = true}).quadratic;
    });
  };
  EXPECT_NEAR(runs(0.0, 14).mean(), 0.0, 0.1);
  const double apart = runs(1.0, 15).mean();
  EXPECT_GT(apart, 0.86);
  EXPECT_LT(apart, 1.9);
}

}  // namespace
}  // namespace elbow
