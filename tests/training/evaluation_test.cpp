#include "training/evaluation.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

using testing::kGan;
using testing::kVae;
using testing::small_session;

Tensor numbers(double first, double last) {
  return at::arange(first, last + 0.5, at::TensorOptions().dtype(at::kDouble));
}

Split part(const Split& whole, std::int64_t dim, std::int64_t begin, std::int64_t end) {
  Split out;
  out.count = end - begin;
  out.pixels.assign(whole.pixels.begin() + begin * dim, whole.pixels.begin() + end * dim);
  return out;
}

// V5: uneven batches, weighted by their sizes, reproduce the pass over one big batch. The
// closed-form KL depends on the images alone: threshold binarisation, no noise.
TEST(EvaluateSplit, UnevenBatchesEqualOneBigBatch) {
  const auto s = small_session(kVae, {"data.binarize=threshold"});
  const Split& test = s->data().test;
  ASSERT_EQ(test.count, 50);
  const Values whole = evaluate_split(*s, test, 0, 50);
  const Values uneven = evaluate_split(*s, test, 0, 8);  // 8, 8, 8, 8, 8, 8, 2
  // Float32 terms of order 1: their rounding, averaged in float64.
  const double tolerance = 1e-6 * whole["elbo/kl"];
  EXPECT_NEAR(uneven["elbo/kl"], whole["elbo/kl"], tolerance);
  EXPECT_NEAR(uneven.at("elbo/kl").se, whole.at("elbo/kl").se, tolerance);
  EXPECT_EQ(uneven.at("elbo/kl").count, 50);
  // A number per batch, averaged with the batch sizes.
  EXPECT_NEAR(uneven["kl/dim/0"], whole["kl/dim/0"], tolerance);

  // VW12, the variants that are no sample-weighted mean: means of batches, and the first batch.
  double by_batches = 0;
  for (std::int64_t b = 0; b < 7; ++b) {
    const Split batch = part(test, 784, 8 * b, std::min<std::int64_t>(8 * b + 8, 50));
    by_batches += evaluate_split(*s, batch, 0, 50)["elbo/kl"] / 7;
  }
  EXPECT_GT(std::abs(by_batches - whole["elbo/kl"]), 10 * tolerance);
  const double first = evaluate_split(*s, part(test, 784, 0, 8), 0, 50)["elbo/kl"];
  EXPECT_GT(std::abs(first - whole["elbo/kl"]), 10 * tolerance);
}

// The extremes of a split are extremes of its batches, not their average.
TEST(EvaluateSplit, ExtremesAreThoseOfTheWholeSplit) {
  const auto s = small_session(kVae, {"data.binarize=threshold"});
  const Values whole = evaluate_split(*s, s->data().test, 0, 50);
  const Values parts = evaluate_split(*s, s->data().test, 0, 8);
  for (const char* key : {"mu/min", "mu/max", "log_var/min", "log_var/max"}) {
    // The same sums in other blocks: float32 outputs of order 1.
    EXPECT_NEAR(parts[key], whole[key], 1e-5) << key;
  }
  double mean = 0;
  for (std::int64_t b = 0; b < 7; ++b) {
    const Split batch = part(s->data().test, 784, 8 * b, std::min<std::int64_t>(8 * b + 8, 50));
    mean += evaluate_split(*s, batch, 0, 50)["mu/max"] / 7;
  }
  EXPECT_GT(whole["mu/max"] - mean, 1e-3);
}

// How many dimensions vary over a batch says nothing exact about the split.
TEST(EvaluateSplit, CountsOfABatchAreLeftOut) {
  const auto s = small_session(kVae);
  for (const std::int64_t batch : {8, 50}) {
    EXPECT_FALSE(evaluate_split(*s, s->data().test, 0, batch).contains("active_units"));
  }
}

TEST(EvaluateSplit, IsTheSameEveryTimeAndMovesNothing) {
  for (const char* text : {kVae, kGan}) {
    const auto s = small_session(text);
    const std::string before = testing::weight_bytes(*s);
    const auto state = s->generators().state();
    const Values first = evaluate_split(*s, s->data().test, 3, 20);
    const Values second = evaluate_split(*s, s->data().test, 3, 20);
    ASSERT_GT(first.all().size(), 4u);
    for (const auto& [key, m] : first.all()) {
      EXPECT_EQ(m.mean, second[key]) << key;
      EXPECT_TRUE(std::isfinite(m.mean)) << key;
    }
    EXPECT_EQ(testing::weight_bytes(*s), before);
    ASSERT_EQ(s->generators().state().size(), state.size());
    for (const auto& [name, tensor] : s->generators().state()) {
      EXPECT_TRUE(at::equal(tensor, state.at(name))) << name;
    }
  }
}

