#include "math/gaussian_rule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/numeric.h"

namespace elbow {
namespace {

double expectation(const ExpectationRule& rule, const std::function<double(const double*)>& f) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < rule.nodes.size(); ++i)
    sum += rule.weights[static_cast<std::size_t>(i)] * f(rule.nodes.row(i));
  return sum;
}

TEST(GaussianRule, MomentsOfACorrelatedGaussian) {
  const auto rule = gaussian_rule(*parse_density("normal([1,-2],[[0.5,0.3],[0.3,0.8]])"));
  EXPECT_NEAR(expectation(rule, [](const double*) { return 1.0; }), 1.0, 1e-14);
  EXPECT_NEAR(expectation(rule, [](const double* x) { return x[0]; }), 1.0, 1e-12);
  EXPECT_NEAR(expectation(rule, [](const double* x) { return x[1]; }), -2.0, 1e-12);
  // The mass that is cut off at 5.5 sd carries 5e-6 of a variance.
  EXPECT_NEAR(expectation(rule, [](const double* x) { return (x[0] - 1) * (x[0] - 1); }), 0.5,
              2e-5);
  EXPECT_NEAR(expectation(rule, [](const double* x) { return (x[0] - 1) * (x[1] + 2); }), 0.3,
              2e-5);
  EXPECT_NEAR(expectation(rule, [](const double* x) { return (x[1] + 2) * (x[1] + 2); }), 0.8,
              2e-5);
}

TEST(GaussianRule, NegativeEntropyOfWellSeparatedModes) {
  // ln p = -ln 2 - ln 2πe σ² up to e^(-32): no mode sees the other.
  const auto p = parse_density(
      "mixture(0.5*normal([-2,0],[[0.01,0],[0,0.01]]),0.5*normal([2,0],[[0.01,0],[0,0.01]]))");
  const double value = expectation(gaussian_rule(*p), [&](const double* x) {
    return p->log_density({x, 2});
  });
  EXPECT_NEAR(value, -kLn2 - kLn2Pi - 1.0 - std::log(0.01), 2e-5);
}

TEST(GaussianRule, KullbackLeiblerOnTheLine) {
  const auto p = parse_density("mixture(0.3*normal(-1,0.5),0.7*normal(2,1))");
  const auto q = parse_density("normal(0,2)");
  double exact = 0.0;
  for (const Finding& f : exact_divergences(*p, *q, {}))
    if (f.quantity == "kl") exact = f.estimate.value;
  const double value = expectation(gaussian_rule(*p, 0.4), [&](const double* x) {
    return p->log_density(x[0]) - q->log_density(x[0]);
  });
  EXPECT_NEAR(value, exact, 1e-5);
}

TEST(GaussianRule, RefusesOtherDensities) {
  for (const char* text : {"laplace(0,1)", "mixture(0.5*normal(0,1),0.5*uniform(0,1))",
                           "normal([0,0,0],[[1,0,0],[0,1,0],[0,0,1]])"}) {
    EXPECT_THROW(gaussian_rule(*parse_density(text)), Error) << text;
  }
}

}  // namespace
}  // namespace elbow
