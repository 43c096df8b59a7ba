#include "core/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/spec.h"

namespace elbow {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

CheckResult judged(IdentityKind kind, Sides sides, double tolerance = 1e-5) {
  IdentitySpec spec;
  spec.id = "T1";
  spec.kind = kind;
  spec.statement = "a = b";
  spec.tolerance = tolerance;
  return judge(spec, sides);
}

Verdict verdict(IdentityKind kind, Sides sides) { return judged(kind, sides).verdict; }

TEST(Values, KeepMomentsAndWeights) {
  Values values;
  values.set("elbo", {-100.0, 0.5, 128});
  values.set("beta", 4.0);
  values.set_weight("model", "elbo", -1.0);
  EXPECT_EQ(values["elbo"], -100.0);
  EXPECT_EQ(values.at("elbo").se, 0.5);
  EXPECT_EQ(values.at("beta").count, 1);
  EXPECT_TRUE(values.contains("beta"));
  EXPECT_FALSE(values.contains("bet"));
  EXPECT_EQ(values.weights("model").at(0), (std::pair<std::string, double>{"elbo", -1.0}));
  EXPECT_TRUE(values.weights("generator").empty());
  EXPECT_THROW(values["kl"], Error);
}

TEST(Judge, ExactHoldsWithinRoundingOfTheLargestMagnitude) {
  EXPECT_EQ(verdict(IdentityKind::exact, {100.0, 100.0005}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::exact, {100.0, 100.002}), Verdict::fails);
  EXPECT_EQ(verdict(IdentityKind::exact, {0.0, 9e-6}), Verdict::holds);  // at least scale 1
  EXPECT_EQ(verdict(IdentityKind::exact, {0.0, 11e-6}), Verdict::fails);
  // Two sides that came out of a cancellation of numbers near 1000.
  EXPECT_EQ(verdict(IdentityKind::exact, {0.5, 0.505, 0.0, 1000.0}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::exact, {0.5, 0.52, 0.0, 1000.0}), Verdict::fails);
  EXPECT_EQ(verdict(IdentityKind::oracle, {1.0, 1.0 + 2e-5}), Verdict::fails);
}

TEST(Judge, ASignFlipFails) {
  EXPECT_EQ(verdict(IdentityKind::exact, {3.0, -3.0}), Verdict::fails);
  EXPECT_EQ(verdict(IdentityKind::oracle, {-3.0, 3.0}), Verdict::fails);
}

TEST(Judge, BoundHasOneSide) {
  EXPECT_EQ(verdict(IdentityKind::bound, {-5.0, 3.0}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::bound, {3.0, 3.0}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::bound, {3.00002, 3.0}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::bound, {3.0001, 3.0}), Verdict::fails);
  EXPECT_EQ(verdict(IdentityKind::bound, {3.0, -5.0}), Verdict::fails);
}

TEST(Judge, StatisticalCountsStandardErrors) {
  EXPECT_EQ(verdict(IdentityKind::statistical, {1.39, 1.0, 0.1}), Verdict::holds);
  EXPECT_EQ(verdict(IdentityKind::statistical, {1.41, 1.0, 0.1}), Verdict::fails);
  EXPECT_EQ(verdict(IdentityKind::statistical, {0.59, 1.0, 0.1}), Verdict::fails);
  const CheckResult result = judged(IdentityKind::statistical, {1.3, 1.0, 0.1});
  EXPECT_NEAR(result.z, 3.0, 1e-12);
  EXPECT_NEAR(result.residual, 0.3, 1e-12);
  EXPECT_NEAR(result.tolerance, 0.4, 1e-12);
}

TEST(Judge, StatisticalWithoutAStandardErrorSaysNothing) {
  EXPECT_EQ(verdict(IdentityKind::statistical, {2.0, 1.0, 0.0}), Verdict::inconclusive);
  EXPECT_EQ(verdict(IdentityKind::statistical, {1.0, 1.0, 0.0}), Verdict::holds);
  // Rounding is larger than four standard errors here, and no evidence.
  EXPECT_EQ(verdict(IdentityKind::statistical, {1.0, 1.0 + 5e-6, 1e-9}), Verdict::holds);
}

TEST(Judge, OptimumIsAMeter) {
  const CheckResult far = judged(IdentityKind::optimum, {5.0, 1.0, 0.5});
  EXPECT_EQ(far.verdict, Verdict::inconclusive);
  EXPECT_EQ(far.z, 8.0);
  EXPECT_EQ(verdict(IdentityKind::optimum, {1.0, 1.0, 0.5}), Verdict::inconclusive);
}

TEST(Judge, NonFiniteSides) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    for (const Sides& sides : {Sides{bad, 1.0, 0.1}, Sides{1.0, bad, 0.1}, Sides{bad, bad, 0.1},
                               Sides{1.0, 1.0, 0.1, bad}}) {
      EXPECT_EQ(verdict(IdentityKind::exact, sides), Verdict::fails);
      EXPECT_EQ(verdict(IdentityKind::bound, sides), Verdict::fails);
      EXPECT_EQ(verdict(IdentityKind::oracle, sides), Verdict::fails);
      EXPECT_EQ(verdict(IdentityKind::statistical, sides), Verdict::inconclusive);
      EXPECT_EQ(verdict(IdentityKind::optimum, sides), Verdict::inconclusive);
    }
  }
}

TEST(Judge, CopiesTheStatement) {
  const CheckResult result = judged(IdentityKind::exact, {2.0, 1.0, 0.5});
  EXPECT_EQ(result.id, "T1");
  EXPECT_EQ(result.statement, "a = b");
  EXPECT_EQ(result.lhs, 2.0);
  EXPECT_EQ(result.rhs, 1.0);
  EXPECT_EQ(result.residual, 1.0);
  EXPECT_DOUBLE_EQ(result.tolerance, 2e-5);
  EXPECT_EQ(result.z, 2.0);
  EXPECT_EQ(judged(IdentityKind::exact, {2.0, 1.0}).z, 0.0);
}

TEST(Names, AreThoseOfTheRecords) {
  EXPECT_EQ(to_string(IdentityKind::exact), "exact");
  EXPECT_EQ(to_string(IdentityKind::bound), "bound");
  EXPECT_EQ(to_string(IdentityKind::statistical), "statistical");
  EXPECT_EQ(to_string(IdentityKind::optimum), "optimum");
  EXPECT_EQ(to_string(IdentityKind::oracle), "oracle");
  EXPECT_EQ(to_string(Verdict::holds), "holds");
  EXPECT_EQ(to_string(Verdict::fails), "fails");
  EXPECT_EQ(to_string(Verdict::inconclusive), "inconclusive");
  EXPECT_EQ(to_string(SpecKind::objective), "objective");
  EXPECT_EQ(to_string(SpecKind::dynamics), "dynamics");
}

}  // namespace
}  // namespace elbow
