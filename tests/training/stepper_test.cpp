#include "training/stepper.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "math/torch_compat.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using testing::kGan;
using testing::kVae;
using testing::small_session;
using testing::weight_bytes;

/// Parameters and buffers of one network, and whether any has a gradient.
std::string bytes_of(Session& session, const std::string& network) {
  Networks one;
  for (const auto& [name, module] : session.networks().all()) {
    if (name == network) one.add(name, module);
  }
  std::string bytes;
  for (const NamedTensor& w : all_weights(one)) {
    const Tensor values = w.tensor.detach().contiguous();
    bytes.append(static_cast<const char*>(values.data_ptr()), values.nbytes());
    EXPECT_FALSE(w.tensor.grad().defined()) << w.name;
  }
  return bytes;
}

// G83, with batch normalisation in the generator, so that buffers could change too.
TEST(Stepper, APhaseLeavesTheOpponentUntouched) {
  const auto s = small_session(kGan);
  ASSERT_FALSE(s->networks().at("generator").buffers().empty());
  Stepper stepper(*s);
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (const Phase& phase : s->phases()) {
      const std::string mine = phase.networks.at(0);
      const std::string other = mine == "generator" ? "discriminator" : "generator";
      const std::string own_before = bytes_of(*s, mine), other_before = bytes_of(*s, other);
      const Evaluation evaluation = stepper.evaluate(phase);
      stepper.apply(phase, stepper.gradients(phase, evaluation));
      EXPECT_EQ(bytes_of(*s, other), other_before) << phase.name;
      EXPECT_NE(bytes_of(*s, mine), own_before) << phase.name;
    }
  }
}

// G84, on the objective itself with nothing frozen.
TEST(Stepper, FakesAreDetachedForTheDiscriminatorOnly) {
  const auto s = small_session(kGan);
  Stepper stepper(*s);
  Evaluation d = stepper.evaluate(s->phases().at(0));
  EXPECT_FALSE(d.fake.requires_grad());
  std::vector<Tensor> weights;
  for (const NamedTensor& p : s->networks().at("generator").parameters())
    weights.push_back(p.tensor);
  s->networks().at("generator").require_grad(true);
  s->networks().at("discriminator").require_grad(true);
  Batch batch;
  batch.x = d.real;
  const Context context{.networks = s->networks(),
                        .batch = batch,
                        .latent = s->generators().at("latent"),
                        .batch_size = 16};
  const auto norm = [&](std::size_t phase) {
    double sum = 0;
    const Evaluation e = s->objective().evaluate(s->phases().at(phase), context);
    for (const Tensor& g : gradients(e.loss, weights)) sum += g.square().sum().item<double>();
    return sum;
  };
  EXPECT_EQ(norm(0), 0.0);
  EXPECT_GT(norm(1), 0.0);
}

TEST(Stepper, ValuesHoldTermsNormsAndRates) {
  const auto s = small_session(kGan);
  Stepper stepper(*s);
  stepper.step(true);
  const Values v = stepper.values();
  for (const char* key : {"loss/discriminator", "loss/generator", "logit/real", "penalty/r1",
                          "gradient_norm/discriminator", "gradient_norm/generator",
                          "learning_rate/discriminator", "learning_rate/generator"}) {
    EXPECT_TRUE(v.contains(key)) << key;
  }
  double sum = 0;
  for (const auto& [term, weight] : v.weights("discriminator")) sum += weight * v[term];
  EXPECT_NEAR(v["loss/discriminator"], sum, 1e-6);
  EXPECT_EQ(v["learning_rate/generator"], 1e-3);
  stepper.step(true);
  EXPECT_NEAR(stepper.values()["learning_rate/generator"], 1e-3 - 9e-4 / 20, 1e-12);
  EXPECT_EQ(stepper.steps(), 2);
  EXPECT_EQ(stepper.batches(), 4);
  EXPECT_NEAR(stepper.epoch(), 4.0 / 12.0, 1e-12);
}

TEST(Stepper, OpponentsAreFrozenSoTheirGradientsCostNothing) {
  const auto s = small_session(kGan);
  Stepper stepper(*s);
  for (const Phase& phase : s->phases()) {
    const Evaluation evaluation = stepper.evaluate(phase);
    for (const auto& [name, network] : s->networks().all()) {
      for (const NamedTensor& p : network->parameters()) {
        EXPECT_EQ(p.tensor.requires_grad(), name == phase.networks.at(0)) << name << "." << p.name;
      }
    }
  }
}

TEST(Stepper, ObjectivesReadTheirSchedulesAtTheStep) {
  const auto s = small_session(
      kVae, {"objective.name=beta",
             "objective.beta={ schedule = \"linear\", from = 0.0, to = 4.0, steps = 4 }"});
  Stepper stepper(*s);
  for (int t = 0; t < 6; ++t) {
    stepper.step(true);
    const Values values = stepper.values();
    double beta = 0;  // a weight of zero stands in no record
    for (const auto& [term, weight] : values.weights("model")) {
      if (term == "elbo/kl") beta = weight;
    }
    EXPECT_EQ(beta, std::min(t, 4)) << t;
  }
}

