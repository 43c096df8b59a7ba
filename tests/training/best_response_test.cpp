#include "training/best_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/estimators/duality_gap.h"
#include "math/numeric.h"
#include "math/torch_compat.h"
#include "tests/training/small_run.h"
#include "training/stepper.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using testing::kGan;
using testing::small_session;
using testing::weight_bytes;

/// A linear critic whose weights are clipped to ±c against a linear generator, in the plane: for a
/// given generator the best critic is c sign(E x - E G(z)), and V there c |E x - E G(z)| summed
/// over coordinates.
constexpr const char* kLinear = R"(
[run]
steps = 1
[data]
name = "two_gaussians"
train_count = 2000
test_count = 400
[model]
generator = "linear"
discriminator = "linear"
latent = 2
[objective]
name = "wasserstein"
[[penalty]]
name = "weight_clipping"
c = 0.1
[dynamics]
name = "simultaneous"
[optimizer]
name = "sgd"
momentum = 0.0
batch_size = 100
lr = 0.05
)";

Tensor parameter(Session& session, const std::string& network, std::size_t i) {
  return session.networks().at(network).parameters().at(i).tensor;
}

/// G(z) = shift + 0.1 z, C(x) = w·x.
std::unique_ptr<Session> linear_game() {
  auto session = small_session(kLinear);
  const NoGrad no_grad;
  parameter(*session, "generator", 0).zero_().fill_diagonal_(0.1);
  parameter(*session, "generator", 1).fill_(3.0);
  parameter(*session, "discriminator", 0).fill_(0.02);
  parameter(*session, "discriminator", 1).zero_();
  return session;
}

/// Σ |mean of coordinate j of the images of odd number - 3|, up to the noise of the samples.
double distance_of_means(const Session& session) {
  const Split& test = session.data().test;
  double sum = 0.0;
  for (std::int64_t j = 0; j < 2; ++j) {
    std::vector<double> x;
    for (std::int64_t i = 1; i < test.count; i += 2)
      x.push_back(test.points[static_cast<std::size_t>(2 * i + j)]);
    sum += std::fabs(mean(x) - 3.0);
  }
  return sum;
}

TEST(BestResponse, OfALinearGameIsInClosedForm) {
  const auto s = linear_game();
  constexpr std::int64_t kSteps = 40;
  const BestResponses answers = best_responses(*s, s->data().test, {.steps = kSteps});
  const DualityGap gap = duality_gap(answers.start.value, answers.discriminator.payoffs.value,
                                     answers.generator.payoffs.value);
  const double start = mean(answers.start.value);
  // The critic goes to the corner of its box: 0.05 · 3 a step, clipped at 0.1. What is left is the
  // noise of 200 samples with sd 0.1 in each coordinate.
  const double noise = 4.0 * 0.1 * 0.1 * std::sqrt(2.0 / 200.0);
  EXPECT_NEAR(start + gap.discriminator.value, 0.1 * distance_of_means(*s), noise);
  EXPECT_EQ(answers.discriminator.steps, kSteps / 16) << "no later copy is better";
  // V falls by w·Δ of the shift of G, 0.05 w a step against the loss -E C(G(z)), and by what the
  // slopes of G follow of the mean of z, which is noise of some 1/√(100 · 40).
  const double moved = 0.05 * kSteps * 2.0 * 0.02 * 0.02;
  EXPECT_NEAR(gap.generator.value, moved, 0.05 * moved);
  EXPECT_EQ(answers.generator.steps, kSteps);
  EXPECT_NEAR(gap.gap.value, gap.discriminator.value + gap.generator.value, 1e-12);
  EXPECT_EQ(answers.start.value.size(), 200u);
  EXPECT_EQ(answers.judged, 200);
}

TEST(BestResponse, MoreStepsNeverGainLessOfALinearGenerator) {
  const auto s = linear_game();
  double before = 0.0;
  for (const std::int64_t steps : {1, 10, 100}) {
    const BestResponses a = best_responses(*s, s->data().test, {.steps = steps});
    const double gain = mean(a.start.value) - mean(a.generator.payoffs.value);
    EXPECT_GT(gain, before);
    before = gain;
  }
}

