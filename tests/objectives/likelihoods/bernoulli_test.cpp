#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "math/moments.h"
#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "training/loss_weights.h"

namespace elbow {
namespace {

using testing::World;

struct Fixture {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  Tensor log_prob(const Tensor& l, const Tensor& x) {
    return world.likelihood->log_prob(l, x, world.context());
  }
  double mean(const std::string& name, const Tensor& l, const Tensor& x) {
    for (const Term& t : world.likelihood->terms(l, x, world.context()))
      if (t.name == name) return moments(t.values).mean;
    throw std::runtime_error(name);
  }
};

TEST(Bernoulli, SumsTheLogProbabilitiesOfThePixels) {
  Fixture f;
  const Tensor l = 3.0 * testing::fixed_numbers(2, 5, 1, at::kDouble);
  const Tensor x = (testing::fixed_numbers(2, 5, 2, at::kDouble) > 0).to(at::kDouble);
  for (int i = 0; i < 2; ++i) {
    double expected = 0.0;
    for (int j = 0; j < 5; ++j) {
      const double p = 1.0 / (1.0 + std::exp(-l[i][j].item<double>()));
      expected += std::log(x[i][j].item<double>() > 0.5 ? p : 1.0 - p);
    }
    EXPECT_NEAR(f.log_prob(l, x)[i].item<double>(), expected, 1e-12);
  }
}

TEST(Bernoulli, ProbabilitiesOfAllImagesSumToOne) {
  Fixture f;
  const Tensor l = 2.0 * testing::fixed_numbers(1, 4, 3, at::kDouble);
  double total = 0.0;
  for (int image = 0; image < 16; ++image) {
    Tensor x = at::zeros({1, 4}, at::kDouble);
    for (int j = 0; j < 4; ++j) x[0][j] = (image >> j) & 1;
    total += f.log_prob(l, x).exp().item<double>();
  }
  EXPECT_NEAR(total, 1.0, 1e-12);
}

TEST(Bernoulli, CountsSaturatedAndGreyPixels) {
  Fixture f;
  const Tensor l = at::tensor({-1e4, 15.5, 0.0, 14.0}, at::kDouble).view({1, 4});
  const Tensor grey = at::tensor({0.0, 1.0, 0.5, 0.001}, at::kDouble).view({1, 4});
  EXPECT_EQ(f.mean("pixels/saturated", l, grey), 2.0);
  EXPECT_EQ(f.mean("pixels/grey", l, grey), 2.0);
  EXPECT_EQ(f.mean("pixels/grey", l, grey.round()), 0.0);
}

TEST(Bernoulli, APositiveLogProbabilityIsCaught) {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  const auto identities = likelihood_entry("bernoulli").spec.identities;
  Evaluation e = world.evaluate("model");
  testing::expect_all_hold(identities, testing::record({{"model", e}}));
  for (Term& t : e.terms)
    if (t.name == "elbo/reconstruction") t.values = -t.values;  // the error logged instead
  testing::expect_caught(identities, testing::record({{"model", e}}), "PMF");
}

TEST(Bernoulli, MeanIsAProbability) {
  Fixture f;
  const Tensor l = at::tensor({-1e4, 0.0, 1e4}, at::kDouble).view({1, 3});
  testing::expect_close(f.world.likelihood->mean(l),
                        at::tensor({0.0, 0.5, 1.0}, at::kDouble).view({1, 3}), 1e-12);
}

TEST(Bernoulli, HasNoParametersAndNoVariance) {
  Fixture f;
  EXPECT_EQ(f.world.likelihood->network(), nullptr);
  EXPECT_FALSE(f.world.likelihood->variance().defined());
}

TEST(Bernoulli, EffectiveBetaIsTheWeightInTheLoss) {
  World w = World::vae({"beta", {{"beta", 3.0}}});
  Evaluation e = w.evaluate("model");
  EXPECT_DOUBLE_EQ(effective_beta(*loss_weights(e)), 3.0);
}

TEST(BernoulliStatistical, SamplesAreBinaryWithTheProbabilityOfTheLogit) {
  Fixture f;
  at::Generator generator = make_generator(5);
  const Tensor l = testing::fixed_numbers(1, 3, 1, at::kDouble).expand({20000, 3});
  const Tensor x = f.world.likelihood->sample(l, generator);
  EXPECT_EQ((x * (1.0 - x)).abs().max().item<double>(), 0.0);
  for (int j = 0; j < 3; ++j) {
    const double p = 1.0 / (1.0 + std::exp(-l[0][j].item<double>()));
    const double se = std::sqrt(p * (1.0 - p) / 20000.0);
    EXPECT_LE(std::abs(x.select(1, j).mean().item<double>() - p), 4.0 * se);
  }
}

}  // namespace
}  // namespace elbow
