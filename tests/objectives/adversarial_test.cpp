// The two phases of a game: who is touched, what is detached, and planted mistakes in the loss.
#include "objectives/adversarial.h"

#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/error.h"
#include "math/moments.h"
#include "math/torch_compat.h"
#include "objectives/cross_entropy.h"
#include "tests/support/gradients.h"
#include "tests/support/identities.h"
#include "tests/support/tiny_world.h"

namespace elbow {
namespace {

using testing::expect_caught;
using testing::record;
using testing::World;

/// Counts its passes in a buffer, as batch normalisation counts its batches.
class Counting : public testing::TinyNetwork {
 public:
  Counting(const std::vector<std::int64_t>& sizes, int salt)
      : TinyNetwork(sizes, salt, at::kFloat) {
    add_buffer("passes", at::zeros({1}));
  }
  Tensor forward(const Tensor& input, Mode mode) override {
    if (mode == Mode::train) buffers_[0].tensor.add_(1.0);
    return TinyNetwork::forward(input, mode);
  }
};

World counting_world() {
  World w = World::gan();
  w.networks = Networks();
  w.networks.add("generator", std::make_shared<Counting>(std::vector<std::int64_t>{3, 12}, 1));
  w.networks.add("discriminator", std::make_shared<Counting>(std::vector<std::int64_t>{12, 1}, 2));
  return w;
}

TEST(Adversarial, APhaseLeavesTheBuffersOfTheOpponentAlone) {
  World w = counting_world();
  const auto passes = [&](const std::string& name) {
    return w.networks.at(name).buffers()[0].tensor.item<double>();
  };
  w.evaluate("discriminator");
  EXPECT_EQ(passes("generator"), 0.0);
  EXPECT_EQ(passes("discriminator"), 2.0);  // real and fake apart
  const Evaluation e = w.evaluate("generator");
  EXPECT_EQ(passes("generator"), 1.0);
  EXPECT_EQ(passes("discriminator"), 2.0);
  EXPECT_NO_THROW(gradients(e.loss, w.parameters("generator")));
  EXPECT_EQ(passes("discriminator"), 2.0);
}

TEST(Adversarial, SamplesAreDetachedInTheDiscriminatorsTurnOnly) {
  World w = World::gan();
  const Evaluation d = w.evaluate("discriminator");
  EXPECT_FALSE(d.fake.requires_grad());
  EXPECT_FALSE(d.real.requires_grad());
  for (const Tensor& g : gradients(d.loss, w.parameters("generator"), false, true))
    EXPECT_EQ(g.abs().max().item<double>(), 0.0);
  const Evaluation g = w.evaluate("generator");
  for (const Tensor& slope : gradients(g.loss, w.parameters("generator")))
    EXPECT_GT(slope.abs().max().item<double>(), 0.0);
}

TEST(Adversarial, TheDiscriminatorMovesFirstAndTheGeneratorNeedsNoData) {
  World w = World::gan();
  const std::vector<Phase> phases = w.objective->phases();
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].name, "discriminator");
  EXPECT_EQ(phases[1].name, "generator");
  EXPECT_FALSE(phases[1].uses_data);
  w.batch.x = Tensor();
  EXPECT_EQ(w.evaluate("generator").terms.at(0).values.size(0), World::kBatch);
}

TEST(Adversarial, AWeightedTermCarriesTheGradientOfItsPartOfTheLoss) {
  // grad(total) = Σ weight · grad(mean term).
  for (const ObjectiveEntry& entry : objective_entries()) {
    if (entry.spec.family != "gan") continue;
    World w = World::of(entry.spec.name, at::kDouble);
    for (const Phase& phase : w.objective->phases()) {
      const Evaluation e = w.objective->evaluate(phase, w.context());
      const std::vector<Tensor> p = w.parameters(phase);
      std::vector<Tensor> sum = gradients(e.loss, p, false, true);
      for (const Term& term : e.terms) {
        if (term.weight == 0.0) continue;
        const std::vector<Tensor> part = gradients(term.values.mean(), p, false, true);
        for (std::size_t i = 0; i < p.size(); ++i) sum[i] = sum[i] - term.weight * part[i];
      }
      for (const Tensor& rest : sum)
        EXPECT_LT(rest.abs().max().item<double>(), 1e-10) << entry.spec.name << " " << phase.name;
    }
  }
}

