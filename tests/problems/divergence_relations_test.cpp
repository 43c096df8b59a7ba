// What problems state between exact divergences, on values with planted mistakes.
#include "problems/divergence_relations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "math/densities/expression.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

/// All statements on the exact values of a pair after a mistake.
Verdicts after(const std::string& p, const std::string& q,
               const std::function<void(Exact&)>& mistake) {
  return verdicts([&](const Checks& c) {
    Exact values = exact_values(c, exact_divergences(*parse_density(p), *parse_density(q), {}));
    mistake(values);
    check_relations(c, values);
  });
}

/// Of N(0, 1) from N(1, 1): a quantity is multiplied.
Verdicts times(const std::string& quantity, double factor) {
  return after("normal(0,1)", "normal(1,1)", [&](Exact& v) { v.at(quantity) *= factor; });
}

TEST(DivergenceRelations, ExactValuesHold) {
  expect_none_fails(after("normal(0,1)", "normal(1,2)", [](Exact&) {}));
  expect_none_fails(after("laplace(0,1)", "normal(0.5,1.5)", [](Exact&) {}));
  expect_none_fails(times("kl", 1.0));
}

TEST(DivergenceRelations, ConventionsWithAnotherFactorAreCaught) {
  expect_caught(times("jensen_shannon", 2.0), "G39/le_cam/upper");  // without the ½
  expect_caught(times("jensen_shannon", 0.5), "G39/le_cam/lower");
  expect_caught(times("le_cam", 2.0), "G39/tv/lower");
  expect_caught(times("total_variation", 2.0), "G39/tv/upper");  // without the ½
  expect_caught(times("total_variation", 2.0), "G39/pinsker");
  expect_caught(times("total_variation", 2.0), "G39/hellinger/upper");
  expect_caught(times("squared_hellinger", 4.0), "G39/hellinger/lower");  // ∫ (√p − √q)², doubled
  expect_caught(times("squared_hellinger", 2.0), "D/renyi");
  expect_caught(times("squared_hellinger", 2.0), "D/alpha");
  expect_caught(times("renyi", 0.5), "D/renyi");
  expect_caught(times("alpha", 0.25), "D/alpha");
  expect_caught(times("jeffreys", 0.5), "D/jeffreys");
}

TEST(DivergenceRelations, OtherDivergencesUnderTheNameAreCaught) {
  const auto at = [](const std::function<void(Exact&)>& mistake) {
    return after("normal(0,1)", "normal(1,2)", mistake);
  };
  // KL(q‖p), the larger one here.
  expect_caught(at([](Exact& v) { std::swap(v.at("kl"), v.at("reverse_kl")); }), "G39/chi2");
  // The cost ½ ‖x − y‖².
  expect_caught(at([](Exact& v) { v.at("wasserstein2_squared") *= 0.5; }), "D/wasserstein");
  expect_caught(at([](Exact& v) { v.at("total_variation") *= 0.25; }), "G39/js_tv");
}

TEST(DivergenceRelations, ARouteThatDisagreesIsCaught) {
  const auto finding = [](const char* route, double value) {
    return Finding{"kl", route, {.value = value, .exact = true}};
  };
  expect_caught(verdicts([&](const Checks& c) {
                  exact_values(c, {finding("closed_form", 0.5), finding("quadrature", 0.49)});
                }),
                "routes/kl/quadrature");
}

}  // namespace
}  // namespace elbow::problems
