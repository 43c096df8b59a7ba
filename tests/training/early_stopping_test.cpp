#include "training/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

int passes_until_stop(EarlyStopping early, const std::vector<double>& values,
                      const std::string& term = "elbo") {
  int passes = 0;
  for (const double value : values) {
    Values record;
    record.set(term, value);
    early.observe(record);
    ++passes;
    if (early.should_stop()) return passes;
  }
  return -1;
}

TEST(EarlyStopping, CountsPassesWithoutImprovement) {
  const EarlyStopping maximise("elbo", true, 2);
  EXPECT_EQ(passes_until_stop(maximise, {-5, -4, -4.5, -3, -3, -3.1}), 6);
  EXPECT_EQ(passes_until_stop(maximise, {-5, -6, -4, -6}), -1);
  EXPECT_EQ(passes_until_stop(maximise, {-5, -5, -5}), 3);
}

TEST(EarlyStopping, MinimiseTurnsTheComparison) {
  EXPECT_EQ(passes_until_stop(EarlyStopping("elbo", false, 1), {3, 2, 1, 2}), 4);
  EXPECT_EQ(passes_until_stop(EarlyStopping("elbo", true, 1), {3, 2, 1, 2}), 2);
}

EarlyStopping of_config(const std::vector<std::string>& overrides) {
  const auto session = testing::small_session(testing::kVae, overrides);
  return EarlyStopping(session->config(), session->specs());
}

TEST(EarlyStopping, TheSpecOfTheTermSaysWhichValuesAreBetter) {
  const auto stops = [](const std::string& term, const std::string& mode,
                        const std::vector<double>& values) {
    std::vector<std::string> overrides = {"early_stopping.term=" + term,
                                          "early_stopping.patience=2", "likelihood.name=gaussian",
                                          "data.binarize=none"};
    if (!mode.empty()) overrides.push_back("early_stopping.mode=" + mode);
    return passes_until_stop(of_config(overrides), values, term) > 0;
  };
  const std::vector<double> rising = {1, 2, 3}, falling = {3, 2, 1};
  for (const std::string mode : {"", "auto"}) {
    for (const std::string smaller : {"loss", "sse"}) {
      EXPECT_TRUE(stops(smaller, mode, rising)) << smaller;
      EXPECT_FALSE(stops(smaller, mode, falling)) << smaller;
    }
    for (const std::string larger : {"elbo", "elbo/reconstruction"}) {
      EXPECT_FALSE(stops(larger, mode, rising)) << larger;
      EXPECT_TRUE(stops(larger, mode, falling)) << larger;
    }
    // A small KL is a collapsed posterior, a large one a bad bound.
    EXPECT_THROW(stops("elbo/kl", mode, rising), Error);
    EXPECT_THROW(stops("kl/dim/1", mode, rising), Error);
    EXPECT_THROW(stops("elbow", mode, rising), Error);
  }
  // As it is told, whatever the term.
  EXPECT_TRUE(stops("elbo", "min", rising));
  EXPECT_FALSE(stops("loss", "max", rising));
  EXPECT_TRUE(stops("elbo/kl", "max", falling));
  EXPECT_TRUE(stops("elbo/kl", "min", rising));
  EXPECT_THROW(testing::small_config(testing::kVae, {"early_stopping.mode=best"}), Error);
}

TEST(EarlyStopping, TheConfigSaysHowLongToWait) {
  const auto passes = [](const std::vector<std::string>& overrides) {
    return passes_until_stop(of_config(overrides), std::vector<double>(20, 1.0));
  };
  EXPECT_EQ(passes({"early_stopping.term=elbo"}), 6);  // the first value and five like it
  EXPECT_EQ(passes({"early_stopping.term=elbo", "early_stopping.patience=3"}), 4);
  EXPECT_EQ(passes({}), -1);
}

TEST(EarlyStopping, NotANumberIsNoImprovement) {
  const double nan = std::nan("");
  EXPECT_EQ(passes_until_stop(EarlyStopping("elbo", true, 2), {nan, -1, nan, nan}), 4);
}

TEST(EarlyStopping, OffWithoutATermAndLoudWithAMissingOne) {
  EXPECT_EQ(passes_until_stop(EarlyStopping("", true, 1), {3, 2, 1}), -1);
  Values record;
  record.set("elbo", 3.0);
  EXPECT_NO_THROW(EarlyStopping("elbo", true, 1).require_in(record));
  EXPECT_THROW(EarlyStopping("elbow", true, 1).require_in(record), Error);
}

TEST(EarlyStopping, StateCarriesOver) {
  EarlyStopping first("elbo", true, 2), second("elbo", true, 2);
  Values record;
  record.set("elbo", -1.0);
  first.observe(record);
  record.set("elbo", -2.0);
  first.observe(record);
  second.restore(first.state());
  EXPECT_FALSE(second.should_stop());
  second.observe(record);
  EXPECT_TRUE(second.should_stop());
}

}  // namespace
}  // namespace elbow
