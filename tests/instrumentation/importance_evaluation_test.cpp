#include "instrumentation/importance_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "tests/instrumentation/toy_latent_model.h"

namespace elbow::testing {
namespace {

const std::vector<double> kX = {1.5, -0.3, 0.8, 2.2, -1.7};

const Measurement& find(const std::vector<Measurement>& rows, const std::string& quantity) {
  for (const Measurement& row : rows) {
    if (row.quantity == quantity) return row;
  }
  throw Error("no row " + quantity);
}

TEST(ImportanceEvaluation, WeightsAreThePlainFormula) {
  const LatentModel model = toy_model(2, 0.3, -0.6);
  const EncodedImages images = encode_images(model, toy_images(kX));
  const std::vector<double> log_w = image_log_weights(model, images, 3, 7);
  ASSERT_EQ(log_w.size(), 15u);
  // The same numbers from any batch, and a prefix of them with fewer samples.
  const auto third = image_log_weights(model, images.part(2, 3), 3, 7, 2);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(third[k], log_w[6 + k], 1e-6);
  EXPECT_NEAR(image_log_weights(model, images, 1, 7)[4], log_w[12], 1e-6);
  const double code[2] = {0.4, -0.9};
  double expected = 0.0;
  for (const double z : code) {
    expected += -0.5 * z * z + 0.5 * (-0.6 + (z - 0.3 * 1.5) * (z - 0.3 * 1.5) / std::exp(-0.6));
  }
  EXPECT_NEAR(log_prior_over_posterior(code, images, 0), expected, 1e-6);
}

TEST(ImportanceEvaluation, PosteriorAsEncoderIsExactForEveryK) {
  const LatentModel model = toy_model(1, 0.5, std::log(0.5));
  const auto rows =
      evaluate_importance(model, encode_images(model, toy_images(kX)), {1, 5, 50}, 1, {});
  for (const char* name : {"elbo", "iwae/k5", "iwae/k50", "jackknife/k50"}) {
    EXPECT_NEAR(find(rows, name).estimate.value, mean_toy_log_p(kX, 1), 1e-5) << name;
  }
  EXPECT_NEAR(find(rows, "ess").estimate.value, 50.0, 1e-3);
}

TEST(ImportanceEvaluation, V25V34BoundsAscendOnTheSameWeights) {
  const LatentModel model = toy_model(2, 0.1, 0.3);
  const auto rows =
      evaluate_importance(model, encode_images(model, toy_images(kX)), {50, 1, 10, 5, 10}, 1, {});
  const double elbo = find(rows, "elbo").estimate.value,
               five = find(rows, "iwae/k5").estimate.value,
               ten = find(rows, "iwae/k10").estimate.value,
               fifty = find(rows, "iwae/k50").estimate.value;
  EXPECT_LT(elbo, five);
  EXPECT_LT(five, ten);
  EXPECT_LT(ten, fifty);
  EXPECT_EQ(find(rows, "iwae/k50").estimate.bias, Bias::lower);
  EXPECT_TRUE(find(rows, "iwae/k50").estimate.se.has_value());
}

TEST(ImportanceEvaluationStatistical, MeansReachTheExactValues) {
  // q(z|x) = N(0, 1) is the prior: the anchor table's third row at x = 1.5.
  const LatentModel model = toy_model(1, 0.0, 0.0);
  const EncodedImages images = encode_images(model, toy_images(std::vector<double>(400, 1.5)));
  const auto rows = evaluate_importance(model, images, {1, 2, 5, 50}, 3, {});
  const std::pair<const char*, double> expected[] = {{"elbo", -2.5439385332},
                                                     {"iwae/k2", -2.09951469},
                                                     {"iwae/k5", -1.90969587},
                                                     {"iwae/k50", -1.83492116}};
  for (const auto& [name, value] : expected) {
    const Estimate& e = find(rows, name).estimate;
    EXPECT_LE(std::fabs(e.value - value), 4.0 * *e.se) << name;
  }
}

TEST(ImportanceEvaluation, StopsWhenAsked) {
  const LatentModel model = toy_model(1, 0.5, -0.7);
  Work work;
  int asked = 0;
  work.stopped = [&] { return ++asked > 1; };
  EXPECT_THROW(evaluate_importance(model, encode_images(model, toy_images(kX)), {1, 2000}, 1, work),
               Stopped);
}

TEST(ImportanceEvaluation, RefusesNoSamples) {
  const LatentModel model = toy_model(1, 0.5, -0.7);
  const EncodedImages images = encode_images(model, toy_images(kX));
  EXPECT_THROW(evaluate_importance(model, images, {}, 1, {}), Error);
  EXPECT_THROW(evaluate_importance(model, images, {0}, 1, {}), Error);
  const LatentModel broken = toy_model(1, std::nan(""), 0.0);
  EXPECT_THROW(encode_images(broken, toy_images(kX)), Error);
}

}  // namespace
}  // namespace elbow::testing
