#include "training/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace elbow {
namespace {

int passes_until_stop(EarlyStopping early, const std::vector<double>& values) {
  int passes = 0;
  for (const double value : values) {
    Values record;
    record.set("elbo", value);
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
