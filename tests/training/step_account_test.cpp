#include "training/step_account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kGan;
using testing::kVae;
using testing::small_session;
using testing::weight_bytes;

StepAccount first_step(Session& session, std::optional<std::int64_t> sample = {}) {
  Stepper stepper(session);
  return account_for_step(session, stepper, sample);
}

const TermAccount& term(const TurnAccount& turn, const std::string& name) {
  for (const TermAccount& t : turn.terms) {
    if (t.name == name) return t;
  }
  throw std::out_of_range(name);
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double squared_gradient(const TurnAccount& turn, const std::string& network = "") {
  double all = 0.0;
  for (const ParameterAccount& p : turn.parameters) {
    if (network.empty() || p.network == network) all += p.squared_gradient;
  }
  return all;
}

TEST(StepAccount, IsTheStepThatTrainingTakes) {
  for (const char* config : {kVae, kGan}) {
    const auto a = small_session(config), b = small_session(config);
    Stepper plain(*a), accounted(*b);
    for (int step = 1; step <= 3; ++step) {
      plain.step(true);
      const StepAccount account = account_for_step(*b, accounted);
      EXPECT_EQ(account.step, step);
      EXPECT_TRUE(account.holds());
      const Values values = plain.values();
      for (const TurnAccount& turn : account.turns) {
        for (const std::string& network : turn.networks) {
          if (&turn == &account.turns.front() && account.turns.size() > 2)
            continue;  // not the last
          EXPECT_NEAR(std::sqrt(squared_gradient(turn, network)),
                      values["gradient_norm/" + network],
                      1e-6 * values["gradient_norm/" + network]);
        }
      }
      const TurnAccount& last = account.turns.back();
      EXPECT_EQ(last.loss, values[last.loss_key]);
      EXPECT_EQ(last.loss_moments.se, values.at(last.loss_key).se);
    }
    EXPECT_EQ(weight_bytes(*a), weight_bytes(*b));
  }
}

TEST(StepAccount, WeightedTermsMakeTheLossAndTheirGradientsItsGradient) {
  const auto session = small_session(kVae, {"objective.name=beta", "objective.beta=3"});
  const StepAccount account = first_step(*session);
  ASSERT_EQ(account.turns.size(), 1u);
  const TurnAccount& turn = account.turns[0];
  ASSERT_EQ(turn.weighted().size(), 2u);
  EXPECT_NEAR(
      3.0 * term(turn, "elbo/kl").moments.mean - term(turn, "elbo/reconstruction").moments.mean,
      turn.loss, 1e-5 * turn.loss);
  double along = 0.0;
  for (const TermAccount* t : turn.weighted()) along += t->weight * sum(t->along);
  EXPECT_NEAR(along, squared_gradient(turn), 1e-5 * squared_gradient(turn));
  EXPECT_LT(turn.gradient_check.lhs, 1e-5);
}

TEST(StepAccount, TheKlPullsAtTheEncoderAlone) {
  const auto session = small_session(kVae);
  const TurnAccount turn = first_step(*session).turns.at(0);
  const TermAccount& kl = term(turn, "elbo/kl");
  const TermAccount& reconstruction = term(turn, "elbo/reconstruction");
  ASSERT_EQ(kl.squared.size(), turn.parameters.size());
  for (std::size_t i = 0; i < turn.parameters.size(); ++i) {
    EXPECT_EQ(kl.squared[i] > 0.0, turn.parameters[i].network == "encoder");
    EXPECT_GT(reconstruction.squared[i], 0.0) << turn.parameters[i].name;
  }
  EXPECT_TRUE(term(turn, "elbo").squared.empty()) << "carries no gradient";
}

// Plain gradient descent: the update is known.
TEST(StepAccount, TheUpdateOfPlainDescentIsMinusTheRateTimesTheGradient) {
  const auto session =
      small_session(kVae, {"optimizer.name=sgd", "optimizer.lr=0.25", "optimizer.momentum=0"});
  const TurnAccount turn = first_step(*session).turns.at(0);
  EXPECT_EQ(turn.learning_rate, 0.25);
  for (const ParameterAccount& p : turn.parameters) {
    EXPECT_NEAR(p.squared_update, 0.0625 * p.squared_gradient, 2e-4 * p.squared_update) << p.name;
    EXPECT_NEAR(p.along, -0.25 * p.squared_gradient, 1e-4 * std::abs(p.along)) << p.name;
    EXPECT_GT(p.squared_weights, 0.0);
  }
}

TEST(StepAccount, ClippingIsSaid) {
  const auto session = small_session(
      kVae, {"optimizer.name=sgd", "optimizer.lr=1", "optimizer.momentum=0", "optimizer.clip=0.5"});
  const TurnAccount turn = first_step(*session).turns.at(0);
  EXPECT_NEAR(turn.clipping * std::sqrt(squared_gradient(turn)), 0.5, 1e-6);
  double update = 0.0;
  for (const ParameterAccount& p : turn.parameters) update += p.squared_update;
  EXPECT_NEAR(std::sqrt(update), 0.5, 1e-4);
}

TEST(StepAccount, SamplesHaveTheMeanOfTheBatch) {
  double value = 0.0, loss = 0.0;
  std::optional<TurnAccount> turn;
  for (std::int64_t i = 0; i < 32; ++i) {
    const auto session = small_session(kVae);
    turn = first_step(*session, i).turns.at(0);
    value += term(*turn, "elbo/kl").sample.value() / 32.0;
    for (const TermAccount* t : turn->weighted()) loss += t->weight * t->sample.value() / 32.0;
    EXPECT_GT(sum(term(*turn, "elbo/kl").sample_squared), 0.0);
    ASSERT_TRUE(turn->label.has_value());
    EXPECT_EQ(*turn->label, session->data().train.labels.at(static_cast<std::size_t>(
                                turn->rows.at(static_cast<std::size_t>(i)))));
  }
  EXPECT_NEAR(value, term(*turn, "elbo/kl").moments.mean, 1e-6);
  EXPECT_NEAR(loss, turn->loss, 1e-5 * turn->loss);
}

TEST(StepAccount, ASampleBeyondTheBatchIsRefused) {
  const auto session = small_session(kVae);
  try {
    first_step(*session, 32);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("0 to 31"));
  }
}

TEST(StepAccount, EachTurnOfAGameStandsAlone) {
  const auto session = small_session(kGan);
  const StepAccount account = first_step(*session);
  std::vector<std::string> phases;
  for (const TurnAccount& turn : account.turns) {
    phases.push_back(turn.phase);
    EXPECT_EQ(turn.rows.empty(), turn.phase == "generator");
    for (const ParameterAccount& p : turn.parameters) EXPECT_EQ(p.network, turn.networks.at(0));
  }
  EXPECT_THAT(phases, ElementsAre("discriminator", "discriminator", "generator"));
  EXPECT_GT(sum(term(account.turns[0], "penalty/r1").squared), 0.0);
  EXPECT_TRUE(account.holds());
}

}  // namespace
}  // namespace elbow
