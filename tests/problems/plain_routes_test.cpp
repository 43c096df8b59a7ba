// The second routes of problems/plain_routes.h: right parts hold, planted mistakes are named.
#include "problems/plain_routes.h"

#include <ATen/ops/log_sigmoid.h>
#include <gtest/gtest.h>

#include <cmath>

#include "math/host.h"
#include "math/threefry.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

Tensor bernoulli(const Tensor& l, const Tensor& x) {
  return (x * at::log_sigmoid(l) + (1.0 - x) * at::log_sigmoid(-l)).sum(1);
}

TEST(PlainRoutes, ABernoulliMeanOfPixelsIsNamed) {
  expect_none_fails(verdicts([](const Checks& c) { check_bernoulli(c, bernoulli); }));
  expect_caught(verdicts([](const Checks& c) {
                  check_bernoulli(c, [](const Tensor& l, const Tensor& x) {
                    return bernoulli(l, x) / static_cast<double>(x.size(1));
                  });
                }),
                "plain/bernoulli");
}

std::vector<double> slopes_of(const Tensor& w, const Tensor& x) {
  return to_doubles((2.0 * x * w).square().sum(1).sqrt());
}

PenaltyNumbers penalty_from(std::vector<double> values, double weight) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  return {std::move(values), weight * mean};
}

auto gradient_penalty(bool ignores_target) {
  return [=](const Tensor& w, const Tensor& x, double lambda, double target) {
    std::vector<double> values = slopes_of(w, x);
    for (double& v : values) v = std::pow(v - (ignores_target ? 1.0 : target), 2);
    return penalty_from(std::move(values), lambda);
  };
}

TEST(PlainRoutes, AGradientPenaltyThatIgnoresItsTargetIsNamed) {
  expect_none_fails(
      verdicts([](const Checks& c) { check_gradient_penalty(c, gradient_penalty(false)); }));
  const Verdicts wrong =
      verdicts([](const Checks& c) { check_gradient_penalty(c, gradient_penalty(true)); });
  expect_caught(wrong, "plain/gradient_penalty");
  expect_caught(wrong, "plain/gradient_penalty/loss");
}

auto r1(double in_term, double in_loss) {
  return [=](const Tensor& w, const Tensor& x, double gamma) {
    std::vector<double> values = slopes_of(w, x);
    for (double& v : values) v *= v * in_term;
    PenaltyNumbers numbers = penalty_from(std::move(values), gamma);
    numbers.loss *= in_loss / in_term;
    return numbers;
  };
}

TEST(PlainRoutes, R1WithoutItsHalfIsNamed) {
  expect_none_fails(verdicts([](const Checks& c) { check_r1(c, r1(0.5, 0.5)); }));
  expect_caught(verdicts([](const Checks& c) { check_r1(c, r1(1.0, 1.0)); }), "plain/r1");
  expect_caught(verdicts([](const Checks& c) { check_r1(c, r1(0.5, 1.0)); }), "plain/r1/loss");
}

double half_square(const std::vector<double>& outputs, double label) {
  double sum = 0.0;
  for (const double c : outputs) sum += 0.5 * std::pow(c - label, 2);
  return sum / static_cast<double>(outputs.size());
}

auto least_squares(bool swapped, bool wrong_generator) {
  return [=](const std::vector<double>& real, const std::vector<double>& fake, double a, double b,
             double c) {
    if (swapped) std::swap(a, b);
    LabelledLosses losses{half_square(real, b), half_square(fake, a), 0.0,
                          half_square(fake, wrong_generator ? b : c)};
    losses.discriminator = losses.real + losses.fake;
    return losses;
  };
}

TEST(PlainRoutes, SwappedLabelsAreNamed) {
  expect_none_fails(
      verdicts([](const Checks& c) { check_least_squares(c, least_squares(false, false)); }));
  const Verdicts swapped =
      verdicts([](const Checks& c) { check_least_squares(c, least_squares(true, false)); });
  expect_caught(swapped, "plain/least_squares/real");
  expect_caught(swapped, "plain/least_squares/fake");
  expect_caught(swapped, "plain/least_squares/discriminator");
  expect_caught(
      verdicts([](const Checks& c) { check_least_squares(c, least_squares(false, true)); }),
      "plain/least_squares/generator");
}

