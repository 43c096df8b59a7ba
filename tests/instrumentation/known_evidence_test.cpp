#include "instrumentation/known_evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "instrumentation/latent_probe.h"
#include "objectives/truth_identities.h"
#include "tests/instrumentation/toy_latent_model.h"
#include "tests/support/identities.h"

namespace elbow {
namespace {

using testing::toy_images;
using testing::toy_log_p;
using testing::toy_model;

const std::vector<double> kX = {0.4, -1.5, 2.7, 0.0, -0.3, 1.1, -2.2, 0.9};

/// ln N(x; 0, 1 + d): the exact density of the model's own data.
std::vector<double> own_density(const PointsView& x, std::int64_t d) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.size(); ++i) values.push_back(toy_log_p(x.at(i, 0), d));
  return values;
}

Values probed(const LatentModel& model, std::function<double(double)> log_density = {}) {
  Values values;
  EvidenceProbeOptions options{.seed = 5, .log_density = {}};
  if (log_density) {
    options.log_density = [=](const PointsView& x) {
      std::vector<double> all;
      for (std::int64_t i = 0; i < x.size(); ++i) all.push_back(log_density(x.at(i, 0)));
      return all;
    };
  }
  probe_evidence(model, toy_images(kX), options, values);
  probe_latent(model, toy_images(kX), {.seed = 5}, values);
  return values;
}

// q(z|x) = N(x/2, 1/2) is the posterior of z ~ N(0, 1), x|z ~ N(z, 1).
TEST(KnownEvidence, ALineWithTheExactPosterior) {
  const Values values = probed(toy_model(1, 0.5, std::log(0.5)));
  EXPECT_NEAR(values["truth/log_likelihood"], testing::mean_toy_log_p(kX, 1), 1e-5);
  EXPECT_LE(values["truth/log_likelihood/error"], 3e-4);
  EXPECT_NEAR(values["truth/posterior_kl"], 0.0, 1e-5);
  EXPECT_NEAR(values["truth/gap/elbo"], 0.0, 1e-5);
  EXPECT_NEAR(values["truth/gap/iwae8"], 0.0, 1e-5);
}

// The posterior of two latents under x|z ~ N(z₁ + z₂, 1) has mean x/3 and covariance
// I − 11ᵀ/3: KL(N(m, s² I) ‖ it) in closed form, its inverse covariance is I + 11ᵀ.
TEST(KnownEvidence, APlaneWithAWrongPosterior) {
  const double slope = 0.2, log_var = -1.0, variance = std::exp(log_var);
  const Values values = probed(toy_model(2, slope, log_var));
  EXPECT_NEAR(values["truth/log_likelihood"], testing::mean_toy_log_p(kX, 2), 1e-5);
  double kl = 0.0;
  for (const double x : kX) {
    const double off = slope * x - x / 3.0;    // of both coordinates
    const double quadratic = 6.0 * off * off;  // 1ᵀ(I + 11ᵀ)1 = 6
    kl += 0.5 * (4.0 * variance + quadratic - 2.0 - std::log(3.0) - 2.0 * log_var) /
          static_cast<double>(kX.size());
  }
  EXPECT_NEAR(values["truth/posterior_kl"], kl, 2e-4);
}

TEST(KnownEvidence, StatementsHoldAndTheirMistakesAreCaught) {
  const LatentModel model = toy_model(2, 0.2, -1.0);
  const auto own = [](double x) { return toy_log_p(x, 2); };
  const Values sound = probed(model, own);
  const auto identities = known_evidence_identities();
  const auto results = testing::check(identities, sound);
  EXPECT_EQ(results.size(), identities.size());
  for (const CheckResult& r : results) {
    if (r.kind == IdentityKind::optimum) continue;
    EXPECT_EQ(r.verdict, Verdict::holds) << r.id << " " << r.z;
  }
  const auto planted = [&](const std::string& key, double value) {
    Values wrong = sound;
    wrong.set(key, Moments{value, sound.at(key).se, sound.at(key).count});
    return wrong;
  };
  const auto below_zero = [&](const std::string& key, const std::string& noise) {
    return planted(key, -5.0 * sound.at(noise).se - 0.01);
  };
  using testing::expect_caught;
  // Bounds that lie above ln p(x): a KL with its sign flipped, the surrogate Σ w̃ ln w.
  expect_caught(identities, below_zero("truth/gap/elbo", "truth/gap/difference"), "V25.elbo");
  expect_caught(identities, below_zero("truth/gap/iwae8", "truth/gap/iwae8"), "V25.iwae");
  expect_caught(identities, planted("truth/posterior_kl/min", -0.01), "V26.sign");
  // A gap that is not the divergence of the posteriors.
  const double off = 5.0 * sound.at("truth/gap/difference").se;
  expect_caught(identities, planted("truth/gap/elbo", sound["truth/posterior_kl"] + off), "V26");
}

