// The identities of the evidence lower bound against planted mistakes.
#include "objectives/vae_forward.h"

#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "math/fused.h"
#include "math/moments.h"
#include "math/torch_compat.h"
#include "objectives/vae_specs.h"
#include "tests/support/identities.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::expect_all_hold;
using testing::expect_caught;
using testing::record;
using testing::World;

std::vector<IdentitySpec> identities() {
  std::vector<IdentitySpec> all = vae_identities();
  all.push_back(loss_against_elbo("beta"));
  return all;
}

/// A forward pass that a mistake may spoil before terms and loss are made of it.
struct Planted {
  World world = World::vae("beta");
  double beta = 4.0;
  VaeForward forward =
      vae_forward(world.context(), *world.likelihood, World::kLatent, GradientEstimator::pathwise);

  Evaluation evaluation() {
    Evaluation e;
    e.terms = vae_terms(forward, world.context(), *world.likelihood, beta);
    e.terms.push_back(scalar_term("beta", beta));
    e.loss = (beta * forward.kl - forward.log_px).mean();
    return e;
  }
  Values values() { return record({{"model", evaluation()}}); }
};

TEST(VaeIdentities, HoldWithoutAMistake) { expect_all_hold(identities(), Planted().values()); }

TEST(VaeIdentities, KlAveragedOverLatentsIsCaught) {
  Planted p;
  p.forward.kl = p.forward.kl / static_cast<double>(World::kLatent);
  expect_caught(identities(), p.values(), "V2");
}

TEST(VaeIdentities, KlPerDimensionOverTheWrongAxisIsCaught) {
  Planted p;
  p.forward.kl_per_dim = p.forward.kl_per_dim.t().contiguous();
  expect_caught(identities(), p.values(), "V2");
}

TEST(VaeIdentities, LoggedKlWithAFlippedSignIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  testing::term(e, "elbo/kl").values = -p.forward.kl;
  expect_caught(identities(), record({{"model", e}}), "V1");
  expect_caught(identities(), record({{"model", e}}), "ELBO");
}

TEST(VaeIdentities, LoggedKlAlreadyWeightedIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  testing::term(e, "elbo/kl").values = p.beta * p.forward.kl;
  expect_caught(identities(), record({{"model", e}}), "V1");
  expect_caught(identities(), record({{"model", e}}), "V2");
}

TEST(VaeIdentities, LossThatForgetsItsWeightIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  e.loss = (p.forward.kl - p.forward.log_px).mean();
  expect_caught(identities(), record({{"model", e}}), "V1");
  expect_caught(identities(), record({{"model", e}}), "V12");
}

TEST(VaeIdentities, DatasetFactorOnTheKlOnlyIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  e.loss = (60000.0 / 128.0 * p.beta * p.forward.kl - p.forward.log_px).mean();
  expect_caught(identities(), record({{"model", e}}), "V1");
}

TEST(VaeIdentities, ElboWithTheWeightOfTheLossIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  testing::term(e, "elbo").values = p.forward.log_px - p.beta * p.forward.kl;
  expect_caught(identities(), record({{"model", e}}), "ELBO");
  expect_caught(identities(), record({{"model", e}}), "V12");
}

TEST(VaeIdentities, EvaluationAtTheMeanIsCaught) {
  Planted p;
  p.forward.z = p.forward.mu_log_var.narrow(1, 0, World::kLatent);
  expect_caught(identities(), p.values(), "V4");
  expect_caught(identities(), p.values(), "V3");
}

TEST(VaeIdentities, LogVarianceReadAsLogDeviationIsCaught) {
  Planted p;
  const Tensor mu = p.forward.mu_log_var.narrow(1, 0, World::kLatent);
  const Tensor log_var = p.forward.mu_log_var.narrow(1, World::kLatent, World::kLatent);
  p.forward.z = mu + log_var.exp() * p.forward.eps;
  expect_caught(identities(), p.values(), "V4");
}

TEST(VaeIdentities, WeightWithoutThePriorIsCaught) {
  Planted p;
  Evaluation e = p.evaluation();
  const Tensor log_q = testing::term(e, "log_q/density").values;
  testing::term(e, "log_w").values = p.forward.log_px - log_q;
  expect_caught(identities(), record({{"model", e}}), "V3");
}