// The weighted terms of the record are its loss, also with a penalty and over several batches.
TEST(EvaluateSplit, WeightedTermsAreTheLoss) {
  const auto vae = small_session(kVae);
  const Values v = evaluate_split(*vae, vae->data().test, 0, 20);
  EXPECT_NEAR(v["loss"], v["elbo/kl"] - v["elbo/reconstruction"], 1e-6 * v["loss"]);

  const auto gan = small_session(kGan);
  const Values g = evaluate_split(*gan, gan->data().test, 0, 15);
  double sum = 0;
  bool penalised = false;
  for (const auto& [term, weight] : g.weights("discriminator")) {
    sum += weight * g[term];
    penalised = penalised || term == "penalty/r1";
  }
  EXPECT_TRUE(penalised);
  EXPECT_NEAR(g["loss/discriminator"], sum, 1e-6);
}

TEST(EvaluateSplit, UsesTheAveragedWeights) {
  const auto s = small_session(kVae);
  const double before = evaluate_split(*s, s->data().test, 0, 50)["elbo"];
  for (const NamedTensor& p : s->networks().at("decoder").parameters()) {
    p.tensor.variable_data().mul_(3.0);
  }
  EXPECT_EQ(evaluate_split(*s, s->data().test, 0, 50)["elbo"], before);
}

TEST(EvaluateSplit, AnEmptySplitIsRefused) {
  const auto s = small_session(kVae, {"data.validation=0"});
  EXPECT_THROW(evaluate_split(*s, s->data().valid, 0, 50), Error);
}

TEST(PhaseValues, LossHasTheErrorOfTheWeightedSum) {
  Evaluation e;
  e.terms = {{.name = "a", .values = numbers(1, 4), .weight = 1.0},
             {.name = "b", .values = numbers(1, 4), .weight = -1.0},
             {.name = "c", .values = numbers(1, 4), .weight = 2.0},
             {.name = "logged", .values = at::scalar_tensor(9.0), .weight = 0.0}};
  e.loss = at::scalar_tensor(5.0);
  const PhaseValues v = phase_values("model", e);
  Values values;
  add_to(values, v);
  // a and b cancel sample by sample, so the sum is 2c: sd sqrt(5/3), se = 2 sd / 2.
  EXPECT_NEAR(values.at("loss").se, std::sqrt(5.0 / 3.0), 1e-12);
  EXPECT_EQ(values.at("loss").count, 4);
  EXPECT_EQ(values["loss"], 5.0);
  EXPECT_EQ(values.weights("model").size(), 3u);
}

TEST(PhaseValues, TermsOfDifferentSizesAddTheirVariances) {
  Evaluation e;
  e.terms = {{.name = "a", .values = numbers(1, 4), .weight = 1.0},
             {.name = "b", .values = numbers(1, 2), .weight = 3.0}};
  e.loss = at::scalar_tensor(7.0);
  Values values;
  add_to(values, phase_values("model", e));
  // se(a)^2 = 5/12, se(b)^2 = 1/4.
  EXPECT_NEAR(values.at("loss").se, std::sqrt(5.0 / 12.0 + 9.0 / 4.0), 1e-12);
}

TEST(PhaseValues, AFamilyHasOneEntryARow) {
  Evaluation e;
  e.terms = {{.name = "kl/dim/*", .values = at::stack({numbers(1, 4), 2.0 * numbers(1, 4)})}};
  Values values;
  add_to(values, phase_values("model", e));
  EXPECT_EQ(values.all().size(), 2u);
  EXPECT_EQ(values["kl/dim/0"], 2.5);
  EXPECT_EQ(values["kl/dim/1"], 5.0);
  EXPECT_NEAR(values.at("kl/dim/1").se, 2.0 * std::sqrt(5.0 / 12.0), 1e-12);
}

TEST(PhaseValues, LossKeysNameTheirPhase) {
  const std::vector<Phase> one = {{.name = "model", .networks = {}}};
  EXPECT_EQ(phase_of_loss("loss", one), "model");
  EXPECT_EQ(phase_of_loss("loss/generator", {}), "generator");
}

}  // namespace
}  // namespace elbow
