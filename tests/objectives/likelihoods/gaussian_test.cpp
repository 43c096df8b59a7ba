#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"
#include "objectives/vae_specs.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "training/loss_weights.h"

namespace elbow {
namespace {

using testing::term;
using testing::World;

constexpr double kPi = 3.14159265358979323846;

World world(const std::string& sigma, double value, at::ScalarType type = at::kDouble) {
  return World::vae("elbo", {"gaussian", {{"sigma", sigma}, {"value", value}}}, type);
}
double sigma_of(Evaluation& e) { return term(e, "sigma").values.item<double>(); }
const std::vector<IdentitySpec>& identities() {
  return likelihood_entry("gaussian").spec.identities;
}

TEST(Gaussian, KeepsEveryConstant) {
  World w = world("fixed", 0.3);
  const Tensor x = testing::fixed_numbers(3, 4, 1, at::kDouble);
  const Tensor m = testing::fixed_numbers(3, 4, 2, at::kDouble);
  const Tensor log_p = w.likelihood->log_prob(m, x, w.context());
  for (int i = 0; i < 3; ++i) {
    double expected = 0.0;
    for (int j = 0; j < 4; ++j) {
      const double d = (x[i][j] - m[i][j]).item<double>() / 0.3;
      expected += std::log(std::exp(-0.5 * d * d) / (0.3 * std::sqrt(2.0 * kPi)));
    }
    EXPECT_NEAR(log_p[i].item<double>(), expected, 1e-10);
  }
}

TEST(Gaussian, IdentitiesHoldForEverySigma) {
  for (const std::string sigma : {"fixed", "learned", "optimal"})
    for (const auto type : {at::kFloat, at::kDouble})
      for (const Mode mode : {Mode::train, Mode::eval}) {
        SCOPED_TRACE(sigma);
        World w = world(sigma, 0.4, type);
        std::vector<IdentitySpec> all = vae_identities();
        all.insert(all.end(), identities().begin(), identities().end());
        testing::expect_all_hold(all, testing::record({{"model", w.evaluate("model", mode)}}));
      }
}

TEST(Gaussian, V9CatchesAVarianceReadAsADeviation) {
  World w = world("fixed", 0.4);
  Evaluation e = w.evaluate("model");
  term(e, "sigma").values = term(e, "sigma").values.square();
  testing::expect_caught(identities(), testing::record({{"model", e}}), "V9");
}

TEST(Gaussian, V9CatchesAMissingConstant) {
  World w = world("fixed", 0.4);
  Evaluation e = w.evaluate("model");
  Term& rec = term(e, "elbo/reconstruction");
  rec.values = rec.values + 0.5 * static_cast<double>(World::kPixels) * std::log(2.0 * kPi);
  testing::expect_caught(identities(), testing::record({{"model", e}}), "V9");
}

TEST(Gaussian, V9CatchesAMeanOverPixels) {
  World w = world("fixed", 0.4);
  Evaluation e = w.evaluate("model");
  term(e, "sse").values = term(e, "sse").values / static_cast<double>(World::kPixels);
  testing::expect_caught(identities(), testing::record({{"model", e}}), "V9");
}

TEST(Gaussian, LearnedSigmaStartsWhereToldAndReceivesAGradient) {
  World w = world("learned", 0.25);
  Evaluation e = w.evaluate("model");
  EXPECT_NEAR(sigma_of(e), 0.25, 1e-6);
  const Phase phase = w.phase("model");
  EXPECT_EQ(phase.networks.back(), "likelihood");
  Tensor log_sigma = w.networks.at("likelihood").parameters().at(0).tensor;
  const double slope = gradients(e.loss, {log_sigma}).at(0).item<double>();
  const auto loss_at = [&](double delta) {
    const Tensor kept = log_sigma.detach().clone();
    log_sigma.set_data(kept + delta);
    w.latent = make_generator(17);
    const double loss = w.evaluate("model").loss.item<double>();
    log_sigma.set_data(kept);
    return loss;
  };
  w.latent = make_generator(17);
  // The parameter is float32: a wide step, and a tolerance of its square.
  EXPECT_NEAR(slope, (loss_at(1e-2) - loss_at(-1e-2)) / 2e-2, 2e-2 * std::abs(slope));
}

TEST(Gaussian, SigmaNeverFallsBelowItsFloor) {
  World w = world("learned", 0.25);
  w.networks.at("likelihood").parameters().at(0).tensor.detach().fill_(-50.0);
  Evaluation e = w.evaluate("model");
  EXPECT_NEAR(std::log(sigma_of(e)), -6.0, 1e-6);
  EXPECT_TRUE(e.loss.isfinite().item<bool>());
}

TEST(Gaussian, OptimalSigmaIsTheBatchMeanOfSquaredErrorPerPixel) {
  World w = world("optimal", 1.0);
  Evaluation e = w.evaluate("model");
  const double variance =
      term(e, "sse").values.mean().item<double>() / static_cast<double>(World::kPixels);
  EXPECT_NEAR(sigma_of(e), std::sqrt(variance), 1e-9 * std::sqrt(variance));
  // No other σ does better on this batch.
  const double nll = -term(e, "elbo/reconstruction").values.mean().item<double>();
  const double d = static_cast<double>(World::kPixels);
  EXPECT_NEAR(nll, 0.5 * d * (std::log(2.0 * kPi * variance) + 1.0), 1e-9 * d);
}

TEST(Gaussian, OptimalSigmaInEvaluationIsTheRunningMeanAndMovesNothing) {
  World w = world("optimal", 1.0);
  const auto& buffers = w.networks.at("likelihood").buffers();
  EXPECT_TRUE(w.networks.at("likelihood").parameters().empty());
  EXPECT_EQ(w.phase("model").networks.size(), 2U);  // nothing to optimise
  double sum = 0.0;
  for (int i = 0; i < 3; ++i) {
    Evaluation e = w.evaluate("model");
    sum += term(e, "sse").values.mean().item<double>() / static_cast<double>(World::kPixels);
  }
  EXPECT_NEAR(buffers.at(0).tensor.item<double>(), sum / 3.0, 1e-9);
  const double kept = buffers.at(0).tensor.item<double>();
  Evaluation e = w.evaluate("model", Mode::eval);
  EXPECT_EQ(buffers.at(0).tensor.item<double>(), kept);
  EXPECT_NEAR(sigma_of(e), std::sqrt(kept), 1e-9 * std::sqrt(kept));
}

TEST(Gaussian, ThetaIsBetaTimesTheVariance) {
  World w = World::vae({"beta", {{"beta", 4.0}}}, {"gaussian", {{"value", 0.5}}}, at::kDouble);
  Evaluation e = w.evaluate("model");
  const Values values = testing::record({{"model", e}});
  EXPECT_NEAR(values["theta"], 1.0, 1e-9);
  EXPECT_NEAR(values["effective_beta"], 4.0, 1e-12);
}

TEST(Gaussian, RefusesAnUnknownSigmaAndAValueBelowTheFloor) {
  EXPECT_THROW(world("lerned", 1.0), Error);
  EXPECT_THROW(world("learned", 1e-3), Error);
}

TEST(GaussianGolden, TenStepsWithOptimalSigma) {
  testing::expect_golden(testing::golden_losses(world("optimal", 1.0, at::kFloat)),
                         {13.035365, 12.94605, 13.219319, 13.251718, 12.769295, 12.863828, 12.64244,
                          12.60109, 13.527894, 12.830609});
}

TEST(GaussianStatistical, SamplesHaveTheMeanAndTheDeviationInUse) {
  for (const std::string sigma : {"fixed", "learned", "optimal"}) {
    World w = world(sigma, 0.4, at::kFloat);
    at::Generator generator = make_generator(5);
    const Tensor mean = testing::fixed_numbers(1, 1, 1, at::kFloat).expand({20000, 2});
    const Tensor e = (w.likelihood->sample(mean, generator) - mean).to(at::kDouble);
    const double n = 40000.0, variance = e.square().mean().item<double>();
    EXPECT_LE(std::abs(e.mean().item<double>()), 4.0 * 0.4 / std::sqrt(n)) << sigma;
    EXPECT_LE(std::abs(variance - 0.16), 4.0 * 0.16 * std::sqrt(2.0 / n)) << sigma;
  }
}

}  // namespace
}  // namespace elbow
