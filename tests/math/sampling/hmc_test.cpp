#include "math/sampling/hmc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

/// A correlated, slightly anharmonic target in two dimensions.
void banana(const PointsView& z, std::span<double> value, Points& gradient) {
  for (std::int64_t c = 0; c < z.size(); ++c) {
    const double a = z.at(c, 0), b = z.at(c, 1), bend = b - 0.3 * a * a;
    value[static_cast<std::size_t>(c)] = -0.5 * a * a - bend * bend;
    gradient.row(c)[0] = -a + 1.2 * a * bend;
    gradient.row(c)[1] = -2.0 * bend;
  }
}

/// N(0, diag(1, 0.25)).
void gaussian(const PointsView& z, std::span<double> value, Points& gradient) {
  for (std::int64_t c = 0; c < z.size(); ++c) {
    value[static_cast<std::size_t>(c)] =
        -0.5 * (z.at(c, 0) * z.at(c, 0) + 4.0 * z.at(c, 1) * z.at(c, 1));
    gradient.row(c)[0] = -z.at(c, 0);
    gradient.row(c)[1] = -4.0 * z.at(c, 1);
  }
}

Points random_points(std::uint64_t seed, std::int64_t n, double s1 = 1.0, double s2 = 1.0) {
  CounterStream stream(seed, 1);
  Points p(n, 2);
  for (std::int64_t c = 0; c < n; ++c) {
    p.row(c)[0] = s1 * stream.normal();
    p.row(c)[1] = s2 * stream.normal();
  }
  return p;
}

double energy(const ChainState& state, const Points& momentum, std::int64_t c) {
  const double* m = momentum.row(c);
  return 0.5 * (m[0] * m[0] + m[1] * m[1]) - state.value[static_cast<std::size_t>(c)];
}

TEST(Hmc, GradientOfTheTestTargetIsRight) {
  const Points z({0.7, -0.4}, 2);
  const ChainState s = chain_state(banana, z);
  const double h = 1e-6;
  for (int l = 0; l < 2; ++l) {
    Points up = z, down = z;
    up.row(0)[l] += h;
    down.row(0)[l] -= h;
    EXPECT_NEAR(s.gradient.row(0)[l],
                (chain_state(banana, up).value[0] - chain_state(banana, down).value[0]) / (2 * h),
                1e-8);
  }
}

TEST(Hmc, V49LeapfrogIsReversible) {
  const Points start = random_points(1, 50);
  ChainState state = chain_state(banana, start);
  Points momentum = random_points(2, 50);
  const Points first = momentum;
  const std::vector<double> step(50, 0.17);
  leapfrog(banana, state, momentum, step, 25);
  EXPECT_GT(std::fabs(state.z.row(0)[0] - start.row(0)[0]), 1e-3) << "it moved";
  for (std::int64_t c = 0; c < 50; ++c) {
    for (int l = 0; l < 2; ++l) momentum.row(c)[l] = -momentum.row(c)[l];
  }
  leapfrog(banana, state, momentum, step, 25);
  for (std::int64_t c = 0; c < 50; ++c) {
    for (int l = 0; l < 2; ++l) {
      EXPECT_NEAR(state.z.row(c)[l], start.row(c)[l], 1e-9);
      EXPECT_NEAR(momentum.row(c)[l], -first.row(c)[l], 1e-9);
    }
  }
}

TEST(HmcStatistical, V50EnergyErrorIsOfSecondOrder) {
  std::vector<double> errors;
  for (const int steps : {8, 16, 32, 64}) {  // the same length of trajectory
    ChainState state = chain_state(banana, random_points(3, 400));
    Points momentum = random_points(4, 400);
    std::vector<double> before;
    for (std::int64_t c = 0; c < 400; ++c) before.push_back(energy(state, momentum, c));
    leapfrog(banana, state, momentum, std::vector<double>(400, 1.6 / steps), steps);
    double sum = 0.0;
    for (std::int64_t c = 0; c < 400; ++c) {
      sum += std::fabs(energy(state, momentum, c) - before[static_cast<std::size_t>(c)]);
    }
    errors.push_back(sum / 400.0);
  }
  for (std::size_t i = 1; i < errors.size(); ++i) {
    EXPECT_NEAR(std::log2(errors[i - 1] / errors[i]), 2.0, 0.2);
  }
}

TEST(HmcStatistical, V51ExponentialOfTheEnergyErrorHasMeanOne) {
  const std::int64_t n = 40000;
  ChainState state = chain_state(gaussian, random_points(5, n, 1.0, 0.5));
  auto random = chain_streams(6, n);
  const HmcMove move =
      hmc_move(gaussian, state, std::vector<double>(static_cast<std::size_t>(n), 0.6),
               {.leapfrog_steps = 5}, random);
  std::vector<double> factor;
  for (const double e : move.energy_error) factor.push_back(std::exp(-e));
  EXPECT_LE(std::fabs(mean(factor) - 1.0),
            4.0 * std::sqrt(sample_variance(factor) / static_cast<double>(n)));
  EXPECT_GT(mean(move.energy_error), 0.0);
  EXPECT_LT(mean(move.acceptance), 0.99) << "steps large enough for the test to say something";
}

/// e^(-z^4/4), whose forces grow so fast that a step is too large in the tails first.
void quartic(const PointsView& z, std::span<double> value, Points& gradient) {
  for (std::int64_t c = 0; c < z.size(); ++c) {
    const double v = z.at(c, 0);
    value[static_cast<std::size_t>(c)] = -0.25 * v * v * v * v;
    gradient.row(c)[0] = -v * v * v;
  }
}