TEST(PlainRoutes, TheSameDrawAgainIsNamed) {
  CounterStream random(5, 1);
  std::vector<double> first, second;
  for (int i = 0; i < 64; ++i) first.push_back(random.normal());
  for (int i = 0; i < 64; ++i) second.push_back(random.normal());
  expect_none_fails(verdicts([&](const Checks& c) { check_fresh_draws(c, first, second); }));
  expect_caught(verdicts([&](const Checks& c) { check_fresh_draws(c, first, first); }),
                "fresh/latent");
}

std::vector<double> adam(const AdamRule& rule, bool corrected, const std::vector<double>& start,
                         const std::vector<std::vector<double>>& gradients) {
  std::vector<double> w = start, m(w.size(), 0.0), v(w.size(), 0.0);
  double b1 = 1.0, b2 = 1.0;
  for (const auto& g : gradients) {
    b1 *= rule.beta1;
    b2 *= rule.beta2;
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] += (1.0 - rule.beta1) * (g[i] - m[i]);
      v[i] += (1.0 - rule.beta2) * (g[i] * g[i] - v[i]);
      const double mean = corrected ? m[i] / (1.0 - b1) : m[i];
      const double square = corrected ? v[i] / (1.0 - b2) : v[i];
      w[i] -= rule.lr * mean / (std::sqrt(square) + rule.eps);
    }
  }
  return w;
}

TEST(PlainRoutes, AdamWithoutBiasCorrectionIsNamed) {
  const AdamRule rule;
  for (const bool corrected : {true, false}) {
    const Verdicts v = verdicts([&](const Checks& c) {
      check_adam(c, rule,
                 [&](const auto& w, const auto& g) { return adam(rule, corrected, w, g); });
    });
    corrected ? expect_none_fails(v) : expect_caught(v, "rule/adam");
  }
}

TEST(PlainRoutes, OneMaskForEverIsNamed) {
  CounterStream random(6, 1);
  const auto mask = [&](double p) {
    std::vector<double> values;
    for (int i = 0; i < 2048; ++i) values.push_back(random.uniform() < p ? 1.0 : 0.0);
    return values;
  };
  const std::vector<double> first = mask(0.4);
  expect_none_fails(verdicts([&](const Checks& c) { check_masks(c, first, mask(0.4), 0.4); }));
  expect_caught(verdicts([&](const Checks& c) { check_masks(c, first, first, 0.4); }),
                "fresh/masks");
  expect_caught(verdicts([&](const Checks& c) { check_masks(c, mask(0.5), mask(0.5), 0.4); }),
                "fresh/masks/mean");
}

TEST(PlainRoutes, AveragesOfAnotherRecursionAreNamed) {
  const std::vector<double> before = {1.0, -2.0}, weights = {3.0, 5.0};
  const auto after = [&](double d) {
    return std::vector<double>{d * before[0] + (1 - d) * weights[0],
                               d * before[1] + (1 - d) * weights[1]};
  };
  const auto held = [&](double d) {
    return verdicts([&](const Checks& c) { check_averages(c, 2, 0.9, before, weights, after(d)); });
  };
  expect_none_fails(held(3.0 / 12.0));
  expect_caught(held(0.9), "rule/averages");         // no warm-up
  expect_caught(held(9.0 / 12.0), "rule/averages");  // decay and its complement exchanged
}

TEST(PlainRoutes, AnEvaluationThatIgnoresTheAveragesIsNamed) {
  Values averaged, live, right, wrong;
  averaged.set("loss", 1.0);
  live.set("loss", 2.0);
  right.set("loss", 1.0);
  right.set("live/loss", 2.0);
  wrong.set("loss", 2.0);
  wrong.set("live/loss", 1.0);
  expect_none_fails(
      verdicts([&](const Checks& c) { check_evaluation(c, right, averaged, live, "loss"); }));
  const Verdicts v =
      verdicts([&](const Checks& c) { check_evaluation(c, wrong, averaged, live, "loss"); });
  expect_caught(v, "evaluation/averages");
  expect_caught(v, "evaluation/live");
}

}  // namespace
}  // namespace elbow::problems
