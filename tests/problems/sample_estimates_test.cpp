// What problems state of estimates from samples, on estimators with planted mistakes.
#include "problems/sample_estimates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/estimators/log_ratio.h"
#include "math/threefry.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

TwoSampleEstimator estimator(const std::string& name, std::int64_t dim = 1) {
  for (TwoSampleEstimator& e : two_sample_estimators({}, dim))
    if (e.name == name) return e;
  throw Error("no estimator " + name);
}

/// Of N(0, 1) and N(1, 1), where an estimator is `factor` times too large.
Verdicts of(const std::string& name, double truth, double factor = 1.0) {
  const DensityPtr p = parse_density("normal(0,1)"), q = parse_density("normal(1,1)");
  Estimate e = evaluate(estimator(name), draw(*p, 1000, 1, 61), draw(*q, 1000, 1, 62), 1);
  e.value *= factor;
  return verdicts([&](const Checks& c) {
    check_estimate(c, "e", e, truth, false, bias_allowance(name, true, 1000.0));
  });
}

const double kEnergy = [] {
  const double mean_distance = std::erf(0.5) + 2.0 * std::exp(-0.25) / std::sqrt(M_PI);
  return 2.0 * mean_distance - 4.0 / std::sqrt(M_PI);
}();

TEST(SampleEstimates, TheEstimatorsHold) {
  expect_none_fails(of("energy_unbiased", kEnergy));
  expect_none_fails(of("energy_biased", kEnergy));
  expect_none_fails(of("frechet", 1.0));
  expect_none_fails(of("nwj", 0.5));
  expect_none_fails(of("wasserstein1_exact", 1.0));
}

TEST(SampleEstimates, EstimatorsOfTheWrongSizeAreCaught) {
  expect_caught(of("energy_unbiased", kEnergy, 2.0), "e/unbiased");
  expect_caught(of("energy_biased", kEnergy, 0.5), "e/upper");
  expect_caught(of("energy_biased", kEnergy, 2.0), "e/near");
  expect_caught(of("frechet", 1.0, 2.0), "e/rough");
  expect_caught(of("nwj", 0.5, 2.0), "e/lower");
}

TEST(SampleEstimates, WhatIsNoNumberIsCaught) {
  expect_caught(of("frechet", 1.0, std::nan("")), "e/number");
  expect_caught(of("frechet", 1.0, INFINITY), "e/number");
}

TEST(SampleEstimates, ATestThatAlwaysRejectsIsCaught) {
  const auto verdict = [](double p) {
    return verdicts([&](const Checks& c) { check_permutation(c, "t", p); });
  };
  expect_none_fails(verdict(0.3));
  expect_caught(verdict(5e-5), "t/permutations");
}

TEST(SampleEstimates, AWrongMeanOfBlocksIsCaught) {
  const DensityPtr p = parse_density("normal(0,1)"), q = parse_density("normal(1,1)");
  const auto blocks = [&](double sign) {
    std::vector<double> means;
    for (std::uint64_t block = 0; block < 64; ++block) {
      const Points x = draw(*p, 1000, 1, 100 + block);
      std::vector<double> log_ratios;
      for (std::int64_t i = 0; i < x.size(); ++i) {
        const std::span<const double> row(x.row(i), 1);
        log_ratios.push_back(sign * (q->log_density(row) - p->log_density(row)));
      }
      means.push_back(kl_k3(log_ratios).value);
    }
    return verdicts([&](const Checks& c) { check_blocks(c, "k3", means, 0.5); });
  };
  expect_none_fails(blocks(1.0));
  expect_caught(blocks(-1.0), "k3/blocks");
}

/// Transport between laws with W₁ = W₂ = 1, `factor` times too large between P and Q, as of an
/// estimator that compares other points than its floor does.
Verdicts repeats(const std::string& name, int order, std::int64_t dim, double factor) {
  const DensityPtr p = parse_density(dim == 1 ? "normal(0,1)" : "normal([0,0],[[1,0],[0,1]])");
  const DensityPtr q = parse_density(dim == 1 ? "normal(1,1)" : "normal([1,0],[[1,0],[0,1]])");
  TransportRepeats r =
      repeat_transport(estimator(name, dim), *p, *q, order, dim == 1 ? 1000 : 200, 16, 1);
  for (double& value : r.pq) value *= factor;
  return verdicts([&](const Checks& c) { check_repeats(c, "w", r, 1.0); });
}

TEST(SampleEstimates, RepeatedTransportHoldsAndCatchesAWrongSize) {
  expect_none_fails(repeats("wasserstein1_exact", 1, 1, 1.0));
  expect_none_fails(repeats("wasserstein2_squared_exact", 2, 1, 1.0));
  expect_none_fails(repeats("wasserstein2_squared_exact", 2, 2, 1.0));
  expect_caught(repeats("wasserstein1_exact", 1, 1, 1.25), "w/repeated");
  expect_caught(repeats("wasserstein2_squared_exact", 2, 1, 1.5), "w/repeated");
  expect_caught(repeats("wasserstein2_squared_exact", 2, 2, 4.0), "w/repeated");
}

}  // namespace
}  // namespace elbow::problems
