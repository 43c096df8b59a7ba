#include "instrumentation/running_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "math/threefry.h"

namespace elbow {
namespace {

/// The record at which it contradicts, 0 where it never does in `records`.
int seen_at(int records, const std::function<double(CounterStream&)>& z, std::uint64_t seed) {
  CounterStream random(seed, 1);
  RunningEvidence evidence;
  for (int n = 1; n <= records; ++n) {
    evidence.add(z(random));
    if (evidence.contradicts()) return n;
  }
  return 0;
}

// alpha = 10^-6 at all records together: not one in 300 series of 2,000.
TEST(RunningEvidence, IsSilentOnHonestNoise) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    EXPECT_EQ(seen_at(
                  2000, [](CounterStream& r) { return r.normal(); }, seed),
              0);
    // Standard errors that are half of what they should be, and spread that comes and goes.
    EXPECT_EQ(seen_at(
                  2000, [](CounterStream& r) { return 2.0 * r.normal(); }, seed),
              0);
    EXPECT_EQ(
        seen_at(
            2000, [](CounterStream& r) { return r.normal() * r.normal() * r.normal(); }, seed),
        0);
  }
}

// 227 records of z around 1 are 15 standard errors of their mean, and none of them is beyond 4.
TEST(RunningEvidence, SeesABiasOfOneStandardError) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const int n = seen_at(
        227, [](CounterStream& r) { return 1.0 + r.normal(); }, seed);
    EXPECT_GT(n, 10) << seed;
    EXPECT_LT(n, 160) << seed;
    EXPECT_GT(seen_at(
                  227, [](CounterStream& r) { return r.normal() - 1.0; }, seed),
              0)
        << seed;
  }
}

TEST(RunningEvidence, SaysItAsAStatement) {
  IdentitySpec identity;
  identity.id = "V53";
  identity.statement = "a = b";
  RunningEvidence evidence;
  for (int i = 0; i < 100; ++i) evidence.add(1.5);
  const CheckResult r = evidence.result(identity);
  EXPECT_EQ(r.id, "V53/run");
  EXPECT_EQ(r.verdict, Verdict::fails);
  EXPECT_DOUBLE_EQ(r.lhs, 1.5);
  EXPECT_EQ(r.kind, IdentityKind::statistical);
  EXPECT_GT(r.z, 4.0);
  const double v = 225.0 + 10.0;
  EXPECT_NEAR(r.tolerance, std::sqrt(v * (2 * std::log(1e6) + std::log(v / 10.0))) / 100.0, 1e-12);
  RunningEvidence again;
  again.restore(evidence.state());
  EXPECT_EQ(again.result(identity).tolerance, r.tolerance);
}

}  // namespace
}  // namespace elbow