// A model that is better than the data's own density does not exist: the meter is far below 0 where
// an sd is a variance.
TEST(KnownEvidence, AWrongDensityOfTheDataIsSeen) {
  const LatentModel model = toy_model(1, 0.5, std::log(0.5));
  const auto shifted = [](double x) { return toy_log_p(x, 1) - 0.5 - 0.01 * x; };
  for (const CheckResult& r : testing::check(known_evidence_identities(), probed(model, shifted))) {
    if (r.id != "V25.data") continue;
    EXPECT_LT(r.z, -4.0);
    EXPECT_EQ(r.verdict, Verdict::inconclusive);
  }
}

// V86: a decoder that bends, against a sum over a fine grid.
TEST(KnownEvidence, ABentDecoderAgainstAFineGrid) {
  LatentModel model = toy_model(1, 0.5, -3.0);
  const auto mean = [](double z) { return std::abs(z) + 0.3 * std::sin(5.0 * z); };
  const double sd = 0.05;
  model.log_likelihood = [=](const Tensor& z, const Tensor& x) {
    const Tensor off = (x.select(1, 0) - z.select(1, 0).abs() - 0.3 * (5.0 * z.select(1, 0)).sin());
    return -0.5 * (off / sd).square() - std::log(sd) - 0.5 * std::log(2.0 * std::numbers::pi);
  };
  Values values;
  const std::vector<double> x = {0.7, 1.4};
  probe_evidence(model, toy_images(x), {.seed = 5, .log_density = {}}, values);
  double expected = 0.0;
  for (const double v : x) {
    double sum = 0.0;
    const double h = 1e-5;
    for (double z = -7.0; z < 7.0; z += h) {
      const double u = (v - mean(z)) / sd;
      sum += h * std::exp(-0.5 * (u * u + z * z)) / (2.0 * std::numbers::pi * sd);
    }
    expected += 0.5 * std::log(sum);
  }
  EXPECT_NEAR(values["truth/log_likelihood"], expected, 3e-4);
}

// The same decoder with kinks: KL(q ‖ posterior) of an encoder whose posterior spans them.
TEST(KnownEvidence, DivergenceOfABentDecoderAgainstAFineGrid) {
  for (const double slope : {0.3, 1.0, 3.0}) {
    LatentModel model = toy_model(1, 0.5, -1.0);
    model.log_likelihood = [=](const Tensor& z, const Tensor& x) {
      const Tensor off = x.select(1, 0) - slope * z.select(1, 0).clamp_min(0.1);
      return -0.5 * off.square() - 0.5 * std::log(2.0 * std::numbers::pi);
    };
    Values values;
    const double x = 0.3;
    probe_evidence(model, toy_images({x}), {.seed = 5, .log_density = {}}, values);
    double evidence = 0.0, expected = 0.0;
    const double h = 1e-4, mean = 0.5 * x, variance = std::exp(-1.0);
    const auto log_joint = [=](double z) {
      const double off = x - slope * std::max(z, 0.1);
      return -0.5 * (off * off + z * z) - std::log(2.0 * std::numbers::pi);
    };
    for (double z = -9.0; z < 9.0; z += h) evidence += h * std::exp(log_joint(z));
    for (double z = -9.0; z < 9.0; z += h) {
      const double log_q =
          -0.5 * ((z - mean) * (z - mean) / variance + std::log(2.0 * std::numbers::pi * variance));
      expected += h * std::exp(log_q) * (log_q - log_joint(z) + std::log(evidence));
    }
    if (values.contains("truth/posterior_kl")) {
      EXPECT_NEAR(values["truth/posterior_kl"], expected, 3e-3) << slope;
    }
    if (slope <= 1.0) {
      EXPECT_EQ(values["truth/images"], 1.0);
    }
  }
}

TEST(KnownEvidence, NothingBeyondAPlaneOrForNumbersThatAreNotFinite) {
  EXPECT_FALSE(probed(toy_model(3, 0.2, -1.0)).contains("truth/log_likelihood"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(probed(toy_model(1, nan, -1.0)).contains("truth/log_likelihood"));
  Values values;
  probe_evidence(toy_model(1, 0.5, -1.0), {}, {.seed = 1, .log_density = {}}, values);
  EXPECT_TRUE(values.all().empty());
}

TEST(KnownEvidence, EveryTermIsDeclaredAndEmitted) {
  Values values;
  EvidenceProbeOptions options{.seed = 5, .log_density = {}};
  options.log_density = [](const PointsView& x) { return own_density(x, 1); };
  probe_evidence(toy_model(1, 0.5, -1.0), toy_images(kX), options, values);
  std::set<std::string> declared, emitted;
  for (const TermSpec& term : known_evidence_terms()) declared.insert(term.name);
  for (const auto& [key, moments] : values.all()) emitted.insert(key);
  EXPECT_EQ(declared, emitted);
}

}  // namespace
}  // namespace elbow
