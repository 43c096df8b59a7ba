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

using Set = std::vector<double>;

constexpr std::int64_t kImages = 5000;  // of the data set that batches come from

/// The probe every N steps and the one every epoch: the same statements, of other sizes.
struct Tier {
  std::string name;
  std::size_t samples;
  std::string suffix;
};

class ProbeIdentities : public ::testing::TestWithParam<Tier> {
 protected:
  std::string id(const std::string& statement) const { return statement + GetParam().suffix; }
  std::string bound() const { return GetParam().name + "/iwae" + std::to_string(samples()); }
  std::string weights(const std::string& what) const { return bound() + "/" + what; }
  std::string aggregate(const std::string& what) const {
    return GetParam().name + "/aggregate/" + what;
  }
  std::size_t samples() const { return GetParam().samples; }
  double log_samples() const { return std::log(static_cast<double>(samples())); }

  /// Log-weights that span `range` nats.
  Set log_weights(std::uint64_t seed, double range) const {
    CounterStream stream(seed, 0);
    Set log_w;
    for (std::size_t k = 0; k < samples(); ++k) log_w.push_back(range * stream.uniform() - 90.0);
    return log_w;
  }

  /// What a probe says of one set of weights.
  Values weight_record(const Set& log_w) const {
    Values v;
    v.set(bound(), iwae_value(log_w));
    v.set(weights("elbo"), mean_log_weight(log_w).value);
    v.set(weights("renyi_half"), renyi_bound(log_w, 0.5));
    v.set(weights("renyi_minus_one"), renyi_bound(log_w, -1.0));
    v.set(weights("largest"), *std::max_element(log_w.begin(), log_w.end()));
    v.set(weights("leave_one_out"), leave_one_out_iwae(log_w));
    v.set(weights("surrogate"), surrogate(log_w));
    v.set(weights("entropy"), weight_entropy(log_w));
    v.set(weights("perplexity"), perplexity(log_w));
    v.set(weights("effective_sample_size"), effective_sample_size(log_w));
    return v;
  }

  /// The same with one number planted.
  Values planted(const Set& log_w, const std::string& key, double wrong) const {
    Values v = weight_record(log_w);
    v.set(key, wrong);
    return v;
  }

  /// What a probe says of the information, with the lower and the upper form as given.
  Values information_record(const Set& low, const Set& high, const Set& all = {}) const {
    Set excess;
    for (std::size_t i = 0; i < low.size(); ++i) excess.push_back(high[i] - low[i]);
    const double n = static_cast<double>(low.size());
    const std::string name = aggregate("mutual_information/");
    Values v;
    v.set(name + "batch", mean(low));
    v.set(name + "leave_one_out", mean(high));
    v.set(name + "excess", {mean(excess), std::sqrt(sample_variance(excess) / n),
                            static_cast<std::int64_t>(low.size())});
    v.set(name + "max", *std::max_element(low.begin(), low.end()));
    v.set(aggregate("log_batch"), std::log(n));
    if (!all.empty()) v.set(name + "symmetric_mss", mean(all));
    v.set(aggregate("log_images"), std::log(static_cast<double>(kImages)));
    return v;
  }
};

INSTANTIATE_TEST_SUITE_P(Tiers, ProbeIdentities,
                         ::testing::Values(Tier{"probe", 8, ""}, Tier{"epoch", 64, ".epoch"}),
                         [](const auto& info) { return info.param.name; });

const std::vector<IdentitySpec>& identities() {
  static const std::vector<IdentitySpec> all = latent_probe_identities();
  return all;
}

/// I per code, ln q(z|x) − ln q^(z), of 32 codes in ten dimensions, of images far apart unless
/// their variance is given.
Set information(AggregateWeights weights, double variance = 0.1) {
  CounterStream stream(3, 0);
  const std::int64_t b = 32, d = 10;
  Points mean(b, d), log_var(b, d), z(b, d);
  std::vector<std::int64_t> own(static_cast<std::size_t>(b));
  std::iota(own.begin(), own.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < b; ++i) {
    for (std::int64_t l = 0; l < d; ++l) {
      mean.row(i)[l] = stream.normal();
      log_var.row(i)[l] = std::log(variance);
      z.row(i)[l] = mean.row(i)[l] + std::sqrt(variance) * stream.normal();
    }
  }
  const AggregateDensities q = aggregate_densities(
      {z, own}, {mean, log_var}, {.weights = weights, .dataset_size = kImages, .groups = 0});
  Set result;
  for (std::size_t i = 0; i < q.own.size(); ++i) result.push_back(q.own[i] - q.joint[i]);
  return result;
}

TEST_P(ProbeIdentities, HoldOnEverySetOfWeights) {
  for (const double range : {0.0, 0.1, 3.0, 40.0, 1000.0}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto results = testing::check(identities(), weight_record(log_weights(seed, range)));
      EXPECT_EQ(results.size(), 10u);
      for (const CheckResult& r : results) EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
    }
  }
}

