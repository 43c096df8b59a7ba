#include "math/statistics/pareto_tail.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow {
namespace {

using Set = std::vector<double>;

TEST(ParetoK, FixtureF15) {
  struct Row {
    double k, raw, shrunk;
  };
  for (const Row& row : {Row{0.1, 0.118822549, 0.153475045}, Row{0.5, 0.504942063, 0.504492785},
                         Row{0.7, 0.698039587, 0.680035988}, Row{1.0, 0.987722294, 0.943383903}}) {
    Set x;
    for (int i = 1; i <= 100; ++i)
      x.push_back((std::pow(1.0 - (i - 0.5) / 100.0, -row.k) - 1.0) / row.k);
    const ParetoFit fit = fit_generalised_pareto(x);
    EXPECT_NEAR(fit.k, row.raw, 1e-8);
    EXPECT_NEAR((100.0 * fit.k + 5.0) / 110.0, row.shrunk, 1e-8);
    if (row.k == 0.5) {
      EXPECT_NEAR(fit.sigma, 0.989963638, 1e-8);
    }
  }
}

/// Log-weights of N(0,1) against N(0, s²) at the quantiles of the proposal.
Set normal_grid(double s, int n) {
  Set log_w;
  for (int i = 1; i <= n; ++i) {
    const double z = s * normal_quantile((i - 0.5) / n);
    log_w.push_back(-0.5 * z * z + 0.5 * z * z / (s * s) + std::log(s));
  }
  return log_w;
}

TEST(ParetoK, FixtureF16) {
  EXPECT_NEAR(pareto_tail(normal_grid(0.8, 1000))->k, 0.360924325, 1e-8);
  EXPECT_NEAR(pareto_tail(normal_grid(0.6, 1000))->k, 0.572796108, 1e-8);
  EXPECT_EQ(pareto_tail(normal_grid(0.8, 1000))->tail, 95);
}

TEST(ParetoK, ThresholdsAndExtremes) {
  EXPECT_NEAR(pareto_tail(normal_grid(0.8, 100))->threshold, 0.5, 1e-12);
  EXPECT_NEAR(pareto_tail(normal_grid(0.8, 1000))->threshold, 2.0 / 3.0, 1e-12);
  EXPECT_EQ(pareto_tail(normal_grid(0.8, 4000))->threshold, 0.7);
  EXPECT_FALSE(pareto_tail(normal_grid(0.8, 20)).has_value());
  EXPECT_EQ(pareto_tail(Set(100, -3.0))->k, -kInfinity) << "equal weights have no tail";
  Set far;
  for (int i = 0; i < 100; ++i) far.push_back(-1000.0 * i);
  EXPECT_EQ(pareto_tail(far)->k, kInfinity);
  EXPECT_EQ(pareto_tail(far)->needed_size, kInfinity);
  EXPECT_THROW(fit_generalised_pareto(Set{1.0, 2.0}), Error);
  EXPECT_THROW(fit_generalised_pareto(Set(10, 0.0)), Error);
  EXPECT_THROW(pareto_tail(Set(100, -kInfinity)), Error);
  // Scale and shift of the log-weights change nothing but sigma.
  const Set grid = normal_grid(0.7, 400);
  Set shifted = grid;
  for (double& l : shifted) l -= 5000.0;
  EXPECT_NEAR(pareto_tail(grid)->k, pareto_tail(shifted)->k, 1e-9);
}

TEST(ParetoKStatistical, TrueShapeIsOneMinusTheProposalsVariance) {
  // k = 1 − s² for N(0,1) under a narrower N(0, s²); bounded weights for s > 1.
  struct Row {
    double s, expected, spread;
  };
  for (const Row& row :
       {Row{0.8, 0.36, 0.1}, Row{0.6, 0.58, 0.12}, Row{0.5, 0.68, 0.12}, Row{1.5, -1.70, 0.1}}) {
    double sum = 0.0;
    for (std::uint64_t repeat = 0; repeat < 20; ++repeat) {
      CounterStream stream(repeat + 1, 7);
      Set log_w;
      for (int i = 0; i < 4000; ++i) {
        const double e = stream.normal(), z = row.s * e;
        log_w.push_back(0.5 * e * e - 0.5 * z * z);
      }
      sum += pareto_tail(log_w)->k;
    }
    EXPECT_NEAR(sum / 20.0, row.expected, row.spread) << row.s;  // sd of one set
  }
}

}  // namespace
}  // namespace elbow
