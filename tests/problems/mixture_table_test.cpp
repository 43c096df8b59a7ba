// What problems state of the best Gaussians of the mixture, on optima with planted mistakes.
#include "problems/mixture_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

const std::map<std::string, Model>& optima() {
  static const std::map<std::string, Model> all = [] {
    std::map<std::string, Model> found;
    for (const char* name : {"kl", "jensen_shannon", "pearson_chi2", "squared_hellinger_2",
                             "neyman_chi2", "reverse_kl"})
      found[name] = fitted([&](Model m) { return divergence(f_divergence(name), m); });
    return found;
  }();
  return all;
}

Verdicts table(const std::map<std::string, Model>& models) {
  return verdicts([&](const Checks& c) { check_table(c, models); });
}

TEST(MixtureTable, TheOptimaHold) { expect_none_fails(table(optima())); }

TEST(MixtureTable, TheOtherOrderOfArgumentsIsCaught) {
  std::map<std::string, Model> mutant = optima();
  mutant["kl"] = optima().at("reverse_kl");
  const Verdicts v = table(mutant);
  expect_caught(v, "kl/GT2/value");
  expect_caught(v, "kl/GT2/mean");
  expect_caught(v, "kl/GT2/sd");
  expect_caught(v, "kl/moments/mean");
  expect_caught(v, "kl/moments/sd");
}

TEST(MixtureTable, AnAlphaFamilyOfAnotherScaleIsCaught) {
  expect_none_fails(verdicts([](const Checks& c) { check_orders(c, optima()); }));
  const auto mutant = [](double order) {
    FDivergence f = alpha_divergence(order);
    f.excess_of = [right = f.excess_of](double log_p, double log_q, double log_ratio) {
      return 2.0 * right(log_p, log_q, log_ratio);
    };
    return f;
  };
  expect_caught(verdicts([&](const Checks& c) { check_orders(c, optima(), mutant); }),
                "alpha/pearson_chi2");
}

TEST(MixtureTable, AnOptimumThatTrainingBeatsIsCaught) {
  const Divergence kl = [](Model m) { return divergence(f_divergence("kl"), m); };
  const Model best = optima().at("kl"), other = optima().at("reverse_kl");
  expect_none_fails(verdicts([&](const Checks& c) { check_trained_model(c, kl, other, best); }));
  expect_caught(verdicts([&](const Checks& c) { check_trained_model(c, kl, best, other); }),
                "trained/value");
}

}  // namespace
}  // namespace elbow::problems