TEST_P(ProbeIdentities, HoldOnABatchOfCodes) {
  for (const double variance : {0.01, 0.1, 1.0, 100.0}) {
    const auto of = [&](AggregateWeights weights) { return information(weights, variance); };
    const auto results =
        testing::check(identities(), information_record(of(AggregateWeights::batch),
                                                        of(AggregateWeights::leave_one_out),
                                                        of(AggregateWeights::symmetric_mss)));
    EXPECT_EQ(results.size(), 4u);
    for (const CheckResult& r : results) EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
  }
}

// V54 itself telescopes: its sides agree for any weights.
TEST_P(ProbeIdentities, V54CatchesOtherWeights) {
  const double variance = 1.0;
  const auto record = [&](const Set& all) {
    return information_record(information(AggregateWeights::batch, variance),
                              information(AggregateWeights::leave_one_out, variance), all);
  };
  // 1/(N B) for each, which sum to 1/N and not to 1.
  expect_caught(identities(), record(information(AggregateWeights::mws, variance)), id("V54.most"));
  // A sum over the other images in place of their mean.
  Set sum = information(AggregateWeights::leave_one_out, variance);
  for (double& i : sum) i -= std::log(static_cast<double>(sum.size() - 1));
  expect_caught(identities(), record(sum), id("V54.least"));
}

// Orders with the wrong sign, powers without their root, sums that should be means.
TEST_P(ProbeIdentities, V15CatchesRenyiBoundsOfAnotherOrder) {
  const Set log_w = log_weights(1, 3.0), even(samples(), -90.0);
  const std::string half = weights("renyi_half"), minus_one = weights("renyi_minus_one");
  const double mean_of_squares = 2.0 * renyi_bound(log_w, -1.0);
  expect_caught(identities(), planted(log_w, half, renyi_bound(log_w, 1.5)), id("V15.elbo"));
  expect_caught(identities(), planted(log_w, half, renyi_bound(log_w, -0.5)), id("V15.half"));
  expect_caught(identities(), planted(log_w, minus_one, mean_of_squares), id("V15.iwae"));
  expect_caught(identities(), planted(log_w, minus_one, renyi_bound(log_w, 1.0)), id("V15.iwae"));
  expect_caught(identities(), planted(even, minus_one, -90.0 + 0.5 * log_samples()),
                id("V15.minus_one"));
}

TEST_P(ProbeIdentities, V16CatchesAMeanTakenTwice) {
  const Set log_w = log_weights(2, 3.0);
  expect_caught(identities(), planted(log_w, bound(), iwae_value(log_w) - log_samples()),
                id("V16"));
}

TEST_P(ProbeIdentities, V17CatchesASumOfTheOtherWeights) {
  const Set log_w = log_weights(3, 3.0);
  const double sum = leave_one_out_iwae(log_w) + std::log(static_cast<double>(samples() - 1));
  expect_caught(identities(), planted(log_w, weights("leave_one_out"), sum), id("V17"));
}

TEST_P(ProbeIdentities, V18CatchesAnEntropyInBitsAndWeightsOfTheWorst) {
  const Set log_w = log_weights(4, 3.0);
  const double bits = weight_entropy(log_w) / kLn2;
  expect_caught(identities(), planted(log_w, weights("entropy"), bits), id("V18"));
  Set inverse = log_w;
  for (double& l : inverse) l = -l;
  const std::vector<double> worst = normalised_weights(inverse);
  const double sum = std::inner_product(worst.begin(), worst.end(), log_w.begin(), 0.0);
  expect_caught(identities(), planted(log_w, weights("surrogate"), sum), id("V18"));
}

TEST_P(ProbeIdentities, V19CatchesSharesAndOtherBases) {
  const Set log_w = log_weights(5, 0.5);
  const std::string ess = weights("effective_sample_size"), perplexity = weights("perplexity");
  const double share = effective_sample_size(log_w) / static_cast<double>(samples()),
               h = weight_entropy(log_w);
  expect_caught(identities(), planted(log_w, ess, share), id("V19.least"));
  expect_caught(identities(), planted(log_w, perplexity, std::exp2(h)), id("V19.ess"));
  expect_caught(identities(), planted(log_w, perplexity, std::exp(h / kLn2)), id("V19.most"));
}

TEST_P(ProbeIdentities, V54CatchesATermOfAnotherWeighting) {
  Values v;
  v.set(aggregate("mutual_information/symmetric_mss"), 3.0);
  v.set(aggregate("total_correlation"), 0.5);
  v.set(aggregate("dimension_wise_kl"), 1.5);
  v.set(aggregate("kl"), 5.0);
  for (const CheckResult& r : testing::check(identities(), v)) {
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id;
  }
  v.set(aggregate("mutual_information/symmetric_mss"), 3.2);
  expect_caught(identities(), v, id("V54"));
}

TEST_P(ProbeIdentities, V57CatchesABatchWithoutTheImageItself) {
  const Set without = information(AggregateWeights::leave_one_out);
  expect_caught(identities(), information_record(without, without), id("V57"));
}

TEST_P(ProbeIdentities, V58CatchesTheBoundsTheOtherWayRound) {
  expect_caught(identities(),
                information_record(information(AggregateWeights::leave_one_out),
                                   information(AggregateWeights::batch)),
                id("V58"));
}

}  // namespace
}  // namespace elbow
