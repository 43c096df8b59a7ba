#include <gtest/gtest.h>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "training/loss_weights.h"

namespace elbow {
namespace {

using testing::term;
using testing::World;

ValueTable warm_up() { return {{"schedule", "linear"}, {"from", 0.0}, {"to", 4.0}, {"steps", 10}}; }

TEST(Beta, LossIsReconstructionPlusBetaKlAndElboHasWeightOne) {
  World world = World::vae({"beta", {{"beta", 2.5}}}, "bernoulli", at::kDouble);
  Evaluation e = world.evaluate("model");
  const Tensor rec = term(e, "elbo/reconstruction").values, kl = term(e, "elbo/kl").values;
  testing::expect_close(e.loss.detach(), (2.5 * kl - rec).mean().detach(), 1e-12);
  testing::expect_close(term(e, "elbo").values, (rec - kl).detach(), 1e-12);
  EXPECT_EQ(term(e, "elbo/kl").weight, 2.5);
  EXPECT_DOUBLE_EQ(loss_weights(e)->kl_weight, 2.5);
  EXPECT_GT(kl.mean().item<double>(), 0.0);
}

TEST(Beta, GradientIsThatOfItsPartsWeighted) {
  World world = World::vae({"beta", {{"beta", 3.0}}}, "bernoulli", at::kDouble);
  Evaluation e = world.evaluate("model");
  const std::vector<Tensor> p = world.parameters("encoder");
  const auto part = [&](const std::string& name) {
    return gradients(term(e, name).values.mean(), p, false, true);
  };
  const std::vector<Tensor> rec = part("elbo/reconstruction"), kl = part("elbo/kl");
  const std::vector<Tensor> total = gradients(e.loss, p);
  for (std::size_t i = 0; i < p.size(); ++i)
    testing::expect_close(total[i], 3.0 * kl[i] - rec[i], 1e-10);
}

TEST(Beta, FollowsItsSchedule) {
  World world = World::vae({"beta", {{"beta", warm_up()}}});
  for (const auto& [step, beta] :
       std::vector<std::pair<std::int64_t, double>>{{0, 0.0}, {5, 2.0}, {10, 4.0}, {1000, 4.0}}) {
    Evaluation e = world.evaluate("model", Mode::train, true, step);
    EXPECT_DOUBLE_EQ(term(e, "beta").values.item<double>(), beta);
    EXPECT_DOUBLE_EQ(term(e, "elbo/kl").weight, beta);
    testing::expect_all_hold(objective_entry("beta").spec.identities,
                             testing::record({{"model", e}}));
  }
}

TEST(Beta, BetaOneIsTheElbo) {
  World one = World::vae({"beta", {{"beta", 1.0}}}), elbo = World::vae("elbo");
  EXPECT_TRUE(one.evaluate("model").loss.equal(elbo.evaluate("model").loss));
}

TEST(Beta, GaussianGradientDependsOnThetaOnly) {
  // ∇L(β, σ²) = β ∇L(1, βσ²) for L = SSE/(2σ²) + β KL.
  World a = World::vae({"beta", {{"beta", 4.0}}}, {"gaussian", {{"value", 0.5}}}, at::kDouble);
  World b = World::vae("elbo", {"gaussian", {{"value", 1.0}}}, at::kDouble);
  Evaluation ea = a.evaluate("model"), eb = b.evaluate("model");
  EXPECT_NEAR(testing::record({{"model", ea}})["theta"], testing::record({{"model", eb}})["theta"],
              1e-12);
  const std::vector<Tensor> ga = gradients(ea.loss, a.parameters("encoder"));
  const std::vector<Tensor> gb = gradients(eb.loss, b.parameters("encoder"));
  for (std::size_t i = 0; i < ga.size(); ++i) testing::expect_close(ga[i], 4.0 * gb[i], 1e-9);
}

TEST(BetaGolden, TenStepsOfWarmUp) {
  testing::expect_golden(testing::golden_losses(World::vae({"beta", {{"beta", warm_up()}}})),
                         {8.3230677, 8.4209261, 8.5486679, 8.521039, 8.5319958, 8.5505304,
                          8.4008808, 8.4341393, 8.6458521, 8.4267082});
}

}  // namespace
}  // namespace elbow