/// Exact samples: normal ones, kept with probability e^(-(z^2 - 1)^2 / 4).
Points quartic_samples(std::uint64_t seed, std::int64_t n) {
  CounterStream stream(seed, 2);
  Points z(n, 1);
  for (std::int64_t c = 0; c < n;) {
    const double v = stream.normal(), excess = v * v - 1.0;
    if (stream.uniform() < std::exp(-0.25 * excess * excess)) z.row(c++)[0] = v;
  }
  return z;
}

/// z-score of E z^2 = 2 Γ(3/4) / Γ(1/4) after five moves of chains that start in the target.
template <typename Move>
double z_score_of_invariance(const Move& move_once) {
  const std::int64_t n = 40000;
  ChainState state = chain_state(quartic, quartic_samples(7, n));
  auto random = chain_streams(8, n);
  for (int i = 0; i < 5; ++i) move_once(state, random);
  std::vector<double> squares;
  for (std::int64_t c = 0; c < n; ++c) squares.push_back(state.z.row(c)[0] * state.z.row(c)[0]);
  const double expected = 2.0 * std::tgamma(0.75) / std::tgamma(0.25);
  return (mean(squares) - expected) / std::sqrt(sample_variance(squares) / static_cast<double>(n));
}

constexpr double kLargeStep = 1.0;

TEST(HmcStatistical, LeavesItsTargetInvariant) {
  const std::vector<double> step(40000, kLargeStep);
  EXPECT_LE(
      std::fabs(z_score_of_invariance([&](ChainState& state, std::vector<CounterStream>& random) {
        hmc_move(quartic, state, step, {.leapfrog_steps = 3}, random);
      })),
      4.0);
}

/// VW21: the step follows the measured chain; one that is rejected tries again with half of it.
void move_with_retries(ChainState& state, std::vector<CounterStream>& random) {
  std::vector<double> step(random.size(), kLargeStep);
  std::vector<bool> moved(random.size(), false);
  for (int attempt = 0; attempt < 4; ++attempt) {
    const ChainState before = state;
    const HmcMove move = hmc_move(quartic, state, step, {.leapfrog_steps = 3}, random);
    for (std::size_t c = 0; c < random.size(); ++c) {
      if (moved[c]) {  // stays where it already went
        const auto row = static_cast<std::int64_t>(c);
        state.value[c] = before.value[c];
        state.z.row(row)[0] = before.z.row(row)[0];
        state.gradient.row(row)[0] = before.gradient.row(row)[0];
      } else if (move.accepted[c]) {
        moved[c] = true;
      } else {
        step[c] *= 0.5;
      }
    }
  }
}

TEST(HmcStatistical, VW21StepsThatFollowTheMeasuredChainAreCaught) {
  EXPECT_GT(std::fabs(z_score_of_invariance(move_with_retries)), 6.0);
}

TEST(Hmc, SmallStepsAreAlwaysAccepted) {
  ChainState state = chain_state(banana, random_points(9, 200));
  auto random = chain_streams(10, 200);
  const HmcMove move = hmc_move(banana, state, std::vector<double>(200, 1e-4), {}, random);
  for (const double a : move.acceptance) EXPECT_NEAR(a, 1.0, 1e-6);
  for (const bool a : move.accepted) EXPECT_TRUE(a);
}

TEST(Hmc, WhatIsNotANumberIsRejected) {
  const LogDensity cliff = [](const PointsView& z, std::span<double> value, Points& gradient) {
    for (std::int64_t c = 0; c < z.size(); ++c) {
      value[static_cast<std::size_t>(c)] = std::fabs(z.at(c, 0)) > 1e-3 ? std::nan("") : 0.0;
      gradient.row(c)[0] = 0.0;
    }
  };
  ChainState state = chain_state(cliff, Points(std::vector<double>(20, 0.0), 1));
  auto random = chain_streams(11, 20);
  const HmcMove move = hmc_move(cliff, state, std::vector<double>(20, 1.0), {}, random);
  for (std::size_t c = 0; c < 20; ++c) {
    if (std::isfinite(move.energy_error[c])) continue;
    EXPECT_FALSE(move.accepted[c]);
    EXPECT_EQ(state.z.row(static_cast<std::int64_t>(c))[0], 0.0);
    EXPECT_EQ(state.value[c], 0.0);
  }
  EXPECT_GT(std::count(move.accepted.begin(), move.accepted.end(), false), 15);
}

TEST(Hmc, AChainDoesNotDependOnItsNeighbours) {
  const Points both = random_points(12, 2);
  ChainState two = chain_state(banana, both);
  auto random = chain_streams(13, 2);
  hmc_move(banana, two, std::vector<double>(2, 0.3), {}, random);
  ChainState one = chain_state(banana, Points({both.row(1)[0], both.row(1)[1]}, 2));
  auto second = chain_streams(13, 1, 1);
  hmc_move(banana, one, std::vector<double>(1, 0.3), {}, second);
  EXPECT_EQ(one.z.row(0)[0], two.z.row(1)[0]);
  EXPECT_EQ(one.value[0], two.value[1]);
}

TEST(Hmc, RefusesSizesThatDoNotFit) {
  ChainState state = chain_state(banana, random_points(1, 3));
  auto random = chain_streams(1, 3);
  EXPECT_THROW(hmc_move(banana, state, std::vector<double>(2, 0.1), {}, random), Error);
  EXPECT_THROW(hmc_move(banana, state, std::vector<double>(3, 0.1), {.leapfrog_steps = 0}, random),
               Error);
}

}  // namespace
}  // namespace elbow
