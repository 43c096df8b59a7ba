#include "math/estimators/classifier_two_sample.h"

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

TEST(ClassifierTwoSample, ByHand) {
  // P: 2 of 3 above 0, one tie; Q: 1 of 2 below.
  const ClassifierTwoSample test =
      two_sample_from_scores(std::vector<double>{2.0, 1.0, 0.0}, std::vector<double>{-1.0, 1.0});
  EXPECT_NEAR(test.accuracy.value, 0.5 * (2.5 / 3.0 + 0.5), 1e-15);
  EXPECT_NEAR(test.total_variation.value, 2.0 * test.accuracy.value - 1.0, 1e-15);
  // Pairs: 2 beats both, 1 beats one and ties with one, 0 beats one.
  EXPECT_NEAR(test.auc.value, 4.5 / 6.0, 1e-15);
  EXPECT_NEAR(test.z, (test.accuracy.value - 0.5) / std::sqrt((1.0 / 3.0 + 0.5) / 16.0), 1e-14);
}

// D73, DW12: constant scores and constant columns say nothing instead of 0/0.
TEST(ClassifierTwoSample, Extremes) {
  const std::vector<double> zero(4, 0.0), one{1.0};
  const ClassifierTwoSample same = two_sample_from_scores(zero, zero);
  EXPECT_EQ(same.accuracy.value, 0.5);
  EXPECT_EQ(same.auc.value, 0.5);
  EXPECT_EQ(same.p_value, 0.5);
  const ClassifierTwoSample apart =
      two_sample_from_scores(std::vector<double>(50, kInfinity), std::vector<double>(50, -1.0));
  EXPECT_EQ(apart.accuracy.value, 1.0);
  EXPECT_LT(apart.p_value, 1e-20);
  EXPECT_LT(apart.accuracy_interval.low, 1.0);
  EXPECT_FALSE(two_sample_from_scores(one, one).auc.se);
  EXPECT_THROW(two_sample_from_scores(one, std::vector<double>{}), Error);
  EXPECT_THROW(two_sample_from_scores(one, std::vector<double>{std::nan("")}), Error);
  const Points constant({1.0, 1.0, 1.0, 1.0}, 1);
  EXPECT_EQ(classifier_two_sample(constant, constant, 1).accuracy.value, 0.5);
}

// D25: the best classifier of a shift by 1 has accuracy Phi(1/2) and area Phi(1/sqrt 2); D68.
TEST(ClassifierTwoSampleStatistical, ShiftByOne) {
  const auto runs = [](auto member, std::uint64_t seed) {
    return testing::repeat(400, seed, [&](CounterStream& random) {
      return two_sample_from_scores(
                 testing::pair_a_ratio(testing::offset_normal_points(200, 1, random)),
                 testing::pair_a_ratio(testing::offset_normal_points(300, 1, random, 1.0))).*
             member;
    });
  };
  const auto accuracy = runs(&ClassifierTwoSample::accuracy, 1);
  EXPECT_NEAR(accuracy.z(0.6914624613), 0.0, 4.0);
  EXPECT_NEAR(accuracy.coverage(0.6914624613), 0.95, 0.04);
  const auto area = runs(&ClassifierTwoSample::auc, 2);
  EXPECT_NEAR(area.z(0.7602499389), 0.0, 4.0);
  EXPECT_NEAR(area.coverage(0.7602499389), 0.95, 0.04);
}

// D25: under equality the variance of the accuracy is 1/(4 n_test), and p-values are uniform; the
// accuracy on the data of the fit is not 1/2.
TEST(ClassifierTwoSampleStatistical, Equality) {
  std::vector<double> p;
  double in_sample = 0.0;
  const testing::Repetitions runs = testing::repeat(400, 3, [&](CounterStream& random) {
    const Points x = testing::offset_normal_points(200, 3, random),
                 y = testing::offset_normal_points(200, 3, random);
    const ClassifierTwoSample test = classifier_two_sample(x, y, 1);
    p.push_back(test.p_value);
    const LogisticRatio ratio(x, y);
    in_sample +=
        two_sample_from_scores(ratio(PointsView(x)), ratio(PointsView(y))).accuracy.value / 400.0;
    return test.accuracy;
  });
  EXPECT_NEAR(runs.z(0.5), 0.0, 4.0);
  EXPECT_NEAR(runs.sd() / std::sqrt(1.0 / 800.0), 1.0, 4.0 / std::sqrt(800.0));
  EXPECT_GT(in_sample, 0.52);
  const double rejected =
      static_cast<double>(std::count_if(p.begin(), p.end(), [](double v) { return v < 0.05; }));
  EXPECT_NEAR(rejected / 400.0, 0.05, 4.0 * std::sqrt(0.05 * 0.95 / 400.0));
}

}  // namespace
}  // namespace elbow
