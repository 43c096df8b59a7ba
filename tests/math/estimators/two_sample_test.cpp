#include "math/estimators/two_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/numeric.h"

namespace elbow {
namespace {

std::set<std::string> spec_names() {
  std::set<std::string> names;
  for (const EstimatorSpec& spec : estimator_specs()) names.insert(spec.name);
  return names;
}

TEST(TwoSample, EveryRowNamesASpecAndAQuantityOfTheDesign) {
  const auto& quantities = divergence_quantities();
  const auto names = spec_names();
  for (const std::int64_t dim : {1, 2, 20}) {
    for (const auto& estimator : two_sample_estimators({.orders = {0.5, 2}}, dim)) {
      EXPECT_TRUE(names.count(estimator.name)) << estimator.name;
      EXPECT_NE(std::find(quantities.begin(), quantities.end(), estimator.quantity),
                quantities.end())
          << estimator.quantity;
    }
  }
  const std::vector<double> ratios(20, 0.1);
  for (const auto& known : known_ratio_estimates(ratios, ratios, {})) {
    EXPECT_TRUE(names.count(known.name)) << known.name;
  }
}

// Every estimate with a standard error lies near the truth on an easy pair; the tolerance has the
// bias that the specs admit.
TEST(TwoSample, EstimatesLieNearTheExactValues) {
  for (const auto& [first, second] :
       {std::pair<std::string, std::string>{"normal(0,1)", "normal(1,1)"},
        {"normal([0,1],[[1,0.4],[0.4,1]])", "normal([0.3,0.8],[[1,0.4],[0.4,1]])"}}) {
    const auto p = parse_density(first), q = parse_density(second);
    const DivergenceSettings settings{.orders = {0.5}};
    std::map<std::string, double> truth;
    for (const Finding& f : exact_divergences(*p, *q, settings)) {
      truth.emplace(f.quantity, f.estimate.value);
    }
    const Points x = draw(*p, 1000, 5, 1), y = draw(*q, 1000, 5, 2);
    for (const auto& estimator : two_sample_estimators(settings, p->dim())) {
      const Estimate e = evaluate(estimator, x, y, 5);
      ASSERT_FALSE(std::isnan(e.value)) << estimator.name;
      if (!truth.count(estimator.quantity)) continue;
      // Its regularisation has a bias without a bound (tests/math/estimators/ulsif_test.cpp).
      if (estimator.name.starts_with("ulsif")) continue;
      const double t = truth.at(estimator.quantity);
      EXPECT_NEAR(e.value, t, 4 * e.se.value_or(0.0) + 0.3 * t + 0.05)
          << estimator.quantity << " " << estimator.name << " " << first;
    }
  }
}

TEST(TwoSample, AtMostTheFirstPointsAreTakenAndTheNoteSaysSo) {
  const TwoSampleEstimator counting{
      .quantity = "kl",
      .name = "count",
      .note = "a",
      .most_points = 7,
      .equal_sizes = true,
      .estimate = [](const auto& p, const auto& q, std::uint64_t) {
        return Estimate{.value = static_cast<double>(100 * p.size() + q.size()), .note = "b"};
      }};
  const Points many(30, 2), few(5, 2);
  EXPECT_EQ(evaluate(counting, many, many, 1).value, 707);
  EXPECT_EQ(evaluate(counting, many, many, 1).note, "a; b; from 7 points each");
  EXPECT_EQ(evaluate(counting, many, few, 1).value, 505);
  auto free = counting;
  free.equal_sizes = false;
  EXPECT_EQ(evaluate(free, many, few, 1).value, 705);
  EXPECT_EQ(evaluate(free, few, few, 1).note, "a; b");
  EXPECT_EQ(floor_note(free, many, few, 1), "");
  free.has_floor = true;
  EXPECT_EQ(floor_note(free, many, few, 1), "floor 5e+02 (two samples of P, 5 points each)");
}

TEST(TwoSample, OrdersWithoutAnEstimatorAreLeftOut) {
  int renyi = 0, alpha = 0;
  for (const auto& e : two_sample_estimators({.orders = {0, 1, -1, 2, 9}}, 1)) {
    renyi += e.quantity == "renyi";
    alpha += e.quantity == "alpha";
  }
  EXPECT_EQ(renyi, 1);
  EXPECT_EQ(alpha, 2);
}

// k1 and k3 of KL(P||Q) are from samples of P: with the ratio the other way round (a planted
// mistake) they would estimate the reverse KL.
TEST(TwoSample, KnownRatiosGoTheRightWayRound) {
  const auto p = parse_density("normal(0,1)"), q = parse_density("normal(1,2)");
  const Points x = draw(*p, 20000, 1, 1), y = draw(*q, 20000, 1, 2);
  std::vector<double> at_p, at_q;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    at_p.push_back(p->log_density(x.row(i)[0]) - q->log_density(x.row(i)[0]));
    at_q.push_back(p->log_density(y.row(i)[0]) - q->log_density(y.row(i)[0]));
  }
  const std::map<std::string, double> truth = {{"kl", 0.4431471806},
                                               {"reverse_kl", 1.3068528194},
                                               {"jensen_shannon", 0.1281749731},
                                               {"total_variation", 0.3900656601},
                                               {"squared_hellinger", 0.1491945378},
                                               {"le_cam", 0.4349651082}};
  const RatioTails tails{.forward_infinite = true};  // Neyman of pair B is infinite
  for (const auto& known : known_ratio_estimates(at_p, at_q, tails)) {
    if (known.name == "k2") continue;
    if (known.quantity == "kl" && known.name == "k3") {
      EXPECT_FALSE(known.estimate.se);
      EXPECT_FALSE(known.estimate.note.empty());
      continue;
    }
    ASSERT_TRUE(known.estimate.se) << known.name;
    EXPECT_LE(std::fabs(known.estimate.value - truth.at(known.quantity)), 4 * *known.estimate.se)
        << known.quantity << " " << known.name;
  }
  const auto swapped = known_ratio_estimates(at_q, at_p, tails);
  EXPECT_GT(std::fabs(swapped[0].estimate.value - truth.at("kl")), 10 * *swapped[0].estimate.se);
}

TEST(TwoSample, ImpossibleSamplesAreErrorsNotNumbers) {
  const Points one(std::vector<double>{0.5}, 1), other(std::vector<double>{0.7}, 1);
  for (const auto& estimator : two_sample_estimators({}, 1)) {
    try {
      const Estimate e = evaluate(estimator, one, other, 1);
      EXPECT_FALSE(std::isnan(e.value)) << estimator.name;
    } catch (const Error& error) {
      EXPECT_STRNE(error.what(), "");
    }
  }
  Points bad(50, 1), good = draw(*parse_density("normal(0,1)"), 50, 1, 1);
  for (std::int64_t i = 0; i < 50; ++i)
    *bad.row(i) = i == 7 ? kInfinity : 0.1 * static_cast<double>(i);
  for (const auto& estimator : two_sample_estimators({}, 1)) {
    EXPECT_THROW(evaluate(estimator, bad, good, 1), Error) << estimator.name;
    EXPECT_THROW(evaluate(estimator, good, bad, 1), Error) << estimator.name;
  }
}

}  // namespace
}  // namespace elbow
