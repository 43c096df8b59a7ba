#include <gtest/gtest.h>

#include "math/torch_compat.h"
#include "tests/support/golden.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using testing::World;

std::unique_ptr<Penalty> clipping(double c) {
  const PenaltyEntry& entry = penalty_entry("weight_clipping");
  return entry.create(testing::parameters_of(entry.spec, {{"c", c}}));
}

double share(World& world, Penalty& penalty) {
  at::Generator noise = make_generator(3);
  const Evaluation e = penalty.evaluate(world.evaluate("discriminator"), world.context(), noise);
  EXPECT_FALSE(e.loss.defined());
  return e.terms.at(0).values.item<double>();
}

TEST(WeightClipping, BringsTheDiscriminatorAndNobodyElseWithinTheBound) {
  World w = World::gan("wasserstein");
  const Tensor generator = w.parameters("generator").at(0).detach().clone();
  const Tensor before = w.parameters("discriminator").at(0).detach().clone();
  const auto penalty = clipping(0.1);
  penalty->project(w.networks);
  for (const Tensor& p : w.parameters("discriminator")) {
    EXPECT_LE(p.abs().max().item<double>(), 0.1 + 1e-8);
    EXPECT_TRUE(p.requires_grad());
  }
  EXPECT_TRUE(w.parameters("generator").at(0).equal(generator));
  const Tensor inside = before.abs() < 0.1;
  EXPECT_TRUE(w.parameters("discriminator")
                  .at(0)
                  .masked_select(inside)
                  .equal(before.masked_select(inside)));
}

TEST(WeightClipping, CountsTheShareOnTheBound) {
  World w = World::gan("wasserstein");
  const auto penalty = clipping(0.01);
  double beyond = 0.0, total = 0.0;
  for (const Tensor& p : w.parameters("discriminator")) {
    beyond += p.abs().ge(0.01).sum().item<double>();
    total += static_cast<double>(p.numel());
  }
  EXPECT_NEAR(share(w, *penalty), beyond / total, 1e-12);
  penalty->project(w.networks);
  EXPECT_NEAR(share(w, *penalty), beyond / total, 1e-12);  // clipped weights count as on it
  EXPECT_EQ(share(w, *clipping(10.0)), 0.0);
}

TEST(WeightClippingGolden, TenSteps) {
  std::vector<std::unique_ptr<Penalty>> penalties;
  penalties.push_back(clipping(0.3));
  testing::expect_golden(testing::golden_losses(World::gan("wasserstein"), std::move(penalties)),
                         {0.26785257,   0.042718768,  0.034824789,  0.058503296,   0.019808337,
                          0.077971108,  0.0047690347, 0.082119696,  -0.0065040886, 0.09822055,
                          -0.022693984, 0.1134758,    -0.038920097, 0.12214159,    -0.054834098,
                          0.13253801,   -0.060849942, 0.15228039,   -0.078317352,  0.16136277});
}

}  // namespace
}  // namespace elbow
