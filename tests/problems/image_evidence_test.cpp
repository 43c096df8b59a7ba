// What problems state of images with a known ln p(x), on numbers with planted mistakes.
#include "problems/image_evidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "math/numeric.h"
#include "math/threefry.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

/// p(z) = N(0, 1), ln p(x|z) = −½ (x − z)² + const, q = N(m, s²): everything in closed form.
struct Linear {
  double x = 1.2, m = 0.4, s = 0.9;
  double log_p() const { return -0.25 * x * x - 0.5 * std::log(2.0) - 0.5 * kLn2Pi; }
  /// KL of N(a, u²) from N(b, v²).
  static double kl(double a, double u, double b, double v) {
    return std::log(v / u) + (u * u + (a - b) * (a - b)) / (2.0 * v * v) - 0.5;
  }
  double log_w(double z) const {
    const double e = (z - m) / s;
    return -0.5 * (x - z) * (x - z) - 0.5 * kLn2Pi - 0.5 * z * z + 0.5 * e * e + std::log(s);
  }
  PosteriorGaps gaps() const {
    const double sd = std::sqrt(0.5);
    return {kl(m, s, 0.5 * x, sd), kl(0.5 * x, sd, m, s)};
  }
  ImageTruth truth() const {
    ImageTruth t{.log_p = log_p(), .kl = kl(m, s, 0.0, 1.0), .gap = gaps().forward};
    t.reconstruction = -0.5 * ((x - m) * (x - m) + s * s) - 0.5 * kLn2Pi;
    t.eubo = log_p() + gaps().reverse;
    return t;
  }
  std::vector<double> weights(int n) const {
    CounterStream random(3, 0);
    std::vector<double> w;
    for (int i = 0; i < n; ++i) w.push_back(log_w(m + s * random.normal()));
    return w;
  }
};

Verdicts exactly(const std::function<void(ImageTruth&, double& kl)>& mistake) {
  const Linear model;
  ImageTruth t = model.truth();
  double kl = t.kl;
  mistake(t, kl);
  return verdicts([&](const Checks& c) { check_image(c, t, model.gaps(), kl); });
}

TEST(ImageEvidence, TheTruthHolds) {
  expect_none_fails(exactly([](ImageTruth&, double&) {}));
}

TEST(ImageEvidence, WrongBoundsAreCaught) {
  const Verdicts flipped = exactly([](ImageTruth& t, double& kl) { t.kl = kl = -kl; });
  expect_caught(flipped, "V26");
  expect_caught(flipped, "V31/lower");
  expect_caught(flipped, "V31");
  // The KL of the objective averaged over latent dimensions.
  expect_caught(exactly([](ImageTruth&, double& kl) { kl *= 0.5; }), "V53");
  // An eubo from codes of the encoder is the elbo.
  expect_caught(exactly([](ImageTruth& t, double&) { t.eubo = t.elbo(); }), "V31/upper");
}

/// The statements on what is sampled; the mistake may spoil ln w and the elbo.
Verdicts sampled(const std::function<void(std::vector<double>& log_w, Moments& elbo)>& mistake) {
  const Linear model;
  std::vector<double> log_w = model.weights(20000);
  const double mean =
      std::accumulate(log_w.begin(), log_w.end(), 0.0) / static_cast<double>(log_w.size());
  Moments elbo{mean, 0.01, 20000};
  mistake(log_w, elbo);
  return verdicts([&](const Checks& c) {
    check_sampled_bounds(c, model.truth(), elbo, log_w, true);
    check_quadrature(c, model.log_p(), model.log_p(), log_w);
  });
}

TEST(ImageEvidence, SampledWeightsHold) {
  expect_none_fails(sampled([](std::vector<double>&, Moments&) {}));
}

TEST(ImageEvidence, WeightsWithAMistakeAreCaught) {
  // ln q is left out of ln w.
  const Verdicts v = sampled([](std::vector<double>& log_w, Moments& elbo) {
    for (double& w : log_w) w += 0.5 * kLn2Pi;
    elbo.mean += 0.5 * kLn2Pi;
  });
  expect_caught(v, "V26/sampled");
  expect_caught(v, "V30");
  expect_caught(v, "V25/iwae5");
  expect_caught(v, "V25/iwae50");
  expect_caught(v, "V25/elbo");
  expect_caught(v, "V25/iwae");
  expect_caught(v, "V86/iwae");
}

