#include "training/session.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kGan;
using testing::kVae;
using testing::small_session;

std::string refusal(const std::string& text, const std::vector<std::string>& overrides) {
  try {
    small_session(text, overrides);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage) << e.what();
    return e.what();
  }
  return "accepted";
}

std::string without(std::string text, const std::string& line) {
  const auto at = text.find(line);
  return at == std::string::npos ? text : text.erase(at, line.size());
}

TEST(Session, VaeNetworksAreSizedFromConfigAndData) {
  const auto s = small_session(kVae);
  at::Generator generator = s->generators().fresh("probe");
  const Tensor z = s->prior(3, generator);
  EXPECT_EQ(z.sizes(), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(s->decode(z).sizes(), (std::vector<std::int64_t>{3, 784}));
  EXPECT_EQ(s->encode(at::zeros({2, 784})).sizes(), (std::vector<std::int64_t>{2, 8}));
  EXPECT_FALSE(s->decode(z).requires_grad());
  // E[x|z] of a Bernoulli decoder is a probability.
  EXPECT_GE(s->decode(z).min().item<double>(), 0.0);
  EXPECT_LE(s->decode(z).max().item<double>(), 1.0);
  EXPECT_EQ(s->specs().size(), 3u);
  EXPECT_EQ(s->specs()[0].name, "elbo");
}

TEST(Session, HiddenLayersAreMirrored) {
  const auto s = small_session(kVae, {"model.hidden=[30, 20]"});
  const auto& encoder = s->networks().at("encoder").parameters();
  const auto& decoder = s->networks().at("decoder").parameters();
  EXPECT_EQ(encoder.front().tensor.size(0), 30);
  EXPECT_EQ(decoder.front().tensor.size(0), 20);
  EXPECT_EQ(encoder.back().tensor.size(0), 8);
  EXPECT_EQ(decoder.back().tensor.size(0), 784);
}

TEST(Session, GanOutputsAreInThePixelRange) {
  for (const bool symmetric : {true, false}) {
    const auto s =
        small_session(kGan, {std::string("data.range=") + (symmetric ? "symmetric" : "unit"),
                             "model.initialization=he"});
    at::Generator generator = s->generators().fresh("probe");
    const Tensor x = s->decode(s->prior(64, generator));
    EXPECT_LE(x.max().item<double>(), 1.0);
    EXPECT_EQ(x.min().item<double>() < 0.0, symmetric);
    EXPECT_EQ(s->score(x).sizes(), (std::vector<std::int64_t>{64}));
  }
}

TEST(Session, PointsOfAToyAreUnbounded) {
  const std::string toy =
      without(without(kGan, "binarize = \"dynamic\"\n"), "range = \"symmetric\"\n");
  const auto s = small_session(toy, {"data.name=ring"});
  EXPECT_EQ(s->data().dim, 2);
  at::Generator generator = s->generators().fresh("probe");
  EXPECT_EQ(s->decode(s->prior(5, generator)).sizes(), (std::vector<std::int64_t>{5, 2}));
}

TEST(Session, TheSameSeedGivesTheSameWeights) {
  EXPECT_EQ(testing::weight_bytes(*small_session(kVae)),
            testing::weight_bytes(*small_session(kVae)));
  EXPECT_NE(testing::weight_bytes(*small_session(kVae)),
            testing::weight_bytes(*small_session(kVae, {"run.seed=2"})));
}

TEST(Session, ImpossibleCombinationsAreRefused) {
  const std::string toy = without(kVae, "binarize = \"dynamic\"\n");
  EXPECT_THAT(refusal(toy, {"data.name=ring"}), HasSubstr("bernoulli"));
  EXPECT_THAT(refusal(toy, {"data.name=ring", "likelihood.name=gaussian", "model.encoder=conv"}),
              HasSubstr("model.encoder"));
  EXPECT_THAT(refusal(kVae, {"optimizer.batch_size=1000"}), HasSubstr("batch_size"));
  EXPECT_THAT(refusal(kVae, {"early_stopping.term=elbow"}), HasSubstr("no term"));
  EXPECT_THAT(refusal(kVae, {"early_stopping.term=elbo", "data.validation=0"}),
              HasSubstr("data.validation"));
  EXPECT_THAT(refusal(kVae, {"early_stopping.term=elbo", "evaluation.every=0"}),
              HasSubstr("evaluation.every"));
}

TEST(Session, OddCombinationsAreWarnedAbout) {
  EXPECT_THAT(small_session(kVae, {"optimizer.lr=0.01"})->warnings(), IsEmpty());
  const auto grey = small_session(kVae, {"optimizer.lr=0.01", "data.binarize=none"})->warnings();
  ASSERT_EQ(grey.size(), 1u);
  EXPECT_THAT(grey[0], HasSubstr("Grey pixels"));
}

TEST(Session, WhatDoesNothingIsWarnedAbout) {
  const auto of_vae = [](std::vector<std::string> overrides) {
    overrides.insert(overrides.begin(), "optimizer.lr=0.01");
    return small_session(kVae, overrides)->warnings();
  };
  const auto schedule = [](int steps) {
    return std::vector<std::string>{
        "objective.name=beta", "run.epochs=0", "run.steps=10",
        "objective.beta={schedule=\"linear\",from=0,to=1,steps=" + std::to_string(steps) + "}"};
  };
  EXPECT_THAT(of_vae(schedule(9)), IsEmpty());
  EXPECT_THAT(of_vae(schedule(90)),
              ElementsAre(HasSubstr("objective.beta is on its way to 1 and has reached 0.1")));
  EXPECT_THAT(of_vae({"objective.name=beta", "run.epochs=0", "run.steps=10",
                      "objective.beta={schedule=\"step\",from=2,rate=0.5,steps=50}"}),
              ElementsAre(HasSubstr("objective.beta is a schedule, but stays at 2 in all 10")));
  EXPECT_THAT(of_vae({"optimizer.lr=0"}), ElementsAre(HasSubstr("optimizer.lr is 0")));
  const auto of_gan = [](std::vector<std::string> overrides) {
    overrides.insert(overrides.end(), {"optimizer.generator.lr=0.01", "data.binarize=none"});
    return small_session(kGan, overrides)->warnings();
  };
  EXPECT_THAT(of_gan({}), IsEmpty());
  EXPECT_THAT(of_gan({"dynamics.generator_steps=0"}),
              ElementsAre(HasSubstr("the generator is never trained")));
  EXPECT_THAT(of_gan({"penalty.0.gamma=0"}), ElementsAre(HasSubstr("'r1' has gamma = 0")));
}

TEST(Session, AGameThatNeedsAPenaltyIsWarnedAboutWithoutOne) {
  const std::string bare = without(without(kGan, "[[penalty]]\nname = \"r1\"\ngamma = 1.0\n"),
                                   "binarize = \"dynamic\"\n");
  const std::string rate = "optimizer.generator.lr=0.01";
  EXPECT_THAT(small_session(bare, {rate})->warnings(), IsEmpty());
  const std::vector<std::string> wasserstein = {rate, "objective.name=wasserstein"};
  const auto warned = small_session(bare, wasserstein)->warnings();
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_THAT(warned[0], HasSubstr("\"gradient_penalty\" or name = \"weight_clipping\""));
  for (const char* name : {"gradient_penalty", "weight_clipping"}) {
    const std::string penalty = std::string("[[penalty]]\nname = \"") + name + "\"\n";
    EXPECT_THAT(small_session(bare + penalty, wasserstein)->warnings(), IsEmpty()) << name;
  }
}

// G21: at p = q and the best discriminator l = (a + b)/2, so L_D = 1 and L_G = 0 for (−1, 1, 0).
TEST(Session, EquilibriumValuesAreThoseOfTheConfiguredLabels) {
  const auto equilibria = [](const std::vector<std::string>& labels) {
    std::vector<std::string> overrides = {"objective.name=least_squares"};
    overrides.insert(overrides.end(), labels.begin(), labels.end());
    const auto session = small_session(kGan, overrides);
    std::map<std::string, double> found;
    for (const TermSpec& term : session->specs().front().terms) {
      if (term.equilibrium) found[term.name] = *term.equilibrium;
    }
    return found;
  };
  const auto usual = equilibria({});
  EXPECT_EQ(usual.at("loss/discriminator"), 0.25);
  EXPECT_EQ(usual.at("loss/generator"), 0.125);
  const auto chi = equilibria({"objective.a=-1", "objective.b=1", "objective.c=0"});
  EXPECT_EQ(chi.at("loss/discriminator"), 1.0);
  EXPECT_EQ(chi.at("loss/generator"), 0.0);
}

TEST(Session, EpochsBecomeSteps) {
  // 240 training images in batches of 32 are 7 whole batches an epoch.
  EXPECT_EQ(small_session(kVae, {"run.epochs=3"})->total_steps(), 21);
  // 200 in batches of 16 are 12, of which each step draws two: 5 epochs are 30 steps.
  const auto gan = small_session(kGan, {"run.epochs=5"});
  EXPECT_EQ(gan->batches_per_step(), 2);
  EXPECT_EQ(gan->total_steps(), 30);
  EXPECT_EQ(small_session(kGan, {"run.epochs=1", "dynamics.discriminator_steps=5"})->total_steps(),
            3);
}

TEST(Session, PicturesUseTheAveragedWeights) {
  const auto s = small_session(kVae);
  at::Generator generator = s->generators().fresh("probe");
  const Tensor z = s->prior(2, generator);
  const Tensor before = s->decode(z);
  for (const NamedTensor& p : s->networks().at("decoder").parameters()) {
    p.tensor.variable_data().zero_();
  }
  EXPECT_EQ((s->decode(z) - before).abs().max().item<double>(), 0.0);
  const auto plain = small_session(kVae, {"ema.decay=0"});
  const Tensor trained = plain->decode(z);
  for (const NamedTensor& p : plain->networks().at("decoder").parameters()) {
    p.tensor.variable_data().zero_();
  }
  EXPECT_GT((plain->decode(z) - trained).abs().max().item<double>(), 1e-3);
}

// Mode eval: a sample does not depend on its neighbours, and looking moves no running statistics.
TEST(Session, LookingAtTheModelChangesNothing) {
  const auto s = small_session(kGan);
  ASSERT_FALSE(s->networks().at("generator").buffers().empty());
  const std::string before = testing::weight_bytes(*s);
  at::Generator generator = s->generators().fresh("probe");
  const Tensor z = s->prior(6, generator);
  const Tensor alone = s->decode(z.narrow(0, 0, 2)), together = s->decode(z).narrow(0, 0, 2);
  // The same sums, perhaps in another order: outputs of order 1 in float32.
  EXPECT_LT((alone - together).abs().max().item<double>(), 1e-5);
  s->score(together);
  EXPECT_EQ(testing::weight_bytes(*s), before);
}

TEST(Session, AssigningWeightsNamesWhatDoesNotFit) {
  const auto small = small_session(kVae);
  const auto wide = small_session(kVae, {"model.hidden=[25]"});
  const auto attempt = [&](const std::vector<NamedTensor>& weights) {
    try {
      assign_weights(small->networks(), weights);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(attempt(all_weights(small->networks())), "");
  EXPECT_THAT(attempt(all_weights(wide->networks())), HasSubstr("encoder.0.weight"));
  EXPECT_THAT(attempt({}), HasSubstr("encoder.0.weight"));
}

}  // namespace
}  // namespace elbow
