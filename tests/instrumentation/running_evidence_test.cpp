#include "instrumentation/running_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "math/threefry.h"

namespace elbow {
namespace {

struct Record {
  double residual, se;
};

/// The record at which it contradicts, 0 where it never does in `records`.
int seen_at(int records, const std::function<Record(CounterStream&)>& draw, std::uint64_t seed) {
  CounterStream random(seed, 1);
  RunningEvidence evidence;
  for (int n = 1; n <= records; ++n) {
    const Record record = draw(random);
    evidence.add(record.residual, record.se);
    if (evidence.contradicts()) return n;
  }
  return 0;
}

/// Mean of `batch` draws and its standard error, as a record has them.
Record mean_of(int batch, const std::function<double()>& draw) {
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < batch; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / batch;
  return {mean, std::sqrt((squares / batch - mean * mean) / (batch - 1))};
}

// alpha = 10^-6 at all records together: not one in 300 series of 2,000.
TEST(RunningEvidence, IsSilentOnHonestNoise) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto silent = [&](const std::function<Record(CounterStream&)>& draw) {
      EXPECT_EQ(seen_at(2000, draw, seed), 0) << seed;
    };
    silent([](CounterStream& r) { return Record{r.normal(), 1.0}; });
    // Standard errors that are half of what they should be, and spread that comes and goes.
    silent([](CounterStream& r) { return Record{2.0 * r.normal(), 1.0}; });
    silent([](CounterStream& r) {
      const double spread = std::exp(r.normal());
      return Record{spread * r.normal(), spread};
    });
  }
}

// A squared normal less 1, of skewness 2.8, in batches of 32: the mean of r / s is -0.25, which
// 2,000 records would show beyond any doubt.
TEST(RunningEvidence, IsSilentOnSkewedDifferences) {
  double z = 0.0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(seen_at(
                  2000,
                  [&](CounterStream& r) {
                    const Record record = mean_of(32, [&] {
                      const double n = r.normal();
                      return n * n - 1.0;
                    });
                    z += record.residual / record.se / 40000.0;
                    return record;
                  },
                  seed),
              0)
        << seed;
  }
  EXPECT_LT(z, -0.15);
}

// The spread of a difference follows parameters that wander, as in training: they hang together
// over hundreds of records, the draws do not.
TEST(RunningEvidence, IsSilentWhereTheSpreadWanders) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    double log_spread = 0.0;
    EXPECT_EQ(seen_at(
                  2000,
                  [&](CounterStream& r) {
                    log_spread = 0.99 * log_spread + 0.1 * r.normal();
                    return mean_of(32, [&] { return std::exp(log_spread) * r.normal(); });
                  },
                  seed),
              0)
        << seed;
  }
}

// 227 records that are off by about their standard error are 15 standard errors of their mean, and
// none of them is beyond 4.
TEST(RunningEvidence, SeesABiasOfOneStandardError) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const int n = seen_at(
        227,
        [](CounterStream& r) {
          return Record{1.0 + r.normal(), 1.0};
        },
        seed);
    EXPECT_GT(n, 10) << seed;
    EXPECT_LT(n, 160) << seed;
    EXPECT_GT(seen_at(
                  227,
                  [](CounterStream& r) {
                    return Record{r.normal() - 1.0, 1.0};
                  },
                  seed),
              0)
        << seed;
  }
}

TEST(RunningEvidence, SaysItAsAStatement) {
  IdentitySpec identity;
  identity.id = "V53";
  identity.statement = "a = b";
  RunningEvidence evidence;
  evidence.add(9.0, 0.5);  // gives its standard error only
  for (int i = 0; i < 100; ++i) evidence.add(0.75, 0.5);
  const CheckResult r = evidence.result(identity);
  EXPECT_EQ(r.id, "V53/run");
  EXPECT_EQ(r.verdict, Verdict::fails);
  EXPECT_DOUBLE_EQ(r.lhs, 1.5);
  EXPECT_EQ(r.kind, IdentityKind::statistical);
  EXPECT_GT(r.z, 4.0);
  const double v = 100.0 * (1.5 * 1.5 + 2.0) / 3.0 + 10.0;
  EXPECT_NEAR(r.tolerance, std::sqrt(v * (2 * std::log(1e6) + std::log(v / 10.0))) / 100.0, 1e-12);
  RunningEvidence again;
  again.restore(evidence.state());
  EXPECT_EQ(again.result(identity).tolerance, r.tolerance);
}

}  // namespace
}  // namespace elbow