TEST(Adversarial, NamesADiscriminatorOfTheWrongShape) {
  World w = World::gan();
  w.networks = Networks();
  w.networks.add("generator", std::make_shared<testing::TinyNetwork>(
                                  std::vector<std::int64_t>{3, 12}, 1, at::kFloat));
  w.networks.add("discriminator", std::make_shared<testing::TinyNetwork>(
                                      std::vector<std::int64_t>{12, 2}, 2, at::kFloat));
  EXPECT_THROW(w.evaluate("discriminator"), Error);
  EXPECT_THROW(w.evaluate("generator"), Error);
}

TEST(Adversarial, AccuracyCountsATieAsFake) {
  const Tensor l = at::zeros({4});
  std::vector<Term> terms = accuracy_terms(l, l, 0.0);
  EXPECT_EQ(terms[0].values.mean().item<double>(), 0.5);
  EXPECT_EQ(terms[1].values.mean().item<double>(), 0.0);
  EXPECT_EQ(terms[2].values.mean().item<double>(), 1.0);
}

// By hand: two images above both samples, one tied with the larger sample, one below both.
TEST(AdversarialTerms, AucCountsPairs) {
  const Tensor real = at::tensor({3.0, 2.0, 1.0, -1.0}), fake = at::tensor({1.0, 0.0, 0.0, 1.0});
  const Moments m = moments(auc_term(real, fake).values);
  // Of 16 pairs: 4 + 4 + (2 + 2/2) + 0.
  EXPECT_DOUBLE_EQ(m.mean, 11.0 / 16.0);
  EXPECT_DOUBLE_EQ(moments(auc_term(fake, real).values).mean, 5.0 / 16.0);
  // A threshold that stands wrong, or another unit, does not show.
  EXPECT_DOUBLE_EQ(moments(auc_term(2.0 * real + 7.0, 2.0 * fake + 7.0).values).mean, m.mean);
  EXPECT_DOUBLE_EQ(moments(auc_term(real, real).values).mean, 0.5);
}

// The standard error is the spread of the AUC over repeated batches: of N(1, 1) and N(0, 1) the AUC
// is Phi(1/sqrt 2) = 0.7602499.
TEST(AdversarialTermsStatistical, AucHasItsStandardError) {
  at::manual_seed(5);
  const int repetitions = 400, b = 64;
  double sum = 0.0, squares = 0.0, variance = 0.0;
  for (int r = 0; r < repetitions; ++r) {
    const Moments m = moments(auc_term(at::randn({b}) + 1.0, at::randn({b})).values);
    sum += m.mean;
    squares += m.mean * m.mean;
    variance += m.se * m.se / repetitions;
  }
  const double mean = sum / repetitions, spread = squares / repetitions - mean * mean;
  EXPECT_NEAR(mean, 0.7602499, 4.0 * std::sqrt(spread / repetitions));
  // The variance of 400 values is known to 7 %.
  EXPECT_NEAR(variance / spread, 1.0, 4.0 * std::sqrt(2.0 / repetitions));
}

// Planted mistakes of the closure, each in the discriminator's phase with a penalty.
struct Penalised {
  World world = World::gan("wasserstein");
  Evaluation phase = world.evaluate("discriminator");
  Evaluation penalty;
  Penalised() {
    at::Generator noise = make_generator(3);
    const PenaltyEntry& entry = penalty_entry("gradient_penalty");
    penalty =
        entry.create(testing::parameters_of(entry.spec))->evaluate(phase, world.context(), noise);
  }
};

TEST(Closure, HoldsWithAPenalty) {
  Penalised p;
  testing::add(p.phase, p.penalty);
  const Values values = record({{"discriminator", p.phase}});
  for (const CheckResult& r : testing::check(adversarial_identities(), values))
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
}

TEST(Closure, CatchesALossThatOmitsThePenalty) {
  Penalised p;
  const Tensor loss = p.phase.loss;
  testing::add(p.phase, p.penalty);
  p.phase.loss = loss;
  expect_caught(adversarial_identities(), record({{"discriminator", p.phase}}), "V1.discriminator");
}

TEST(Closure, CatchesALossThatIsOnlyThePenalty) {
  Penalised p;
  testing::add(p.phase, p.penalty);
  p.phase.loss = p.penalty.loss;
  expect_caught(adversarial_identities(), record({{"discriminator", p.phase}}), "V1.discriminator");
}

