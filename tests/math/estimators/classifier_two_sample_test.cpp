#include "math/estimators/classifier_two_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/estimators/logistic_ratio.h"
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
  // Positive: 2 of P's 3 and 1 of Q's 2. P(at least 2 of the 3 in P) = (C(3,2) C(2,1) + 1)/C(5,3).
  EXPECT_NEAR(test.p_value, 0.7, 1e-12);
  EXPECT_NEAR(test.z, (test.accuracy.value - 0.5) / std::sqrt((1.0 / 3.0 + 0.5) / 16.0), 1e-14);
}

// D73, DW12: constant scores and constant columns say nothing instead of 0/0.
TEST(ClassifierTwoSample, Extremes) {
  const std::vector<double> zero(4, 0.0), one{1.0};
  const ClassifierTwoSample same = two_sample_from_scores(zero, zero);
  EXPECT_EQ(same.accuracy.value, 0.5);
  EXPECT_EQ(same.auc.value, 0.5);
  EXPECT_EQ(same.p_value, 1.0);
  const ClassifierTwoSample apart =
      two_sample_from_scores(std::vector<double>(50, kInfinity), std::vector<double>(50, -1.0));
  EXPECT_EQ(apart.accuracy.value, 1.0);
  EXPECT_LT(apart.p_value, 1e-20);
  EXPECT_LT(apart.accuracy_interval.low, 1.0);
  EXPECT_FALSE(two_sample_from_scores(one, one).auc.se);
  EXPECT_THROW(two_sample_from_scores(one, std::vector<double>{}), Error);
  EXPECT_THROW(two_sample_from_scores(one, std::vector<double>{std::nan("")}), Error);
  const Points constant({1.0, 1.0, 1.0, 1.0}, 1);
  EXPECT_EQ(logistic_divergences(constant, constant, 1).classifier.accuracy.value, 0.5);
}

// Twenty of twenty on their side may be nineteen in twenty of the law.
TEST(ClassifierTwoSample, NoErrorIsZero) {
  const ClassifierTwoSample apart =
      two_sample_from_scores(std::vector<double>(20, 1.0), std::vector<double>(20, -1.0));
  const double lost = 1.0 - std::pow(0.025, 1.0 / 20.0);  // Clopper-Pearson, 0.168
  EXPECT_NEAR(1.96 * share_error(1.0, 20), lost, 0.01);
  EXPECT_NEAR(*apart.auc.se, share_error(1.0, 20), 1e-15);
  EXPECT_NEAR(*apart.total_variation.se, std::sqrt(2.0) * share_error(1.0, 20), 1e-15);
  EXPECT_NEAR(share_error(0.5, 1e6), 0.5e-3, 1e-8) << "binomial";
  EXPECT_NEAR(share_error(0.0, 20), unseen_share_error(20), 1e-15);
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
    const ClassifierTwoSample test = logistic_divergences(x, y, 1).classifier;
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
  // Exact, hence on the safe side of 0.05 by the steps of a count: 0.03 to 0.05 here.
  EXPECT_LT(rejected / 400.0, 0.05 + 4.0 * std::sqrt(0.05 * 0.95 / 400.0));
  EXPECT_GT(rejected, 0.0);
}

}  // namespace
}  // namespace elbow