// With 64 latent dimensions and a batch of two, a step moves G(z) far more by the mean of its z
// than towards the data. What helps two samples is then as likely as not to harm two others: were
// copies chosen by the samples that they are measured on, no gain could be negative.
TEST(BestResponse, IsChosenAndMeasuredOnDifferentSamples) {
  const auto s = small_session(kLinear, {"model.latent=64", "optimizer.batch_size=2"});
  Split few = s->data().test;
  few.count = 4;
  int worse = 0, better = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const BestResponses a = best_responses(*s, few, {.steps = 1, .seed = seed});
    const double gain = mean(a.start.value) - mean(a.generator.payoffs.value);
    worse += gain < 0.0 ? 1 : 0;
    better += gain > 0.0 ? 1 : 0;
  }
  EXPECT_GT(worse, 0);
  EXPECT_GT(better, 0);
}

TEST(BestResponse, LeavesTheSessionAsItWas) {
  const auto s = small_session(kGan);  // batch normalisation, R1, averages
  Stepper(*s).step(false);
  const std::string before = weight_bytes(*s);
  const auto draws = s->generators().state();
  const BestResponses first = best_responses(*s, s->data().test, {.steps = 5});
  EXPECT_EQ(weight_bytes(*s), before);
  for (const auto& [name, state] : s->generators().state()) {
    EXPECT_TRUE(state.equal(draws.at(name))) << name;
  }
  EXPECT_EQ(best_responses(*s, s->data().test, {.steps = 5}).generator.payoffs.value,
            first.generator.payoffs.value);
  EXPECT_THAT(first.start.bounds, ::testing::SizeIs(1));
  EXPECT_EQ(first.start.bounds.begin()->first, "jensen_shannon/lower");
}

// Averaged weights are what evaluation sees.
TEST(BestResponse, StartsAtTheAveragedWeights) {
  const auto s = small_session(kGan);
  const auto start = [&] { return best_responses(*s, s->data().test, {.steps = 1}).start.value; };
  EXPECT_GT(std::fabs(start().front() + 2.0 * kLn2), 1e-3);
  {
    const NoGrad no_grad;
    for (const NamedTensor& average : s->ema()->averages()) average.tensor.zero_();
  }
  for (const double v : start()) EXPECT_NEAR(v, -2.0 * kLn2, 1e-6) << "D = 1/2 everywhere";
}

TEST(BestResponse, ALearningRateOfZeroGainsNothing) {
  const auto s = small_session(kGan, {"optimizer.lr=0.0", "optimizer.generator.lr=0.0"});
  const BestResponses a = best_responses(*s, s->data().test, {.steps = 3});
  EXPECT_EQ(a.discriminator.steps, 0);
  EXPECT_EQ(a.discriminator.payoffs.value, a.start.value);
}

// Not finite: the copies before that are still answers.
TEST(BestResponse, DivergenceEndsOnePlayersTraining) {
  const auto s = small_session(kLinear, {"optimizer.lr=1e38", "objective.name=minimax"});
  const BestResponses a = best_responses(*s, s->data().test, {.steps = 64});
  EXPECT_TRUE(a.generator.diverged || a.generator.steps > 0);
  for (const double v : a.discriminator.payoffs.value) EXPECT_FALSE(std::isnan(v));
}

TEST(BestResponse, ProgressIsHeardAndMayStop) {
  const auto s = small_session(kLinear);
  const std::string before = weight_bytes(*s);
  std::vector<std::string> heard;
  BestResponseSettings settings{.steps = 2};
  settings.progress = [&](const std::string& player, double) { heard.push_back(player); };
  best_responses(*s, s->data().test, settings);
  EXPECT_THAT(heard, ElementsAre("discriminator", "discriminator", "generator", "generator"));
  settings.progress = [](const std::string& player, double) {
    if (player == "generator") throw Error("stop");
  };
  EXPECT_THROW(best_responses(*s, s->data().test, settings), Error);
  EXPECT_EQ(weight_bytes(*s), before);
}

TEST(BestResponse, NeedsHeldOutData) {
  const auto s = small_session(kLinear);
  Split few = s->data().test;
  few.count = 3;
  EXPECT_THROW(best_responses(*s, few, {}), Error);
  const auto vae = small_session(testing::kVae);
  EXPECT_THROW(best_responses(*vae, vae->data().test, {}), Error);
}

}  // namespace
}  // namespace elbow
