#include "math/divergences/enumeration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

std::map<std::string, Finding> between(const char* p, const char* q, double order = 0.5) {
  DivergenceSettings settings;
  settings.orders = {order};
  settings.bandwidths = {1.0};
  std::map<std::string, Finding> rows;
  for (Finding& f :
       enumerated_divergences(*parse_discrete_law(p), *parse_discrete_law(q), settings))
    rows.emplace(f.quantity, f);
  return rows;
}

TEST(Enumeration, TwoCoins) {
  const auto d = between("bernoulli(0.5)", "bernoulli(0.7)", 2.0);
  const auto value = [&](const char* name) { return d.at(name).estimate.value; };
  EXPECT_NEAR(value("kl"), 0.5 * std::log(0.5 / 0.7) + 0.5 * std::log(0.5 / 0.3), 1e-15);
  EXPECT_NEAR(value("reverse_kl"), 0.7 * std::log(1.4) + 0.3 * std::log(0.6), 1e-15);
  EXPECT_NEAR(value("total_variation"), 0.2, 1e-15);
  EXPECT_NEAR(value("squared_hellinger"), 1 - std::sqrt(0.35) - std::sqrt(0.15), 1e-15);
  EXPECT_NEAR(value("pearson_chi2"), 0.04 / 0.7 + 0.04 / 0.3, 1e-15);
  EXPECT_NEAR(value("renyi"), std::log(1 + 0.04 / 0.7 + 0.04 / 0.3), 1e-15);
  EXPECT_NEAR(value("alpha"), 0.5 * value("pearson_chi2"), 1e-15);
  EXPECT_NEAR(value("wasserstein1"), 0.2, 1e-15);
  EXPECT_NEAR(value("wasserstein2_squared"), 0.2, 1e-15);
  EXPECT_NEAR(value("energy"), 2 * 0.04, 1e-15);
  EXPECT_NEAR(value("mmd2"), 2 * 0.04 * (1 - std::exp(-0.5)), 1e-15);
  EXPECT_NEAR(value("frechet"), 0.04 + std::pow(0.5 - std::sqrt(0.21), 2), 1e-14);
  EXPECT_EQ(d.size(), divergence_quantities().size() - 1) << "f_divergence has a row per formula";
}

TEST(Enumeration, WhatQDoesNotCoverIsInfinite) {
  const auto d = between("categorical(0.2,0.3,0.5)", "categorical(0.5,0.5)");
  EXPECT_EQ(d.at("kl").estimate.value, kInfinity);
  EXPECT_EQ(d.at("pearson_chi2").estimate.value, kInfinity);
  EXPECT_NEAR(d.at("reverse_kl").estimate.value, 0.5 * std::log(2.5) + 0.5 * std::log(5.0 / 3),
              1e-15);
  EXPECT_NEAR(d.at("total_variation").estimate.value, 0.5, 1e-15);
  const auto apart = between("bernoulli(0)", "bernoulli(1)");
  EXPECT_EQ(apart.at("renyi").estimate.value, kInfinity);
  EXPECT_NEAR(apart.at("jensen_shannon").estimate.value, kLn2, 1e-15);
  EXPECT_EQ(apart.at("total_variation").estimate.value, 1.0);
}

TEST(Enumeration, OneLawWrittenInTwoWaysHasZeros) {
  for (const auto& [p, q] : {std::pair("bernoulli(0.3)", "categorical(0.7,0.3)"),
                             std::pair("binomial(1,0.3)", "bernoulli(0.3)"),
                             std::pair("binomial(2,0.5)", "categorical(0.25,0.5,0.25)")}) {
    for (const auto& [name, f] : between(p, q)) EXPECT_EQ(f.estimate.value, 0.0) << name << p << q;
  }
}

// KL of binomials is n times that of one trial; near p it is n δ² / (2 p (1 - p)).
TEST(Enumeration, BinomialsAndNearLaws) {
  const double one = between("bernoulli(0.3)", "bernoulli(0.4)").at("kl").estimate.value;
  EXPECT_NEAR(between("binomial(1000,0.3)", "binomial(1000,0.4)").at("kl").estimate.value,
              1000 * one, 1e-9);
  const Finding near = between("bernoulli(0.3)", "bernoulli(0.3000001)").at("kl");
  const double delta = 0.3000001 - 0.3;
  EXPECT_NEAR(near.estimate.value, delta * delta / 0.42 * (1 - delta * 0.8 / 0.63), near.error);
  EXPECT_LT(near.error, 1e-7 * near.estimate.value);
}

TEST(DiscreteLaw, WrongNumbersAreUsageErrors) {
  for (const char* text : {"bernoulli(1.5)", "bernoulli(0.1,0.2)", "categorical(0.5,0.6)",
                           "categorical(1.5,-0.5)", "binomial(2.5,0.1)", "binomial(0,0.1)",
                           "bernoulli(x)", "bernoulli(0.3", "bernoulli(0.3;0.4)"}) {
    try {
      parse_discrete_law(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage) << text;
    }
  }
  EXPECT_FALSE(parse_discrete_law("normal(0,1)"));
  EXPECT_EQ(parse_discrete_law(" bernoulli( 0.3 )")->expression, "bernoulli(0.3)");
}

TEST(DiscreteLaw, DrawsHaveTheFrequenciesOfTheLaw) {
  const auto law = *parse_discrete_law("categorical(0.2,0,0.8)");
  ASSERT_EQ(law.atoms, (std::vector<double>{0, 2}));
  constexpr int kDraws = 20000;
  int zeros = 0;
  const Points points = draw(law, kDraws, 5, 1);
  for (std::int64_t i = 0; i < kDraws; ++i) zeros += points.row(i)[0] == 0.0;
  EXPECT_NEAR(zeros / double{kDraws}, 0.2, 4 * std::sqrt(0.2 * 0.8 / kDraws));
}

}  // namespace
}  // namespace elbow
