#include "instrumentation/annealed_evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/numeric.h"
#include "tests/instrumentation/toy_latent_model.h"

namespace elbow::testing {
namespace {

const std::vector<double> kX = {1.5, -0.3, 0.8, 2.2, -1.7, 0.1};

TEST(AnnealedEvaluation, ThePathIsTheModelInTheCoordinatesOfTheEncoder) {
  const LatentModel model = toy_model(2, 0.2, -0.8);
  const EncodedImages images = encode_images(model, toy_images({1.5, -0.4}));
  const Path path = encoder_path(model, images, 2);
  const Points u({0.3, -0.7, 1.1, 0.2, -0.5, 0.4, 0.0, 2.0}, 2);
  PathValues values, moved;
  path(u, values);
  const double s = std::exp(-0.4);
  for (std::int64_t c = 0; c < 4; ++c) {
    const double x = c < 2 ? 1.5f : -0.4f;
    double z[2], base = 0.0, log_q = 0.0, log_p = 0.0;
    for (int l = 0; l < 2; ++l) {
      z[l] = 0.2 * x + s * u.row(c)[l];
      base -= 0.5 * (kLn2Pi + u.row(c)[l] * u.row(c)[l]);
      log_q -= 0.5 * (kLn2Pi - 0.8 + u.row(c)[l] * u.row(c)[l]);
      log_p -= 0.5 * (kLn2Pi + z[l] * z[l]);
    }
    log_p -= 0.5 * (kLn2Pi + (x - z[0] - z[1]) * (x - z[0] - z[1]));
    const auto at = static_cast<std::size_t>(c);
    EXPECT_NEAR(values.base[at], base, 1e-12);
    EXPECT_NEAR(values.g[at], log_p - log_q, 1e-5);
    for (int l = 0; l < 2; ++l) {
      const double h = 1e-2;  // central differences of a quadratic are exact up to float32
      Points up = u, down = u;
      up.row(c)[l] += h;
      down.row(c)[l] -= h;
      path(up, moved);
      const double high = moved.g[at];
      path(down, moved);
      EXPECT_NEAR(values.g_gradient.row(c)[l], (high - moved.g[at]) / (2.0 * h), 2e-4);
      EXPECT_NEAR(values.base_gradient.row(c)[l], -u.row(c)[l], 1e-12);
    }
  }
}

TEST(AnnealedEvaluation, OneTemperatureIsImportanceSampling) {
  // The posterior as encoder: every weight is p(x), whatever the number of temperatures.
  const LatentModel model = toy_model(1, 0.5, std::log(0.5));
  const auto rows = evaluate_annealing(model, encode_images(model, toy_images(kX)),
                                       {.steps = 1, .chains = 2}, {});
  EXPECT_NEAR(rows.at(0).estimate.value, mean_toy_log_p(kX, 1), 1e-5);
  EXPECT_EQ(rows.at(0).estimate.bias, Bias::lower);
}

TEST(AnnealedEvaluationStatistical, V45AnnealingApproachesLogP) {
  const LatentModel model = toy_model(2, -0.2, 0.4);  // a bad encoder
  const std::vector<double> x(200, 1.5);
  const EncodedImages images = encode_images(model, toy_images(x));
  double before = -kInfinity;
  for (const std::int64_t steps : {1, 4, 40}) {
    const auto rows = evaluate_annealing(model, images, {.steps = steps, .chains = 4}, {});
    const Estimate& e = rows.at(0).estimate;
    EXPECT_LT(e.value, toy_log_p(1.5, 2) + 4.0 * *e.se);
    EXPECT_GT(e.value, before);
    before = e.value;
  }
  EXPECT_NEAR(before, toy_log_p(1.5, 2), 0.05);
}

TEST(AnnealedEvaluationStatistical, V31V45TheChainOfBoundsOnSimulatedImages) {
  const LatentModel model = toy_model(2, 0.1, 0.2);
  const auto rows = evaluate_bidirectional(model, 400, {.steps = 20, .chains = 4}, {});
  const auto at = [&](const std::string& name) {
    for (const Measurement& row : rows) {
      if (row.quantity == "bdmc/" + name) return row.estimate;
    }
    throw Error(name);
  };
  EXPECT_LT(at("elbo").value, at("lower").value);
  EXPECT_LT(at("lower").value, at("upper").value);
  EXPECT_LT(at("upper").value, at("eubo").value);
  // E ln p(x) over the model's own images, x ~ N(0, 3).
  const double expected = -0.5 * (kLn2Pi + std::log(3.0) + 1.0);
  EXPECT_LE(std::fabs(at("lower").value - expected), 4.0 * *at("lower").se);
  EXPECT_LE(std::fabs(at("upper").value - expected), 4.0 * *at("upper").se);
  EXPECT_NEAR(at("gap").value, at("upper").value - at("lower").value, 1e-12);
  EXPECT_GT(at("gap").value, -4.0 * *at("gap").se);
  EXPECT_LT(at("gap").value, 0.1);
  // EUBO − ELBO = KL(q‖post) + KL(post‖q), averaged: closed form by quadratics.
  EXPECT_GT(at("eubo").value - at("elbo").value, 0.5);
}

TEST(AnnealedEvaluation, NeedsALikelihoodThatCanBeSampled) {
  LatentModel model = toy_model(1, 0.5, 0.0);
  model.simulate = {};
  EXPECT_THROW(evaluate_bidirectional(model, 4, {}, {}), Error);
}

TEST(AnnealedEvaluation, StopsInPilotsAndInMeasuredRuns) {
  const LatentModel model = toy_model(1, 0.5, 0.0);
  const EncodedImages images = encode_images(model, toy_images(kX));
  for (const int after : {3, 300}) {
    Work work;
    int asked = 0;
    work.stopped = [&] { return ++asked > after; };
    EXPECT_THROW(evaluate_annealing(model, images, {.steps = 200, .chains = 2}, work), Stopped);
    EXPECT_LE(asked, after + 1);
  }
}

}  // namespace
}  // namespace elbow::testing
