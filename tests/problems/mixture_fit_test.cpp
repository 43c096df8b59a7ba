#include "problems/mixture_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "math/numeric.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

Model best(const std::string& name) {
  return fitted([&](Model m) { return divergence(f_divergence(name), m); });
}

TEST(MixtureFit, MomentsAreTheBestUnderKl) {
  const Model m = best("kl");
  EXPECT_NEAR(m.mean, -0.33 + 2.0 * 0.67, 1e-6);
  EXPECT_NEAR(m.sd * m.sd, 0.33 * 1.065 + 0.67 * 6.0 - m.mean * m.mean, 1e-6);
}

TEST(MixtureFit, TheConjugateGivesTheSlopeOfTheDivergence) {
  const Model m{1.1, 1.6};
  const double h = 1e-4;
  for (const FDivergence& f : f_divergences()) {
    const auto [mean, sd] = conjugate_gradient(f, m);
    const auto slope = [&](Model up, Model down) {
      return (divergence(f, up) - divergence(f, down)) / (2.0 * h);
    };
    EXPECT_NEAR(mean, slope({m.mean + h, m.sd}, {m.mean - h, m.sd}), 1e-6) << f.name;
    EXPECT_NEAR(sd, slope({m.mean, m.sd + h}, {m.mean, m.sd - h}), 1e-6) << f.name;
  }
}

TEST(MixtureFit, AnotherGaussianIsNotTheOptimum) {
  const FDivergence& f = f_divergence("reverse_kl");
  const Model m = best("reverse_kl");
  const auto at = [&](Model model) {
    return verdicts([&](const Checks& c) { check_optimum(c, f, model); });
  };
  for (const auto& [id, verdict] : at(m)) EXPECT_EQ(verdict, Verdict::holds) << id;
  const Verdicts off = at({m.mean + 0.1, m.sd * 1.05});
  expect_caught(off, "minimum");
  expect_caught(off, "stationary/mean");
  expect_caught(off, "stationary/sd");
}

TEST(MixtureFit, AWrongConjugateIsCaught) {
  FDivergence mutant = f_divergence("jensen_shannon");
  mutant.conjugate_of_output = [](double v) { return softplus(0.5 * v) - kLn2; };
  const Model m = best("jensen_shannon");
  const Verdicts optimum = verdicts([&](const Checks& c) { check_optimum(c, mutant, m); });
  expect_caught(optimum, "stationary/mean");
  expect_caught(optimum, "stationary/sd");
  EXPECT_EQ(optimum.at("minimum"), Verdict::holds);
  const Verdicts form = verdicts([&](const Checks& c) { check_variational(c, mutant, m); });
  expect_caught(form, "G32/optimal");
}

TEST(MixtureFit, AConjugateThatIsTooLowBreaksTheBound) {
  FDivergence mutant = f_divergence("kl");
  mutant.conjugate_of_output = [](double v) { return std::exp(v - 1.0) - 0.5; };
  const Verdicts v = verdicts([&](const Checks& c) { check_variational(c, mutant, {1.0, 1.5}); });
  expect_caught(v, "G32/distorted");
}

TEST(MixtureFit, AnotherGeneratorLossLandsElsewhere) {
  const Model m = fitted(generator_divergences().at("least_squares"));
  const auto at = [&](const Choice& objective) {
    return verdicts([&](const Checks& c) { check_learned(c, objective, m); });
  };
  EXPECT_EQ(at("least_squares").at("learned/mean"), Verdict::holds);
  EXPECT_EQ(at("least_squares").at("learned/sd"), Verdict::holds);
  const Verdicts other = at("non_saturating");
  expect_caught(other, "learned/mean");
  expect_caught(other, "learned/sd");
}

}  // namespace
}  // namespace elbow::problems
