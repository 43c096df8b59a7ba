#include "instrumentation/latent_probe.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "math/densities/expression.h"
#include "math/threefry.h"
#include "objectives/probe_identities.h"
#include "tests/instrumentation/toy_latent_model.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using testing::toy_images;
using testing::toy_model;

/// n draws from the model's own data, N(0, 1 + d).
std::vector<double> data(std::int64_t n, std::int64_t d, std::uint64_t seed = 3) {
  CounterStream random(seed, 1);
  std::vector<double> x;
  for (std::int64_t i = 0; i < n; ++i)
    x.push_back(std::sqrt(1.0 + static_cast<double>(d)) * random.normal());
  return x;
}

Values probed(const LatentModel& model, const std::vector<double>& x,
              LatentProbeOptions options = {.dataset_size = 5000, .seed = 7}) {
  Values values;
  probe_latent(model, toy_images(x), options, values);
  return values;
}

// Where q is the posterior every weight is p(x): all bounds are ln p(x), all codes count alike.
TEST(LatentProbe, ExactPosteriorMakesEveryBoundTheLikelihood) {
  const std::vector<double> x = data(64, 1);
  const Values v = probed(toy_model(1, 0.5, std::log(0.5)), x);
  const std::vector<double> first(x.begin(), x.begin() + 16);
  const double log_p = testing::mean_toy_log_p(first, 1);
  for (const char* name : {"", "/elbo", "/renyi_half", "/renyi_minus_one", "/largest",
                           "/leave_one_out", "/surrogate"}) {
    EXPECT_NEAR(v["probe/iwae8" + std::string(name)], log_p, 1e-5) << name;
    EXPECT_EQ(v.at("probe/iwae8" + std::string(name)).count, 16);
  }
  EXPECT_NEAR(v["probe/iwae8/gain"], 0.0, 1e-5);
  EXPECT_NEAR(v["probe/iwae8/entropy"], std::log(8.0), 1e-5);
  EXPECT_NEAR(v["probe/iwae8/perplexity"], 8.0, 1e-4);
  EXPECT_NEAR(v["probe/iwae8/effective_sample_size"], 8.0, 1e-4);
  EXPECT_NEAR(v["probe/aggregate/log_batch"], std::log(64.0), 1e-12);
}

// z|x ~ N(x/2, 1/2) with x ~ N(0, 2): q(z) = N(0, 1) and I_q = ½ ln 2, TC = 0, DW = 0.
TEST(LatentProbeStatistical, AggregateTermsOfALinearModel) {
  const double information = 0.5 * std::log(2.0);
  double batch = 0.0, others = 0.0, dimension_wise = 0.0;
  const int repetitions = 40;
  std::vector<double> kl;
  for (int r = 0; r < repetitions; ++r) {
    const Values v = probed(toy_model(1, 0.5, std::log(0.5)), data(64, 1, 10 + r),
                            {.dataset_size = 5000, .seed = static_cast<std::uint64_t>(100 + r)});
    batch += v["probe/aggregate/mutual_information/batch"] / repetitions;
    others += v["probe/aggregate/mutual_information/leave_one_out"] / repetitions;
    dimension_wise += v["probe/aggregate/dimension_wise_kl"] / repetitions;
    kl.push_back(v["probe/aggregate/kl"]);
    EXPECT_NEAR(v["probe/aggregate/total_correlation"], 0.0, 1e-9) << "one dimension";
  }
  // 64 codes of sd about 1, 40 times: standard errors of 0.015 and below.
  EXPECT_LT(batch, information + 0.06);
  EXPECT_GT(others, information - 0.06);
  EXPECT_LT(others - batch, 0.2);
  EXPECT_NEAR(dimension_wise, 0.0, 0.1);
  double mean = 0.0, squares = 0.0;
  for (const double value : kl) mean += value / repetitions;
  for (const double value : kl) squares += (value - mean) * (value - mean);
  // E KL(q(z|x) ‖ p(z)) = I_q + KL(q(z) ‖ p(z)) = ½ ln 2.
  EXPECT_NEAR(mean, information, 4.0 * std::sqrt(squares / (repetitions * (repetitions - 1.0))));
}

/// The record of both tiers.
Values both_tiers() {
  const LatentModel model = toy_model(2, 0.2, -1.0);
  const std::vector<double> x = data(600, 2);
  Values values = probed(model, x);
  probe_latent(model, toy_images(x), {.size = epoch_probe_size(), .dataset_size = 5000, .seed = 7},
               values);
  return values;
}

TEST(LatentProbe, EveryStatementIsEvaluatedAndHoldsInBothTiers) {
  const auto identities = latent_probe_identities();
  const auto results = testing::check(identities, both_tiers());
  EXPECT_EQ(results.size(), identities.size());
  for (const CheckResult& r : results)
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id << ": " << r.lhs << " " << r.rhs;
}

