#include "objectives/probe_identities.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "math/estimators/aggregate_posterior.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using testing::expect_caught;

constexpr std::size_t kK = 8;
using Set = std::vector<double>;
const std::string kWeights = "probe/iwae8/";
const std::string kAggregate = "probe/aggregate/";

/// Eight log-weights that span `range` nats.
Set log_weights(std::uint64_t seed, double range) {
  CounterStream stream(seed, 0);
  Set log_w;
  for (std::size_t k = 0; k < kK; ++k) log_w.push_back(range * stream.uniform() - 90.0);
  return log_w;
}

/// What a probe says of one set of weights.
Values weight_record(const Set& log_w) {
  Values v;
  v.set("probe/iwae8", iwae_value(log_w));
  v.set(kWeights + "elbo", mean_log_weight(log_w).value);
  v.set(kWeights + "renyi_half", renyi_bound(log_w, 0.5));
  v.set(kWeights + "renyi_minus_one", renyi_bound(log_w, -1.0));
  v.set(kWeights + "largest", *std::max_element(log_w.begin(), log_w.end()));
  v.set(kWeights + "leave_one_out", leave_one_out_iwae(log_w));
  v.set(kWeights + "surrogate", surrogate(log_w));
  v.set(kWeights + "entropy", weight_entropy(log_w));
  v.set(kWeights + "perplexity", perplexity(log_w));
  v.set(kWeights + "effective_sample_size", effective_sample_size(log_w));
  return v;
}

/// The same with one number planted.
Values planted(const Set& log_w, const std::string& key, double wrong) {
  Values v = weight_record(log_w);
  v.set(key, wrong);
  return v;
}

const std::vector<IdentitySpec>& identities() {
  static const std::vector<IdentitySpec> all = latent_probe_identities();
  return all;
}

/// I per code, ln q(z|x) − ln q^(z), of 32 codes of images far apart in ten dimensions.
Set information(AggregateWeights weights) {
  CounterStream stream(3, 0);
  const std::int64_t b = 32, d = 10;
  Points mean(b, d), log_var(b, d), z(b, d);
  std::vector<std::int64_t> own(static_cast<std::size_t>(b));
  std::iota(own.begin(), own.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < b; ++i) {
    for (std::int64_t l = 0; l < d; ++l) {
      mean.row(i)[l] = stream.normal();
      log_var.row(i)[l] = std::log(0.1);
      z.row(i)[l] = mean.row(i)[l] + std::sqrt(0.1) * stream.normal();
    }
  }
  const AggregateDensities q =
      aggregate_densities({z, own}, {mean, log_var}, {.weights = weights, .groups = 0});
  Set result;
  for (std::size_t i = 0; i < q.own.size(); ++i) result.push_back(q.own[i] - q.joint[i]);
  return result;
}

/// What a probe says of the information, with the lower and the upper form as given.
Values information_record(const Set& low, const Set& high) {
  Set excess;
  for (std::size_t i = 0; i < low.size(); ++i) excess.push_back(high[i] - low[i]);
  const double n = static_cast<double>(low.size());
  const std::string name = kAggregate + "mutual_information/";
  Values v;
  v.set(name + "batch", mean(low));
  v.set(name + "leave_one_out", mean(high));
  v.set(name + "excess", {mean(excess), std::sqrt(sample_variance(excess) / n),
                          static_cast<std::int64_t>(low.size())});
  v.set(name + "max", *std::max_element(low.begin(), low.end()));
  v.set(kAggregate + "log_batch", std::log(n));
  return v;
}

TEST(ProbeIdentities, HoldOnEverySetOfWeights) {
  for (const double range : {0.0, 0.1, 3.0, 40.0, 1000.0}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto results = testing::check(identities(), weight_record(log_weights(seed, range)));
      EXPECT_EQ(results.size(), 10u);
      for (const CheckResult& r : results) EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
    }
  }
}

TEST(ProbeIdentities, HoldOnABatchOfCodes) {
  const auto results = testing::check(
      identities(), information_record(information(AggregateWeights::batch),
                                       information(AggregateWeights::leave_one_out)));
  EXPECT_EQ(results.size(), 2u);
  for (const CheckResult& r : results) EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
}

