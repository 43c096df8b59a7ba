#include "problems/checks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace elbow::problems {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

CheckResult only(const std::function<void(const Checks&)>& statement) {
  std::vector<CheckResult> results;
  const Emit emit = [&](const CheckResult& r) { results.push_back(r); };
  statement(Checks(emit, "p/"));
  EXPECT_EQ(results.size(), 1u);
  return results.at(0);
}

TEST(Checks, PrefixesIdsAndKeepsBothSides) {
  std::vector<CheckResult> results;
  const Emit emit = [&](const CheckResult& r) { results.push_back(r); };
  Checks(emit).under("a").under("b").exact("G1", "x = y", 1.0, 1.5, 0.1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].id, "a/b/G1");
  EXPECT_EQ(results[0].residual, -0.5);
  EXPECT_EQ(results[0].verdict, Verdict::fails);
}

TEST(Checks, ToleranceIsRelativeAboveOneAndAbsoluteBelow) {
  const auto verdict = [](double lhs, double rhs) {
    return only([&](const Checks& c) { c.oracle("o", "", lhs, rhs, 1e-3); }).verdict;
  };
  EXPECT_EQ(verdict(1e-4, 9e-4), Verdict::holds);
  EXPECT_EQ(verdict(1e-4, 1.2e-3), Verdict::fails);
  EXPECT_EQ(verdict(1000.0, 1000.9), Verdict::holds);
  EXPECT_EQ(verdict(1000.0, 1001.1), Verdict::fails);
}

TEST(Checks, InfiniteTruthNeedsAnInfiniteValue) {
  EXPECT_EQ(only([](const Checks& c) { c.oracle("o", "", kInf, kInf, 1e-9); }).verdict,
            Verdict::holds);
  EXPECT_EQ(only([](const Checks& c) { c.oracle("o", "", 1e300, kInf, 1e-9); }).verdict,
            Verdict::fails);
  EXPECT_EQ(only([](const Checks& c) { c.oracle("o", "", -kInf, kInf, 1e-9); }).verdict,
            Verdict::fails);
  EXPECT_EQ(only([](const Checks& c) { c.bound("b", "", 5.0, kInf, 1e-9); }).verdict,
            Verdict::holds);
}

TEST(Checks, NothingHoldsThatIsNoNumber) {
  for (const double other : {0.0, kInf, kNaN}) {
    EXPECT_EQ(only([&](const Checks& c) { c.exact("e", "", kNaN, other, 1.0); }).verdict,
              Verdict::fails);
    EXPECT_EQ(only([&](const Checks& c) { c.bound("b", "", kNaN, other, 1.0); }).verdict,
              Verdict::fails);
    EXPECT_NE(only([&](const Checks& c) { c.statistical("s", "", kNaN, other, 1.0); }).verdict,
              Verdict::holds);
  }
}

TEST(Checks, StatisticalUsesFourStandardErrors) {
  const auto result = [](double lhs) {
    return only([&](const Checks& c) { c.statistical("s", "", lhs, 1.0, 0.1); });
  };
  EXPECT_EQ(result(1.39).verdict, Verdict::holds);
  EXPECT_EQ(result(1.41).verdict, Verdict::fails);
  EXPECT_NEAR(result(1.41).z, 4.1, 1e-9);
  EXPECT_EQ(only([](const Checks& c) { c.statistical("s", "", 1.4, 1.0, 0.0); }).verdict,
            Verdict::inconclusive);
  EXPECT_EQ(result(std::nan("")).verdict, Verdict::fails) << "a known value beside no number";
  EXPECT_EQ(result(HUGE_VAL).verdict, Verdict::fails);
  EXPECT_EQ(only([](const Checks& c) { c.optimum("m", "", 9.0, 1.0, 0.1); }).verdict,
            Verdict::inconclusive);
}

}  // namespace
}  // namespace elbow::problems
