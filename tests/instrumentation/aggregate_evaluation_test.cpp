#include "instrumentation/aggregate_evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/threefry.h"

namespace elbow::testing {
namespace {

Estimate find(const std::vector<Measurement>& rows, const std::string& quantity) {
  for (const Measurement& row : rows) {
    if (row.quantity == quantity) return row.estimate;
  }
  throw Error("no row " + quantity);
}

/// Two latents that code the image, one that is the prior whatever the image.
EncodedImages codes(std::int64_t n) {
  EncodedImages images{{}, Points(n, 3), Points(n, 3)};
  CounterStream stream(1, 0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (int l = 0; l < 2; ++l) {
      images.mean.row(i)[l] = std::sqrt(0.8) * stream.normal();
      images.log_var.row(i)[l] = std::log(0.2);
    }
    images.mean.row(i)[2] = 0.0;
    images.log_var.row(i)[2] = 0.0;
  }
  return images;
}

TEST(AggregateEvaluation, TermsCloseAndAreEnclosed) {
  const auto rows = evaluate_aggregate(codes(1500), {.samples = 1000, .batch = 64}, {});
  const Estimate information = find(rows, "aggregate/mutual_information");
  EXPECT_NEAR(information.value + find(rows, "aggregate/marginal_kl").value,
              find(rows, "aggregate/kl").value, 1e-10);
  EXPECT_NEAR(find(rows, "aggregate/total_correlation").value +
                  find(rows, "aggregate/dimension_wise_kl").value,
              find(rows, "aggregate/marginal_kl").value, 1e-10);
  const Estimate low = find(rows, "aggregate/mutual_information/batch"),
                 high = find(rows, "aggregate/mutual_information/leave_one_out");
  EXPECT_LE(low.value, information.value + 4.0 * std::hypot(*low.se, *information.se));
  EXPECT_GE(high.value, information.value - 4.0 * std::hypot(*high.se, *information.se));
  // x known up to q: I = 2 · ½ ln(1 / 0.2) for infinitely many images.
  EXPECT_NEAR(information.value, std::log(5.0), 0.1);
  EXPECT_NEAR(find(rows, "aggregate/marginal_kl").value, 0.0, 0.1);
}

TEST(AggregateEvaluation, V63ActiveUnitsLookAtTheMeansNotAtTheCodes) {
  const auto rows = evaluate_active_units(codes(600));
  EXPECT_EQ(rows.at(0).estimate.value, 2.0) << "VW27: the variance of z would count all three";
  EXPECT_NE(rows.at(0).estimate.note.find("inactive: 2"), std::string::npos);
  EXPECT_NE(evaluate_active_units(codes(20)).at(0).estimate.note.find("fewer than 500"),
            std::string::npos);
  EXPECT_THROW(evaluate_active_units(codes(1)), Error);
}

}  // namespace
}  // namespace elbow::testing