// Each statement sees a value that is wrong by the mistake it is about.
TEST(LatentProbe, MistakesAreCaught) {
  const auto identities = latent_probe_identities();
  const Values sound = both_tiers();
  for (const std::string tier : {"probe", "epoch"}) {
    const std::string weights = tier == "probe" ? "probe/iwae8" : "epoch/iwae64";
    const std::string suffix = tier == "probe" ? "" : ".epoch";
    const double k = tier == "probe" ? 8.0 : 64.0;
    const auto caught = [&](const std::string& key, double value, const std::string& id) {
      SCOPED_TRACE(key);
      Values wrong = sound;
      wrong.set(key, Moments{value, sound.at(key).se, sound.at(key).count});
      testing::expect_caught(identities, wrong, id + suffix);
    };
    const auto at = [&](const std::string& name) { return sound[weights + name]; };
    caught(weights + "/elbo", at("/largest"), "V15.elbo");
    caught(weights + "/renyi_half", at("") + 0.01, "V15.half");
    caught(weights, at("/renyi_minus_one") + 0.01, "V15.iwae");
    caught(weights + "/renyi_minus_one", at("/largest") + 0.01, "V15.minus_one");
    // A sum of the weights in place of their mean, and a mean of 1/K twice.
    caught(weights, at("") + std::log(k), "V18");
    caught(weights, at("/largest") - std::log(k) - 0.01, "V16");
    caught(weights + "/leave_one_out", at("") + 0.01, "V17");
    // The surrogate Σ w̃ ln w logged as the bound.
    caught(weights, at("/surrogate"), "V18");
    caught(weights + "/effective_sample_size", 1.0 / at("/effective_sample_size"), "V19.least");
    caught(weights + "/perplexity", at("/effective_sample_size") - 0.01, "V19.ess");
    caught(weights + "/perplexity", k + 0.01, "V19.most");
    const std::string aggregate = tier + "/aggregate/";
    // A KL averaged over the two latents; weights of the aggregate once per dimension.
    caught(aggregate + "kl", 0.5 * sound[aggregate + "kl"], "V54");
    caught(aggregate + "total_correlation", sound[aggregate + "total_correlation"] - 33.0, "V54");
    caught(aggregate + "mutual_information/max", sound[aggregate + "log_batch"] + 0.01, "V57");
    const std::string information = aggregate + "mutual_information/";
    // Weights that sum to 1/N, and to N.
    const double log_n = sound[aggregate + "log_images"];
    caught(information + "symmetric_mss", sound[information + "symmetric_mss"] + log_n, "V54.most");
    caught(information + "symmetric_mss", sound[information + "symmetric_mss"] - log_n,
           "V54.least");
    caught(information + "batch",
           sound[information + "leave_one_out"] + 5.0 * sound.at(information + "excess").se, "V58");
  }
}

TEST(LatentProbe, EveryTermIsDeclaredAndEmitted) {
  std::set<std::string> declared, emitted;
  for (const LatentProbeSize& size : {step_probe_size(), epoch_probe_size()})
    for (const TermSpec& term : latent_probe_terms(size)) declared.insert(term.name);
  const Values values = both_tiers();
  for (const auto& [key, moments] : values.all()) emitted.insert(key);
  EXPECT_EQ(declared, emitted);
}

TEST(LatentProbe, TheSameNumbersEveryTimeAndNoneFromTheGlobalGenerator) {
  const at::Generator& global = at::detail::getDefaultCPUGenerator();
  const Tensor before = global.get_state().clone();
  const Values one = both_tiers(), two = both_tiers();
  EXPECT_TRUE(at::equal(global.get_state(), before));
  for (const auto& [key, moments] : one.all()) EXPECT_EQ(moments.mean, two[key]) << key;
  const Values other =
      probed(toy_model(2, 0.2, -1.0), data(600, 2), {.dataset_size = 5000, .seed = 8});
  EXPECT_NE(other["probe/iwae8"], one["probe/iwae8"]);
}

TEST(LatentProbe, NothingFromNoImagesOrNumbersThatAreNotFinite) {
  Values values;
  probe_latent(toy_model(1, 0.5, -1.0), {}, {}, values);
  EXPECT_TRUE(values.all().empty());
  EXPECT_TRUE(probed(toy_model(1, std::nan(""), -1.0), data(8, 1)).all().empty());
}

// One image has weights, and no aggregate.
TEST(LatentProbe, FewImages) {
  const Values one = probed(toy_model(1, 0.5, -1.0), {0.3});
  EXPECT_TRUE(one.contains("probe/iwae8"));
  EXPECT_FALSE(one.contains("probe/aggregate/kl"));
  EXPECT_EQ(probed(toy_model(1, 0.5, -1.0), data(5, 1)).at("probe/aggregate/kl").count, 5);
}

}  // namespace
}  // namespace elbow