TEST(VaeIdentities, SampledKlWithoutTheSquareIsCaught) {
  // Statistical: the bias of |z| where z² belongs, seen over two hundred batches.
  Planted p;
  Moments pooled;
  for (int round = 0; round < 200; ++round) {
    p.forward = vae_forward(p.world.context(), *p.world.likelihood, World::kLatent,
                            GradientEstimator::pathwise);
    Evaluation e = p.evaluation();
    const Tensor z = p.forward.z.detach().to(at::kDouble);
    const Moments m = moments(testing::term(e, "elbo/kl_mc/difference").values +
                              0.5 * (z.abs() - z.square()).sum(1));
    pooled = round == 0 ? m : pool(pooled, m);
  }
  Values values = p.values();
  values.set("elbo/kl_mc/difference", pooled);
  values.set("elbo/kl_mc", values["elbo/kl"] + pooled.mean);
  expect_caught(identities(), values, "V53");
}

TEST(VaeIdentitiesStatistical, SampledKlAgreesWithTheClosedForm) {
  World world = World::vae("elbo", "bernoulli", at::kDouble);
  Moments pooled;
  for (int round = 0; round < 500; ++round) {
    Evaluation e = world.evaluate("model");
    const Moments m = moments(testing::term(e, "elbo/kl_mc/difference").values);
    pooled = round == 0 ? m : pool(pooled, m);
  }
  EXPECT_LT(std::abs(pooled.mean), 4.0 * pooled.se);
}

TEST(VaeIdentities, SharpPosteriorsFarFromZeroDoNotRaiseAFalseAlarm) {
  World world = World::vae("elbo");
  VaeForward f;
  at::Generator noise = make_generator(5);
  f.mu_log_var = testing::fixed_numbers(64, 40, 1, at::kFloat) * 4.0;
  f.mu_log_var.narrow(1, 20, 20).sub_(6.0);  // s down to e^-5
  world.batch.x = world.batch.x.repeat({11, 1}).narrow(0, 0, 64);
  f.eps = testing::fixed_numbers(64, 20, 2, at::kFloat) * 2.0;
  const GaussianPosterior posterior = sample_gaussian_posterior(f.mu_log_var, f.eps, true);
  f.z = posterior.z;
  f.kl = posterior.kl;
  f.kl_per_dim = posterior.kl_per_dim;
  f.output = testing::fixed_numbers(64, World::kPixels, 3, at::kFloat);
  f.log_px = bernoulli_log_prob(f.output, world.batch.x);
  Evaluation e;
  e.terms = vae_terms(f, world.context(), *world.likelihood, 1.0);
  e.loss = (f.kl - f.log_px).mean();
  for (const CheckResult& r : testing::check(vae_identities(), record({{"model", e}}))) {
    // The noise is no sample here, so the statistical identity says nothing.
    if (r.kind == IdentityKind::exact) {
      EXPECT_EQ(r.verdict, Verdict::holds) << r.id << " " << r.lhs << " " << r.rhs;
    }
  }
}

TEST(VaeForward, NamesAnEncoderOfTheWrongWidth) {
  World world = World::vae("elbo");
  EXPECT_THROW(vae_forward(world.context(), *world.likelihood, World::kLatent + 1,
                           GradientEstimator::pathwise),
               Error);
}

TEST(VaeForward, AnUnknownGradientEstimatorIsAUsageError) {
  const Parameters p(std::map<std::string, Value>{{"gradient", "pathwize"}});
  EXPECT_THROW(gradient_estimator(p), Error);
}

TEST(VaeForward, SamplesInEvaluationToo) {
  World world = World::vae("elbo");
  const auto forward = [&] {
    return vae_forward(world.context(Mode::eval), *world.likelihood, World::kLatent,
                       GradientEstimator::pathwise);
  };
  const VaeForward a = forward(), b = forward();
  EXPECT_FALSE(a.z.equal(b.z));
  EXPECT_FALSE(a.z.equal(a.mu_log_var.narrow(1, 0, World::kLatent)));
}

}  // namespace
}  // namespace elbow
