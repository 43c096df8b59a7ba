#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "tests/support/linear_critic.h"

namespace elbow {
namespace {

using testing::LinearCritic;
using testing::World;

Evaluation penalty(World& world, double lambda, double target = 1.0) {
  const PenaltyEntry& entry = penalty_entry("gradient_penalty");
  at::Generator noise = make_generator(3);
  const Evaluation phase = world.evaluate("discriminator");
  return entry.create(testing::parameters_of(entry.spec, {{"lambda", lambda}, {"target", target}}))
      ->evaluate(phase, world.context(), noise);
}

TEST(GradientPenalty, EqualsTheTableOnALinearCriticOfImages) {
  LinearCritic critic;
  const double excess = critic.norm - 1.0;
  Evaluation e = penalty(critic.world, 10.0);
  EXPECT_NEAR(e.loss.item<double>(), 10.0 * excess * excess, 1e-9);
  EXPECT_NEAR(testing::term(e, "slope/mean").values.mean().item<double>(), critic.norm, 1e-10);
  EXPECT_NEAR(testing::term(e, "slope/max").values.item<double>(), critic.norm, 1e-10);
  EXPECT_NEAR(penalty(critic.world, 2.0, 0.0).loss.item<double>(), 2.0 * critic.norm * critic.norm,
              1e-9);
}

TEST(GradientPenalty, NormsOverAChannelOrTheBatchWouldDiffer) {
  // What the mistakes would give on this critic is far from the right value.
  LinearCritic critic;
  const Tensor w = (1.0 + testing::fixed_numbers(1, 12, 9, at::kDouble)).view({3, 2, 2});
  const double right = std::pow(critic.norm - 1.0, 2);
  const double per_channel = (w.square().sum(0).sqrt() - 1.0).square().mean().item<double>();
  const double whole_batch = std::pow(2.0 * critic.norm - 1.0, 2);  // four equal samples
  EXPECT_GT(std::abs(per_channel - right), 0.1 * right);
  EXPECT_GT(std::abs(whole_batch - right), 0.1 * right);
  EXPECT_NEAR(penalty(critic.world, 1.0).loss.item<double>(), right, 1e-9);
}

/// Remembers the points at which it is asked for a slope.
World spying_world(std::vector<Tensor>& points) {
  World w = World::gan("wasserstein", at::kDouble);
  w.networks = Networks();
  w.networks.add("generator",
                 std::make_shared<testing::FunctionNetwork>(
                     [](const Tensor&) { return testing::fixed_numbers(6, 12, 8, at::kDouble); },
                     at::kDouble));
  w.networks.add("discriminator", std::make_shared<testing::FunctionNetwork>(
                                      [&points](const Tensor& x) {
                                        points.push_back(x.detach());
                                        return x.sum(1, true);
                                      },
                                      at::kDouble));
  return w;
}

TEST(GradientPenalty, OneCoefficientPerSampleBetweenItsPair) {
  std::vector<Tensor> points;
  World w = spying_world(points);
  penalty(w, 1.0);
  const Tensor real = w.batch.x, fake = testing::fixed_numbers(6, 12, 8, at::kDouble);
  const Tensor u = (points.back() - fake) / (real - fake);
  // Constant within a sample, different between samples, in (0, 1).
  EXPECT_LT((u - u.select(1, 0).unsqueeze(1)).abs().max().item<double>(), 1e-9);
  EXPECT_GE(u.min().item<double>(), 0.0);
  EXPECT_LE(u.max().item<double>(), 1.0);
  const Tensor first = u.select(1, 0);
  for (int i = 1; i < 6; ++i)
    EXPECT_GT(std::abs((first[i] - first[0]).item<double>()), 1e-6) << "shared coefficient";
}

TEST(GradientPenalty, LooksAtInterpolatesNotAtEitherEnd) {
  // Slope 1 near the data, 3 between, 5 at the samples; u in (0.1, 0.9) for most draws.
  World w = testing::piecewise_critic_world();
  Evaluation e = penalty(w, 1.0);
  const Tensor slopes = testing::term(e, "slope/mean").values;
  EXPECT_GE((slopes - 3.0).abs().lt(1e-6).sum().item<std::int64_t>(), 3);
}

TEST(GradientPenalty, BatchedSlopesAreThoseOfSingleSamples) {
  World w = World::gan("wasserstein", at::kDouble);
  const Evaluation all = penalty(w, 1.0);
  const PenaltyEntry& r1 = penalty_entry("r1");
  at::Generator noise = make_generator(3);
  const auto penalty_r1 = r1.create(testing::parameters_of(r1.spec));
  Evaluation phase;
  phase.real = w.batch.x;
  const Tensor batched = penalty_r1->evaluate(phase, w.context(), noise).terms.at(0).values;
  for (int i = 0; i < 6; ++i) {
    phase.real = w.batch.x.narrow(0, i, 1);
    const Tensor single = penalty_r1->evaluate(phase, w.context(), noise).terms.at(0).values;
    EXPECT_NEAR(batched[i].item<double>(), single[0].item<double>(), 1e-12);
  }
}

TEST(GradientPenalty, AFlatCriticHasAFiniteGradient) {
  World w = World::gan("wasserstein", at::kDouble);
  for (const Tensor& p : w.parameters("discriminator")) p.detach().zero_();
  const Evaluation e = penalty(w, 10.0);
  EXPECT_NEAR(e.loss.item<double>(), 10.0, 1e-4);
  for (const Tensor& g : gradients(e.loss, w.parameters("discriminator")))
    EXPECT_TRUE(g.isfinite().all().item<bool>());
}

TEST(GradientPenalty, OvershootOfTwoPointsAtADistance) {
  // Linear critic C = s x, data at 0... samples at d: L_D = -s d + λ (s - 1)², least at 1 + d/(2λ).
  for (const auto& [lambda, slope, gap] :
       std::vector<std::tuple<double, double, double>>{{0.1, 6.0, 6.0}, {10.0, 1.05, 1.05}}) {
    double s = 1.0;
    for (int i = 0; i < 200; ++i) {
      World w = World::gan("wasserstein", at::kDouble);
      const Tensor weight = testing::fixed_numbers(1, 1, 1, at::kDouble) * 0.0 + s;
      weight.requires_grad_(true);
      w.batch.x = testing::fixed_numbers(3, 1, 1, at::kDouble) * 0.0 + 1.0;
      w.networks = Networks();
      w.networks.add("generator",
                     std::make_shared<testing::FunctionNetwork>(
                         [](const Tensor& z) { return 0.0 * z.narrow(1, 0, 1); }, at::kDouble));
      w.networks.add("discriminator",
                     std::make_shared<testing::FunctionNetwork>(
                         [weight](const Tensor& x) { return x.matmul(weight); }, at::kDouble));
      const Tensor loss = w.evaluate("discriminator").loss + penalty(w, lambda).loss;
      s -= 0.4 / lambda * gradients(loss, {weight}).at(0).item<double>();
    }
    EXPECT_NEAR(s, slope, 1e-6);
    EXPECT_NEAR(s * 1.0, gap, 1e-6);
  }
}

TEST(GradientPenalty, NamesACriticOfTheWrongShape) {
  World w = World::gan("wasserstein", at::kDouble);
  const Evaluation phase = w.evaluate("discriminator");
  w.networks = Networks();
  w.networks.add("discriminator", std::make_shared<testing::FunctionNetwork>(
                                      [](const Tensor& x) { return x; }, at::kDouble));
  const PenaltyEntry& entry = penalty_entry("gradient_penalty");
  at::Generator noise = make_generator(3);
  const auto p = entry.create(testing::parameters_of(entry.spec));
  EXPECT_THROW(p->evaluate(phase, w.context(), noise), Error);
}

}  // namespace
}  // namespace elbow
