#include "instrumentation/sample_evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/threefry.h"

namespace elbow::testing {
namespace {

using ::testing::ElementsAre;

/// Two features, normal around `shift`; classes 0, ..., `used` - 1 of four in turn, for certain.
ClassifiedImages images(std::int64_t n, double shift, std::int64_t used, std::uint64_t seed) {
  ClassifiedImages result{Points(n, 2), Points(n, 4)};
  CounterStream random(seed, 1);
  for (std::int64_t i = 0; i < n; ++i) {
    for (int j = 0; j < 2; ++j) result.features.row(i)[j] = shift + random.normal();
    result.probabilities.row(i)[i % used] = 1.0;
  }
  return result;
}

const Estimate& find(const std::vector<Measurement>& rows, const std::string& quantity) {
  for (const Measurement& row : rows)
    if (row.quantity == quantity) return row.estimate;
  throw Error("no " + quantity);
}

TEST(SampleEvaluation, ClassesAreThoseOfTheLargestProbability) {
  EXPECT_THAT(class_counts(Points({0.2, 0.8, 0.6, 0.4, 0.1, 0.9}, 2)), ElementsAre(1, 2));
}

TEST(SampleEvaluation, MissingClassesShowAndTheFloorStandsBeside) {
  const auto rows = evaluate_classes(images(600, 0.0, 4, 1), images(200, 0.0, 2, 2), {});
  EXPECT_EQ(find(rows, "modes").value, 2.0);
  EXPECT_EQ(find(rows, "modes/floor").value, 4.0);
  EXPECT_NEAR(find(rows, "class/total_variation").value, 0.5, 0.05);
  EXPECT_NEAR(find(rows, "class/kl").value, std::log(2.0), 0.1);
  EXPECT_LT(find(rows, "class/kl/floor").value, 0.05);
  // G76: the two classes that occur have about half of the real images.
  EXPECT_NEAR(find(rows, "class/kl/missing").value, std::log(2.0), 0.1);
  EXPECT_LE(find(rows, "class/kl/missing").value, find(rows, "class/kl").value);
  EXPECT_NEAR(find(rows, "class/kl/missing/floor").value, 0.0, 1e-15);
  EXPECT_NEAR(find(rows, "lenet_score").value, 2.0, 1e-9);
  EXPECT_NEAR(find(rows, "lenet_score/floor").value, 4.0, 0.2);
}

TEST(SampleEvaluation, AClassThatNoRealImageHasIsNotInfinitelyWrong) {
  const auto rows = evaluate_classes(images(60, 0.0, 2, 1), images(20, 0.0, 4, 2), {});
  EXPECT_TRUE(std::isfinite(find(rows, "class/kl").value));
}

TEST(SampleEvaluation, EqualLawsLieAtTheFloorAndShiftedOnesAbove) {
  const auto reals = images(400, 0.0, 4, 1);
  const auto equal = evaluate_features(reals, images(100, 0.0, 4, 2), {}, {});
  const auto shifted = evaluate_features(reals, images(100, 8.0, 4, 2), {}, {});
  EXPECT_LT(find(equal, "frechet_lenet").value, 0.3);
  EXPECT_NEAR(find(shifted, "frechet_lenet").value, 128.0, 13.0) << "2 · 8², four errors";
  EXPECT_GT(find(shifted, "kid_lenet").value, 10.0 * find(shifted, "kid_lenet/floor").value);
  EXPECT_EQ(find(equal, "frechet_lenet/floor").value, find(shifted, "frechet_lenet/floor").value);
  EXPECT_GT(find(equal, "coverage").value, 0.8);
  EXPECT_EQ(find(shifted, "precision").value, 0.0);
  EXPECT_NEAR(find(equal, "precision/floor").value, find(equal, "precision").value, 0.1);
}

TEST(SampleEvaluation, FewerThanTwiceAsManyRealsAreRefused) {
  EXPECT_THROW(evaluate_features(images(199, 0.0, 4, 1), images(100, 0.0, 4, 2), {}, {}), Error);
  EXPECT_THROW(evaluate_classes(images(199, 0.0, 4, 1), images(100, 0.0, 4, 2), {}), Error);
}

TEST(SampleEvaluation, ScoresThatOrderEverythingHaveAucOne) {
  EXPECT_EQ(evaluate_scores({1.0, 2.0}, {0.0, -1.0}).estimate.value, 1.0);
}

}  // namespace
}  // namespace elbow::testing
