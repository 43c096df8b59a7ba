// What problems state at the optimal critic, on objectives with planted mistakes.
#include "problems/optimal_critic.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "math/torch_compat.h"
#include "tests/problems/verdicts.h"

namespace elbow::problems {
namespace {

/// A registered objective whose losses are spoilt.
Adversary mutant(const std::string& name, const std::function<void(OutputLosses&)>& spoil) {
  return {name, [=](const Tensor& l) {
            OutputLosses losses = losses_at(name, l);
            spoil(losses);
            return losses;
          }};
}

/// The right values; of the part on data only half is back-propagated.
Adversary half_detached(const std::string& name) {
  return mutant(name, [](OutputLosses& losses) {
    losses.real = 0.5 * losses.real + 0.5 * losses.real.detach();
  });
}

/// The mean of both parts for their sum.
Adversary averaged(const std::string& name) {
  return mutant(name, [](OutputLosses& losses) {
    losses.real = 0.5 * losses.real;
    losses.fake = 0.5 * losses.fake;
  });
}

/// A generator that goes uphill.
Adversary uphill(const std::string& name) {
  return mutant(name, [](OutputLosses& losses) { losses.generator = -losses.generator; });
}

Verdicts at_optimum(const Adversary& objective) {
  return verdicts([&](const Checks& c) {
    check_optimal_critic(c, objective, normal_pair(1.0, 2.0));
    check_equilibrium(c, objective);
    check_losses_of_pairs(c, objective, normal_pair(1.0, 1.0), normal_pair(1.0, 2.0));
    check_generator(c, objective, 0.4);
    check_pathwise(c, objective, 1.0);
  });
}

TEST(OptimalCritic, TheRegisteredObjectivesHold) {
  for (const std::string& name : unconstrained_objectives()) {
    SCOPED_TRACE(name);
    expect_none_fails(at_optimum(name));
  }
}

TEST(OptimalCritic, AGradientThatIsNotOfTheLossIsCaught) {
  for (const char* name : {"minimax", "least_squares"}) {
    SCOPED_TRACE(name);
    const Verdicts v = at_optimum(half_detached(name));
    expect_caught(v, "G29/critic");
    expect_caught(v, "G30/loss");
    expect_caught(v, "G61/envelope");
  }
  const Verdicts v = at_optimum(half_detached("minimax"));
  expect_caught(v, "A/G35");
  expect_caught(v, "G31/log_ratio");
}

TEST(OptimalCritic, AMeanForASumIsCaught) {
  const Verdicts v = at_optimum(averaged("minimax"));
  expect_caught(v, "G30/loss");
  expect_caught(v, "equilibrium/loss/discriminator");
  expect_caught(v, "A/L_D/minimax");
  expect_caught(v, "B/L_D/minimax");
}

TEST(OptimalCritic, AGeneratorThatGoesUphillIsCaught) {
  for (const char* name : {"minimax", "non_saturating", "least_squares"}) {
    SCOPED_TRACE(name);
    const Verdicts v = at_optimum(uphill(name));
    expect_caught(v, "G56/gradient");
    expect_caught(v, "G56/pathwise");
  }
  expect_caught(at_optimum(uphill("minimax")), "A/L_G/minimax");
}

TEST(OptimalCritic, AnotherLawIsCaught) {
  const KnownPair a = normal_pair(1.0, 1.0), b = normal_pair(1.0, 2.0);
  const PlaneNormal unit{.mean = {0.6, 0.8}};
  const auto at = [](const KnownPair& first, const KnownPair& second, const KnownPair& plane) {
    return verdicts([&](const Checks& c) { check_pairs(c, first, second, plane); });
  };
  expect_none_fails(at(a, b, plane_pair(unit)));
  // A variance for a standard deviation, and a mean of another length.
  const Verdicts v = at(normal_pair(1.1, 1.0), normal_pair(1.0, 4.0), plane_pair(unit));
  expect_caught(v, "A/JSD");
  expect_caught(v, "A/TV");
  expect_caught(v, "A/LeCam");
  expect_caught(v, "A/KL");
  expect_caught(v, "B/JSD");
  expect_caught(v, "B/TV");
  expect_caught(v, "B/LeCam");
  expect_caught(v, "B/KL");
  expect_caught(at(a, b, plane_pair({.mean = {0.6, 0.7}})), "plane/JSD");
}

}  // namespace
}  // namespace elbow::problems
