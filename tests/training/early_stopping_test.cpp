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

TEST(EarlyStopping, TheConfigSaysWhichValuesAreBetter) {
  const auto stops = [](const std::string& term, const std::string& mode,
                        const std::vector<double>& values) {
    std::vector<std::string> overrides = {"early_stopping.term=" + term,
                                          "early_stopping.patience=2"};
    if (!mode.empty()) overrides.push_back("early_stopping.mode=" + mode);
    const EarlyStopping early(testing::small_config(testing::kVae, overrides));
    return passes_until_stop(early, values, term) > 0;
  };
  const std::vector<double> rising = {1, 2, 3}, falling = {3, 2, 1};
  // By itself: losses are to fall, all else is to rise.
  for (const std::string mode : {"", "auto"}) {
    for (const std::string loss : {"loss", "loss/discriminator"}) {
      EXPECT_TRUE(stops(loss, mode, rising)) << loss;
      EXPECT_FALSE(stops(loss, mode, falling)) << loss;
    }
    for (const std::string term : {"elbo", "elbo/reconstruction", "accuracy"}) {
      EXPECT_FALSE(stops(term, mode, rising)) << term;
      EXPECT_TRUE(stops(term, mode, falling)) << term;
    }
  }
  // As it is told, whatever the name.
  EXPECT_TRUE(stops("elbo", "min", rising));
  EXPECT_FALSE(stops("elbo", "min", falling));
  EXPECT_FALSE(stops("loss", "max", rising));
  EXPECT_TRUE(stops("loss", "max", falling));
  EXPECT_THROW(testing::small_config(testing::kVae, {"early_stopping.mode=best"}), Error);
}

TEST(EarlyStopping, TheConfigSaysHowLongToWait) {
  const auto passes = [](const std::vector<std::string>& overrides) {
    const EarlyStopping early(testing::small_config(testing::kVae, overrides));
    return passes_until_stop(early, std::vector<double>(20, 1.0));
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
  EXPECT_THROW(passes_until_stop(EarlyStopping("elbow", true, 1), {3}), Error);
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
