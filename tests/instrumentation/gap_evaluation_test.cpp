#include "instrumentation/gap_evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/instrumentation/toy_latent_model.h"

namespace elbow::testing {
namespace {

const std::vector<double> kX = {1.5, -0.3, 0.8, 2.2, -1.7, 0.1, 0.4, -0.9};

Estimate find(const std::vector<Measurement>& rows, const std::string& quantity) {
  for (const Measurement& row : rows) {
    if (row.quantity == quantity) return row.estimate;
  }
  throw Error("no row " + quantity);
}

TEST(GapEvaluation, AscentFindsTheBestDiagonalGaussian) {
  // Posterior precision [[2, 1], [1, 2]]: mean x / 3, best diagonal variances 1 / 2.
  const LatentModel model = toy_model(2, -0.2, 0.5);
  const EncodedImages images = encode_images(model, toy_images(kX));
  const EncodedImages best = refine_posteriors(model, images, {.samples = 32}, {});
  for (std::int64_t i = 0; i < 8; ++i) {
    for (int l = 0; l < 2; ++l) {
      EXPECT_NEAR(best.mean.row(i)[l], kX[static_cast<std::size_t>(i)] / 3.0, 0.06);
      EXPECT_NEAR(best.log_var.row(i)[l], -std::log(2.0), 0.1);
    }
  }
  const EncodedImages same = refine_posteriors(model, images, {.steps = 0}, {});
  EXPECT_EQ(same.mean.row(3)[1], images.mean.row(3)[1]);
}

TEST(GapEvaluation, V91TheGapSplitsAsInClosedForm) {
  const LatentModel model = toy_model(2, -0.2, 0.5);
  const auto rows =
      evaluate_gaps(model, encode_images(model, toy_images(kX)), 2000, {.samples = 32}, {});
  const double approximation = 0.5 * std::log(4.0 / 3.0);  // KL of the best diagonal Gaussian
  // KL(q‖posterior) = ½ [tr(Λ Σ) + (m − μ)'Λ(m − μ) − 2 − ln det Λ − ln det Σ], Λ = [[2,1],[1,2]].
  double inference = 0.0;
  for (const double x : kX) {
    const double shift = -0.2 * x - x / 3.0;
    inference +=
        0.5 * (4.0 * std::exp(0.5) + 6.0 * shift * shift - 2.0 - std::log(3.0) - 1.0) / 8.0;
  }
  EXPECT_NEAR(find(rows, "gap/approximation").value, approximation, 0.02);
  EXPECT_NEAR(find(rows, "gap/inference").value, inference, 0.15);  // 512 codes an image
  EXPECT_NEAR(find(rows, "gap/amortisation").value, inference - approximation, 0.15);
  EXPECT_NEAR(find(rows, "gap/inference").value,
              find(rows, "gap/approximation").value + find(rows, "gap/amortisation").value, 1e-12);
  EXPECT_GT(find(rows, "gap/amortisation").value, 0.0) << "common noise";
  EXPECT_EQ(find(rows, "gap/amortisation").bias, Bias::lower);
}

TEST(GapEvaluation, StopsWhenAskedAndRefusesNonsense) {
  const LatentModel model = toy_model(1, 0.5, 0.0);
  const EncodedImages images = encode_images(model, toy_images(kX));
  Work work;
  work.stopped = [] { return true; };
  EXPECT_THROW(evaluate_gaps(model, images, 10, {}, work), Stopped);
  EXPECT_THROW(refine_posteriors(model, images, {.samples = 0}, {}), Error);
}

}  // namespace
}  // namespace elbow::testing
