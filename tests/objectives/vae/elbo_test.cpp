#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using testing::World;

/// −E_q ln p(x|z) + KL written out naively, on the noise that the objective will draw.
Tensor naive_loss(World& world, at::Generator noise, double beta) {
  const Tensor x = world.batch.x;
  const Tensor h = world.networks.at("encoder").forward(x, Mode::train);
  const Tensor mu = h.narrow(1, 0, World::kLatent);
  const Tensor sd = (0.5 * h.narrow(1, World::kLatent, World::kLatent)).exp();
  const Tensor eps = at::randn({World::kBatch, World::kLatent}, noise, x.options());
  const Tensor p = world.networks.at("decoder").forward(mu + sd * eps, Mode::train).sigmoid();
  const Tensor log_px = (x * p.log() + (1.0 - x) * (1.0 - p).log()).sum(1);
  const Tensor kl = 0.5 * (mu * mu + sd * sd - 1.0 - 2.0 * sd.log()).sum(1);
  return (beta * kl - log_px).mean();
}

TEST(Elbo, EqualsTheFormulaWrittenOutInValueAndGradient) {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  const Evaluation e = world.evaluate("model");
  const Tensor naive = naive_loss(world, make_generator(17), 1.0);
  EXPECT_NEAR(e.loss.item<double>(), naive.item<double>(), 1e-10);
  const std::vector<Tensor> p = world.parameters(world.phase("model"));
  const std::vector<Tensor> a = gradients(e.loss, p), b = gradients(naive, p);
  for (std::size_t i = 0; i < p.size(); ++i) testing::expect_close(a[i], b[i], 1e-9);
}

TEST(Elbo, TheLossOfTwoBatchesIsTheirMeanAndOrderDoesNotMatter) {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  Evaluation whole = world.evaluate("model", Mode::eval);
  const Tensor kl = testing::term(whole, "elbo/kl").values.detach();
  const Tensor x = world.batch.x;
  world.batch.x = x.narrow(0, 0, 2);
  Evaluation first = world.evaluate("model", Mode::eval);
  world.batch.x = x.narrow(0, 2, 4).flip(0);
  Evaluation rest = world.evaluate("model", Mode::eval);
  // The closed-form KL is free of noise.
  const Tensor parts = at::cat({testing::term(first, "elbo/kl").values.detach(),
                                testing::term(rest, "elbo/kl").values.detach().flip(0)});
  testing::expect_close(kl, parts, 1e-12);
}

TEST(Elbo, EvaluationUsesTheCoefficientsOfTraining) {
  World a = World::vae("elbo"), b = World::vae("elbo");
  const Evaluation train = a.evaluate("model", Mode::train), eval = b.evaluate("model", Mode::eval);
  EXPECT_TRUE(train.loss.equal(eval.loss));
  for (std::size_t i = 0; i < train.terms.size(); ++i)
    EXPECT_EQ(train.terms[i].weight, eval.terms[i].weight);
}

TEST(Elbo, StaysFiniteForExtremeDecoders) {
  World world = World::vae("elbo");
  const NoGrad no_grad;
  world.parameters("decoder").back().fill_(1e4);
  const Evaluation e = world.evaluate("model");
  EXPECT_TRUE(e.loss.isfinite().item<bool>());
}

TEST(ElboGolden, TenSteps) {
  testing::expect_golden(testing::golden_losses(World::vae("elbo")),
                         {8.4914293, 8.4981861, 8.5462723, 8.4641943, 8.4384699, 8.44629, 8.2935629,
                          8.3221922, 8.5271406, 8.3258867});
}

}  // namespace
}  // namespace elbow