TEST(Closure, CatchesADroppedWeight) {
  Penalised p;
  p.penalty.terms.at(0).weight = 1.0;
  testing::add(p.phase, p.penalty);
  expect_caught(adversarial_identities(), record({{"discriminator", p.phase}}), "V1.discriminator");
}

TEST(Closure, CatchesAHalvedLoss) {
  World w = World::gan();
  Evaluation e = w.evaluate("discriminator");
  e.loss = 0.5 * e.loss;
  expect_caught(objective_entry("non_saturating").spec.identities, record({{"discriminator", e}}),
                "V1.discriminator");
}

TEST(Closure, CatchesAGeneratorLossWithAFlippedSign) {
  World w = World::gan("hinge");
  Evaluation e = w.evaluate("generator");
  e.loss = -e.loss;
  expect_caught(objective_entry("hinge").spec.identities, record({{"generator", e}}),
                "V1.generator");
}

// Planted mistakes in the cross-entropy discriminator.
Values planted(const std::function<void(AdversarialFormulas&)>& mistake) {
  AdversarialFormulas f = cross_entropy_discriminator();
  f.generator = [](const Tensor& l) { return at::softplus(-l); };
  f.generator_loss = [](const Tensor& l) { return at::softplus(-l).mean(); };
  f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
    return {{.name = "logit/generated", .values = l},
            {.name = "loss/generator/minimax", .values = log_one_minus_d(l)}};
  };
  mistake(f);
  World w = World::gan(make_adversarial(f, World::kLatent));
  return record(
      {{"discriminator", w.evaluate("discriminator")}, {"generator", w.evaluate("generator")}});
}

std::vector<IdentitySpec> cross_entropy() {
  return cross_entropy_identities("loss/generator/minimax", "loss/generator/fake");
}

// −σ(−l) at a real logit, σ(l) at a fake one, to float32's relative precision also where D is sure.
TEST(CrossEntropyLoss, HasAnAccurateGradientWhereTheDiscriminatorIsSure) {
  for (const double sure : {0.5, 8.0, 15.0, 30.0}) {
    const Tensor real = at::full({1}, sure, at::kFloat).requires_grad_(true);
    const Tensor fake = at::full({1}, -sure, at::kFloat).requires_grad_(true);
    const Tensor loss = cross_entropy_discriminator().discriminator_loss(real, fake);
    const std::vector<Tensor> found = gradients(loss, {real, fake});
    const double weight = 1.0 / (1.0 + std::exp(sure));
    EXPECT_NEAR(found[0].item<double>(), -weight, 1e-6 * weight) << sure;
    EXPECT_NEAR(found[1].item<double>(), weight, 1e-6 * weight) << sure;
  }
}

TEST(CrossEntropyIdentities, HoldWithoutAMistake) {
  testing::expect_all_hold(cross_entropy(), planted([](AdversarialFormulas&) {}));
}

TEST(CrossEntropyIdentities, G2CatchesSwappedLabels) {
  const Values values = planted(
      [](AdversarialFormulas& f) { std::swap(f.discriminator_real, f.discriminator_fake); });
  expect_caught(cross_entropy(), values, "G2");
  expect_caught(cross_entropy(), values, "V1.discriminator");
  expect_caught(cross_entropy(), values, "G31");
}

TEST(CrossEntropyIdentities, G2CatchesALossOnProbabilitiesInsteadOfLogits) {
  const Values values = planted([](AdversarialFormulas& f) {
    f.discriminator_real = [](const Tensor& l) { return at::softplus(-l.sigmoid()); };
  });
  expect_caught(cross_entropy(), values, "G2");
}

TEST(CrossEntropyIdentities, G31CatchesABoundInBits) {
  Values values = planted([](AdversarialFormulas&) {});
  values.set("jensen_shannon/lower", values["jensen_shannon/lower"] / 0.6931);
  expect_caught(cross_entropy(), values, "G31");
}

TEST(CrossEntropyIdentities, G1CatchesMinimaxComputedAgainstTheRealLabel) {
  const Values values = planted([](AdversarialFormulas& f) {
    f.generator_terms = [](const Tensor& l) -> std::vector<Term> {
      return {{.name = "logit/generated", .values = l},
              {.name = "loss/generator/minimax", .values = at::softplus(-l)}};
    };
  });
  expect_caught(cross_entropy(), values, "G1");
}

}  // namespace
}  // namespace elbow