TEST(ImageEvidence, ABoundThatFallsWithKIsCaught) {
  const Linear model;
  const std::vector<double> log_w = model.weights(20000);
  // ln K is taken off twice.
  const auto mutant = [](std::span<const double> w) {
    return importance_bound(w) - std::log(static_cast<double>(w.size()));
  };
  const Verdicts v = verdicts([&](const Checks& c) {
    check_sampled_bounds(c, model.truth(), {model.truth().elbo(), 0.01, 20000}, log_w, true,
                         mutant);
  });
  expect_caught(v, "V25/step5");
  expect_caught(v, "V25/step50");
}

TEST(ImageEvidence, ACoarseGridIsCaught) {
  const Linear model;
  expect_caught(verdicts([&](const Checks& c) {
                  check_quadrature(c, model.log_p() + 1e-3, model.log_p(), model.weights(2000));
                }),
                "V86/refined");
}

/// By the midpoint rule over the posterior N(x/2, 1/2).
Reach reach(const Linear& model, double n) {
  Reach found;
  for (double z = -8.0; z < 8.0; z += 1e-4) {
    const double e = z + 0.5e-4 - 0.5 * model.x;
    const double mass = 1e-4 * std::exp(-e * e) / std::sqrt(std::numbers::pi);
    const double r = std::exp(model.log_w(z + 0.5e-4) - model.log_p());
    if (r > n) {
      found.unreached += mass;
    } else {
      found.second += mass * r;
      found.third += mass * r * r;
    }
  }
  return found;
}

TEST(ImageEvidence, AMassOutOfReachIsCheckedAgainstTheWeights) {
  const Linear model;
  // w / p(x) goes up to 1.41 here: some of it is out of reach of one draw.
  const Reach truth = reach(model, 1.0);
  ASSERT_GT(truth.unreached, 0.5);
  ASSERT_LT(truth.unreached, 0.95);
  const auto verdict = [&](Reach claimed, int n) {
    return verdicts(
        [&](const Checks& c) { check_reach(c, model.log_p(), model.weights(n), 1, claimed); });
  };
  EXPECT_EQ(verdict(truth, 20000).at("V30/reach"), Verdict::holds);
  // The mass under q, in place of that under the posterior.
  const std::vector<double> log_w = model.weights(20000);
  const auto above =
      std::count_if(log_w.begin(), log_w.end(), [&](double w) { return w > model.log_p(); });
  Reach wrong = truth;
  wrong.unreached = static_cast<double>(above) / 20000.0;
  expect_caught(verdict(wrong, 20000), "V30/reach");
  // An encoder that is almost the posterior is judged, and a mass that it does reach is missed.
  Linear close = model;
  close.m = 0.5 * close.x;
  close.s = 0.99 * std::sqrt(0.5);
  const Reach whole = reach(close, 64.0);
  ASSERT_EQ(whole.unreached, 0.0);
  const auto of_close = [&](const Reach& claimed) {
    return verdicts(
        [&](const Checks& c) { check_reach(c, close.log_p(), close.weights(5000), 64, claimed); });
  };
  EXPECT_EQ(of_close(whole).at("V30/reach"), Verdict::holds);
  Reach less = whole;
  less.unreached = 0.01;
  expect_caught(of_close(less), "V30/reach");
  // A handful of draws decides nothing.
  EXPECT_EQ(verdict(truth, 5).at("V30/reach"), Verdict::inconclusive);
}

Verdicts every(const std::vector<double>& log_p) {
  return verdicts([&](const Checks& c) { check_every_image(c, log_p, {6.0, 3.0, 1.0, 0.0}); });
}

TEST(ImageEvidence, ProbabilitiesThatDoNotSumToOneAreCaught) {
  const std::vector<double> right = {std::log(0.5), std::log(0.3), std::log(0.1), std::log(0.1)};
  expect_none_fails(every(right));
  std::vector<double> averaged;  // over pixels, in place of their sum
  for (const double value : right) averaged.push_back(0.5 * value);
  expect_caught(every(averaged), "V85");
  expect_caught(every(averaged), "V33");
}

}  // namespace
}  // namespace elbow::problems