TEST(Stepper, GradientNormIsOfTheWholeNetwork) {
  const auto s = small_session(kVae, {"optimizer.clip=1e-3"});
  Stepper stepper(*s);
  const Phase& phase = s->phases().at(0);
  const Evaluation e = stepper.evaluate(phase);
  const std::vector<Tensor> gradients = stepper.gradients(phase, e);
  double encoder = 0, decoder = 0;
  const std::size_t n = s->networks().at("encoder").parameters().size();
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    (i < n ? encoder : decoder) += gradients[i].to(at::kDouble).square().sum().item<double>();
  }
  stepper.apply(phase, gradients);
  const Values v = stepper.values();
  // Before clipping; squares of float32 summed in float64 both times.
  EXPECT_NEAR(v["gradient_norm/encoder"], std::sqrt(encoder), 1e-6 * std::sqrt(encoder));
  EXPECT_NEAR(v["gradient_norm/decoder"], std::sqrt(decoder), 1e-6 * std::sqrt(decoder));
}

// G85: instruments see the trajectory and do not bend it.
TEST(Stepper, InstrumentsLeaveTheTrajectoryAlone) {
  for (const char* text : {kVae, kGan}) {
    const auto quiet = small_session(text), watched = small_session(text);
    Stepper a(*quiet), b(*watched);
    for (int i = 0; i < 8; ++i) {
      a.step(false);
      b.step(true);
    }
    EXPECT_EQ(weight_bytes(*quiet), weight_bytes(*watched));
    for (const auto& [name, state] : quiet->generators().state()) {
      EXPECT_TRUE(at::equal(state, watched->generators().state().at(name))) << name;
    }
  }
}

TEST(Stepper, SimultaneousGradientsAreOfTheSamePoint) {
  std::string text = kGan;
  const std::string alternating = "name = \"alternating\"\ndiscriminator_steps = 2";
  text.replace(text.find(alternating), alternating.size(), "name = \"simultaneous\"");
  const auto s = small_session(text);
  Stepper stepper(*s);
  stepper.step(true);
  EXPECT_EQ(stepper.batches(), 1);
  EXPECT_TRUE(std::isfinite(stepper.values()["loss/generator"]));
}

TEST(Stepper, AStateContinuesExactly) {
  for (const char* text : {kVae, kGan}) {
    const auto one = small_session(text), two = small_session(text);
    Stepper a(*one);
    for (int i = 0; i < 5; ++i) a.step(false);
    Checkpoint saved;
    a.save(saved);
    // As read from disk: the tensors share nothing with the session.
    for (auto& w : saved.weights) w.tensor = w.tensor.detach().clone();
    for (auto& [name, t] : saved.tensors) t = t.detach().clone();
    Stepper b(*two);
    b.restore(saved);
    for (int i = 0; i < 20; ++i) {
      a.step(i == 19);
      b.step(i == 19);
    }
    EXPECT_EQ(weight_bytes(*one), weight_bytes(*two));
    EXPECT_EQ(a.epoch(), b.epoch());
    const Values last = a.values(), resumed = b.values();
    for (const auto& [key, m] : last.all()) EXPECT_EQ(m.mean, resumed[key]) << key;
  }
}

TEST(Stepper, RestoringNamesWhatIsMissing) {
  const auto s = small_session(kVae);
  Stepper stepper(*s);
  Checkpoint saved;
  stepper.save(saved);
  Checkpoint broken = saved;
  broken.tensors.erase("sampler");
  try {
    stepper.restore(broken);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("sampler"));
  }
}

TEST(Stepper, DivergenceNamesTheTerm) {
  const auto s = small_session(kVae, {"optimizer.lr=1e30"});
  Stepper stepper(*s);
  try {
    for (int i = 0; i < 5; ++i) stepper.step(false);
    FAIL() << "did not diverge";
  } catch (const Divergence& e) {
    EXPECT_EQ(e.code(), ExitCode::diverged);
    EXPECT_THAT(e.what(), HasSubstr("elbo/"));
    EXPECT_THAT(e.what(), HasSubstr("Step 2"));
  }
}

TEST(Stepper, WeightClippingIsAppliedAfterTheStep) {
  std::string text = kGan;
  text.replace(text.find("name = \"r1\"\ngamma = 1.0"), 23, "name = \"weight_clipping\"\nc = 0.01");
  const auto s = small_session(text, {"objective.name=wasserstein"});
  Stepper stepper(*s);
  stepper.step(false);
  for (const NamedTensor& p : s->networks().at("discriminator").parameters()) {
    EXPECT_LE(p.tensor.detach().abs().max().item<float>(), 0.01f) << p.name;
  }
}

}  // namespace
}  // namespace elbow