// Orders with the wrong sign, powers without their root, sums that should be means.
TEST(ProbeIdentities, V15CatchesRenyiBoundsOfAnotherOrder) {
  const Set log_w = log_weights(1, 3.0), even(kK, -90.0);
  const std::string half = kWeights + "renyi_half", minus_one = kWeights + "renyi_minus_one";
  const double mean_of_squares = 2.0 * renyi_bound(log_w, -1.0);
  expect_caught(identities(), planted(log_w, half, renyi_bound(log_w, 1.5)), "V15.elbo");
  expect_caught(identities(), planted(log_w, half, renyi_bound(log_w, -0.5)), "V15.half");
  expect_caught(identities(), planted(log_w, minus_one, mean_of_squares), "V15.iwae");
  expect_caught(identities(), planted(log_w, minus_one, renyi_bound(log_w, 1.0)), "V15.iwae");
  expect_caught(identities(), planted(even, minus_one, -90.0 + 0.5 * std::log(8.0)),
                "V15.minus_one");
}

TEST(ProbeIdentities, V16CatchesAMeanTakenTwice) {
  const Set log_w = log_weights(2, 3.0);
  expect_caught(identities(), planted(log_w, "probe/iwae8", iwae_value(log_w) - std::log(8.0)),
                "V16");
}

TEST(ProbeIdentities, V17CatchesASumOfTheOtherWeights) {
  const Set log_w = log_weights(3, 3.0);
  const double sum = leave_one_out_iwae(log_w) + std::log(7.0);
  expect_caught(identities(), planted(log_w, kWeights + "leave_one_out", sum), "V17");
}

TEST(ProbeIdentities, V18CatchesAnEntropyInBitsAndWeightsOfTheWorst) {
  const Set log_w = log_weights(4, 3.0);
  const double bits = weight_entropy(log_w) / kLn2;
  expect_caught(identities(), planted(log_w, kWeights + "entropy", bits), "V18");
  Set inverse = log_w;
  for (double& l : inverse) l = -l;
  const std::vector<double> worst = normalised_weights(inverse);
  const double sum = std::inner_product(worst.begin(), worst.end(), log_w.begin(), 0.0);
  expect_caught(identities(), planted(log_w, kWeights + "surrogate", sum), "V18");
}

TEST(ProbeIdentities, V19CatchesSharesAndOtherBases) {
  const Set log_w = log_weights(5, 0.5);
  const std::string ess = kWeights + "effective_sample_size", perplexity = kWeights + "perplexity";
  const double share = effective_sample_size(log_w) / 8.0, h = weight_entropy(log_w);
  expect_caught(identities(), planted(log_w, ess, share), "V19.least");
  expect_caught(identities(), planted(log_w, perplexity, std::exp2(h)), "V19.ess");
  expect_caught(identities(), planted(log_w, perplexity, std::exp(h / kLn2)), "V19.most");
}

TEST(ProbeIdentities, V54CatchesATermOfAnotherWeighting) {
  Values v;
  v.set(kAggregate + "mutual_information/symmetric_mss", 3.0);
  v.set(kAggregate + "total_correlation", 0.5);
  v.set(kAggregate + "dimension_wise_kl", 1.5);
  v.set(kAggregate + "kl", 5.0);
  for (const CheckResult& r : testing::check(identities(), v)) {
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
  }
  v.set(kAggregate + "mutual_information/symmetric_mss", 3.2);
  expect_caught(identities(), v, "V54");
}

TEST(ProbeIdentities, V57CatchesABatchWithoutTheImageItself) {
  const Set without = information(AggregateWeights::leave_one_out);
  expect_caught(identities(), information_record(without, without), "V57");
}

TEST(ProbeIdentities, V58CatchesTheBoundsTheOtherWayRound) {
  expect_caught(identities(),
                information_record(information(AggregateWeights::leave_one_out),
                                   information(AggregateWeights::batch)),
                "V58");
}

}  // namespace
}  // namespace elbow
