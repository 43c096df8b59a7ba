// What problems state of trained linear VAEs, on numbers with planted mistakes.
#include "problems/linear_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

const std::vector<double> kSpectrum = {4.0, 2.0, 1.2, 0.5, 0.3, 0.1};

LinearNumbers numbers_of(const LinearOptimum& o) {
  return {o.elbo, o.total_kl, o.reconstruction, o.sse, o.kl, 0.0, 0.0, o.sse};
}

struct Learned {
  LinearNumbers found;
  double sigma, log_p;
};

Verdicts learned(const std::function<void(Learned&)>& mistake) {
  const LinearOptimum truth = learned_variance_optimum(kSpectrum, 2);
  Learned l{numbers_of(truth), std::sqrt(truth.variance), truth.elbo - 1e-3};
  mistake(l);
  return verdicts(
      [&](const Checks& c) { check_learned_variance(c, l.found, l.sigma, l.log_p, 6, truth); });
}

TEST(LinearComparison, TheOptimumWithLearnedVarianceHolds) {
  expect_none_fails(learned([](Learned&) {}));
}

TEST(LinearComparison, AnotherModelIsCaught) {
  const Verdicts v = learned([](Learned& l) {
    // The optimum of one more latent dimension.
    const LinearOptimum other = learned_variance_optimum(kSpectrum, 3);
    l = {numbers_of(other), std::sqrt(other.variance), other.elbo};
  });
  expect_caught(v, "V87/elbo");
  expect_caught(v, "V87/log_p");
  expect_caught(v, "V87/variance");
  expect_caught(v, "V87/kl");
  expect_caught(v, "V87/kl/0");
  expect_caught(learned([](Learned& l) { l.found.sse /= 6.0; }), "V89");  // a mean for a sum
}

TEST(LinearComparison, WhatIsDrawnMayDifferByFourOfItsStandardErrorsMore) {
  const auto with = [](double se, double away) {
    return learned([=](Learned& l) {
      l.found.reconstruction_se = se;
      l.found.elbo += 0.005 * std::abs(l.found.elbo) + away;
    });
  };
  expect_none_fails(with(0.1, 0.39));
  expect_caught(with(0.1, 0.45), "V87/elbo");
  expect_caught(with(0.0, 0.05), "V87/elbo");
}

constexpr double kBeta = 2.0, kVariance = 0.25;

Verdicts fixed(const std::function<void(LinearNumbers&)>& mistake) {
  LinearNumbers found = numbers_of(fixed_variance_optimum(kSpectrum, 6, kBeta, kVariance));
  found.kl_dim.resize(6, 0.0);
  mistake(found);
  return verdicts(
      [&](const Checks& c) { check_fixed_variance(c, found, kSpectrum, 6, kBeta, kVariance); });
}

TEST(LinearComparison, TheOptimumWithFixedVarianceHolds) {
  expect_none_fails(fixed([](LinearNumbers&) {}));
}

TEST(LinearComparison, AnotherWeightOfTheKlIsCaught) {
  const auto of_beta = [](double beta) {
    return fixed([=](LinearNumbers& found) {
      found = numbers_of(fixed_variance_optimum(kSpectrum, 6, beta, kVariance));
      found.kl_dim.resize(6, 0.0);
    });
  };
  const Verdicts light = of_beta(0.5 * kBeta), heavy = of_beta(4.0 * kBeta);
  expect_caught(light, "V87/active/most");
  expect_caught(heavy, "V87/active/least");
  expect_caught(light, "V87/kl/0");
  expect_caught(light, "V87/kl");
  expect_caught(light, "V87/sse");
  expect_caught(light, "V87/loss");
}

Verdicts slopes(double weight) {
  const auto truth = [](double beta) {
    return fixed_variance_optimum(kSpectrum, 6, beta, kVariance);
  };
  std::vector<RatePoint> points;
  for (const double beta : {1.3, 2.2}) {
    const LinearOptimum o = truth(weight * beta);
    points.push_back({beta, o.total_kl, -o.reconstruction});
  }
  return verdicts([&](const Checks& c) { check_slopes(c, points, truth); });
}

TEST(LinearComparison, ACurveOfAnotherBetaIsCaught) {
  expect_none_fails(slopes(1.0));
  expect_caught(slopes(2.0), "V90/1.3-2.2");
  expect_caught(slopes(2.0), "V90/1.3-2.2/lower");
  expect_caught(slopes(0.5), "V90/1.3-2.2/upper");
}

LinearOptimum published(double variance, double log_p, double kl, double sse,
                        std::int64_t active = 0) {
  LinearOptimum o;
  o.variance = variance;
  o.elbo = log_p;
  o.total_kl = kl;
  o.sse = sse;
  o.active = active;
  return o;
}

TEST(LinearComparison, EigenvaluesOfOtherDataAreCaught) {
  const auto all = [](double factor) {
    return verdicts([=](const Checks& c) {
      check_published_learned(c, [=](std::int64_t latent) {
        const std::map<std::int64_t, LinearOptimum> table = {
            {2, published(.056096 * factor, 12.428 * factor, 4.357 * factor, 43.979 * factor)},
            {10, published(.034867, 182.155, 21.030, 27.336)},
            {50, published(.012596, 507.905, 94.401, 9.875)}};
        return table.at(latent);
      });
      check_published_fixed(c, [=](double beta) {
        if (beta == 1.0) {
          return published(0.1, 0.0, 45.109 * factor, 13.644 * factor,
                           static_cast<std::int64_t>(69 * factor));
        }
        return beta == 2.0 ? published(0.1, 0.0, 25.481, 19.169, 45)
                           : published(0.1, 0.0, 5.809, 34.179, 15);
      });
    });
  };
  expect_none_fails(all(1.0));
  const Verdicts v = all(1.05);
  expect_caught(v, "truth/q=2/V87/variance");
  expect_caught(v, "truth/q=2/V87/log_p");
  expect_caught(v, "truth/q=2/V87/kl");
  expect_caught(v, "truth/q=2/V87/sse");
  expect_caught(v, "truth/beta=1/V87/active");
  expect_caught(v, "truth/beta=1/V87/kl");
  expect_caught(v, "truth/beta=1/V87/sse");
}

}  // namespace
}  // namespace elbow::problems
