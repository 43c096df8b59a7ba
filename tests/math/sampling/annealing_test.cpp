// Anchor model: z ~ N(0,1), x|z ~ N(z,1). Every law on the path from the prior is Gaussian,
// N(b x/(1+b), 1/(1+b)), and ln p(x) = -1/2 ln 4 pi - x^2/4.
#include "math/sampling/annealing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "math/estimators/annealed_importance.h"
#include "math/estimators/importance.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kX = 1.0;
const double kLogP = -0.5 * std::log(4.0 * std::numbers::pi) - kX * kX / 4.0;

double log_likelihood(double z) { return -0.5 * (kLn2Pi + (kX - z) * (kX - z)); }

void prior_path(const PointsView& z, PathValues& out) {
  out = {{}, {}, Points(z.size(), z.dim()), Points(z.size(), z.dim())};
  for (std::int64_t c = 0; c < z.size(); ++c) {
    double base = 0.0, g = 0.0;
    for (std::int64_t l = 0; l < z.dim(); ++l) {
      const double v = z.at(c, l);
      base -= 0.5 * (kLn2Pi + v * v);
      g += log_likelihood(v);
      out.base_gradient.row(c)[l] = -v;
      out.g_gradient.row(c)[l] = kX - v;
    }
    out.base.push_back(base);
    out.g.push_back(g);
  }
}

Points normals(std::uint64_t seed, std::int64_t n, double mean, double variance,
               std::int64_t d = 1) {
  CounterStream stream(seed, 3);
  Points z(n, d);
  for (std::int64_t c = 0; c < n; ++c) {
    for (std::int64_t l = 0; l < d; ++l) z.row(c)[l] = mean + std::sqrt(variance) * stream.normal();
  }
  return z;
}

AnnealedChains with_g(Points z) {
  PathValues values;
  prior_path(z, values);
  return {std::move(z), values.g};
}

AnnealedChains from_prior(std::uint64_t seed, std::int64_t n, std::int64_t d = 1) {
  return with_g(normals(seed, n, 0.0, 1.0, d));
}
AnnealedChains from_posterior(std::uint64_t seed, std::int64_t n, std::int64_t d = 1) {
  return with_g(normals(seed, n, kX / 2.0, 0.5, d));
}

/// Draws from the intermediate law itself.
Transition exact_sampler(std::uint64_t seed) {
  return [stream = CounterStream(seed, 4)](std::int64_t, double b, AnnealedChains& chains) mutable {
    for (std::int64_t c = 0; c < chains.z.size(); ++c) {
      double g = 0.0;
      for (std::int64_t l = 0; l < chains.z.dim(); ++l) {
        chains.z.row(c)[l] = b * kX / (1.0 + b) + stream.normal() / std::sqrt(1.0 + b);
        g += log_likelihood(chains.z.row(c)[l]);
      }
      chains.g[static_cast<std::size_t>(c)] = g;
    }
  };
}

/// E_b[g] in closed form.
double expected_g(double b) {
  const double m = b * kX / (1.0 + b), v = 1.0 / (1.0 + b);
  return -0.5 * (kLn2Pi + (kX - m) * (kX - m) + v);
}

double riemann(const std::vector<double>& schedule, std::size_t side) {
  double sum = 0.0;
  for (std::size_t t = 1; t < schedule.size(); ++t) {
    sum += (schedule[t] - schedule[t - 1]) * expected_g(schedule[t - 1 + side]);
  }
  return sum;
}

double z_score(const std::vector<double>& x, double expected) {
  return (mean(x) - expected) / std::sqrt(sample_variance(x) / static_cast<double>(x.size()));
}

std::vector<double> negated(std::vector<double> x) {
  for (double& v : x) v = -v;
  return x;
}

/// e^(ln w - shift).
std::vector<double> weights(const std::vector<double>& log_w, double shift) {
  std::vector<double> w;
  for (const double l : log_w) w.push_back(std::exp(l - shift));
  return w;
}

TEST(Annealing, Schedules) {
  EXPECT_EQ(linear_schedule(4), (std::vector<double>{0.0, 0.25, 0.5, 0.75, 1.0}));
  const auto s = sigmoid_schedule(10);
  EXPECT_EQ(s.front(), 0.0);
  EXPECT_EQ(s.back(), 1.0);
  EXPECT_NEAR(s[5], 0.5, 1e-15);
  EXPECT_NEAR(s[3], 1.0 - s[7], 1e-15);
  EXPECT_LT(s[1], 0.1);
  EXPECT_THROW(linear_schedule(0), Error);
  EXPECT_THROW(sigmoid_schedule(5, 0.0), Error);
}

TEST(Annealing, V47RiemannSumsMatchTheTable) {
  struct Row {
    int steps;
    double forward, reverse, gap;
  };
  for (const Row& row :
       {Row{1, -1.9189385332, -1.2939385332, 0.625}, Row{2, -1.6967163110, -1.3842163110, 0.3125},
        Row{5, -1.5821475437, -1.4571475437, 0.125}, Row{10, -1.5478017985, -1.4853017985, 0.0625},
        Row{100, -1.5186475400, -1.5123975400, 0.00625}}) {
    const auto schedule = linear_schedule(row.steps);
    EXPECT_NEAR(riemann(schedule, 0), row.forward, 1e-10);
    EXPECT_NEAR(riemann(schedule, 1), row.reverse, 1e-10);
    EXPECT_NEAR(riemann(schedule, 1) - riemann(schedule, 0), row.gap, 1e-12);
    EXPECT_LE(row.forward, kLogP);
    EXPECT_GE(row.reverse, kLogP);
  }
  const auto sigmoid = sigmoid_schedule(10);
  EXPECT_NEAR(riemann(sigmoid, 1) - riemann(sigmoid, 0), 0.0829503175, 1e-10);
}

TEST(AnnealingStatistical, V47ExactTransitionsGiveTheRiemannSums) {
  for (const auto& schedule : {linear_schedule(1), linear_schedule(5), sigmoid_schedule(10)}) {
    AnnealedChains up = from_prior(1, 20000), down = from_posterior(2, 20000);
    const auto forward = anneal_forward(schedule, up, exact_sampler(3));
    const auto reverse = anneal_reverse(schedule, down, exact_sampler(4));
    EXPECT_LE(std::fabs(z_score(forward, riemann(schedule, 0))), 4.0);
    EXPECT_LE(std::fabs(z_score(negated(reverse), riemann(schedule, 1))), 4.0);
    EXPECT_LE(std::fabs(z_score(weights(forward, kLogP), 1.0)), 4.0) << "V52";
    EXPECT_LE(std::fabs(z_score(weights(reverse, -kLogP), 1.0)), 4.0) << "V52";
  }
}

TEST(AnnealingStatistical, V42MeansAddOverIndependentCopies) {
  const auto schedule = linear_schedule(5);
  AnnealedChains three = from_prior(5, 20000, 3);
  EXPECT_LE(std::fabs(z_score(anneal_forward(schedule, three, exact_sampler(6)),
                              3.0 * riemann(schedule, 0))),
            4.0);
}

TEST(Annealing, V46OneStepIsImportanceSampling) {
  // From the prior: prior importance sampling on the same z, whatever the transition.
  AnnealedChains chains = from_prior(7, 50);
  const std::vector<double> g = chains.g;
  const auto log_w = anneal_forward(linear_schedule(1), chains, exact_sampler(8));
  EXPECT_EQ(log_w, g);
  EXPECT_NEAR(annealed_lower_bound(log_w).value, iwae_value(g), 1e-14);
  // From q: L_C with g = ln p(x, z) − ln q(z|x).
  Points z = normals(9, 50, 0.4, 0.8);
  std::vector<double> ratio;
  for (std::int64_t c = 0; c < 50; ++c) {
    const double v = z.row(c)[0];
    ratio.push_back(log_likelihood(v) - 0.5 * (kLn2Pi + v * v) +
                    0.5 * (kLn2Pi + std::log(0.8) + (v - 0.4) * (v - 0.4) / 0.8));
  }
  AnnealedChains encoded{std::move(z), ratio};
  const auto from_q =
      anneal_forward(linear_schedule(1), encoded, [](std::int64_t, double, AnnealedChains&) {});
  EXPECT_EQ(annealed_lower_bound(from_q).value, iwae_value(ratio));
}

/// VW24: the weight after the transition, with the same pair of temperatures.
std::vector<double> weight_after_transition(const std::vector<double>& schedule,
                                            AnnealedChains& chains, const Transition& transition) {
  std::vector<double> log_w(chains.g.size(), 0.0);
  for (std::size_t t = 1; t < schedule.size(); ++t) {
    transition(static_cast<std::int64_t>(t), schedule[t], chains);
    for (std::size_t c = 0; c < log_w.size(); ++c)
      log_w[c] += (schedule[t] - schedule[t - 1]) * chains.g[c];
  }
  return log_w;
}

TEST(AnnealingWrongVariantsStatistical, VW24IsCaughtByV46AndV52) {
  AnnealedChains chains = from_prior(7, 20000);
  const std::vector<double> g = chains.g;
  const auto log_w = weight_after_transition(linear_schedule(1), chains, exact_sampler(8));
  EXPECT_NE(log_w, g) << "V46";
  EXPECT_GT(std::fabs(z_score(weights(log_w, kLogP), 1.0)), 10.0) << "V52";
}

TEST(AnnealingWrongVariantsStatistical, VW22IsCaughtByV52) {
  AnnealedChains chains = from_prior(10, 20000);
  const auto schedule = linear_schedule(5);
  const auto log_w = anneal_forward(schedule, chains, exact_sampler(11));
  const double wrong = logsumexp(log_w) - std::log(5.0);  // number of steps, not of chains
  EXPECT_NEAR(wrong - annealed_lower_bound(log_w).value, std::log(20000.0 / 5.0), 1e-10);
  const double se = delta_method_se(log_w);
  EXPECT_LE(std::fabs(annealed_lower_bound(log_w).value - kLogP), 4.0 * se);
  EXPECT_GT(std::fabs(wrong - kLogP), 100.0 * se);
}

// --- HMC along the path --------------------------------------------------------------------------

StepTable tuned(const std::vector<double>& schedule, std::uint64_t seed) {
  return tune_steps(prior_path, normals(seed, 200, 0.0, 1.0), schedule, 2, {.leapfrog_steps = 3},
                    seed);
}

TEST(AnnealingStatistical, V45V52HmcBoundsSandwichTheTruth) {
  double gap_before = kInfinity;
  for (const int steps : {2, 10, 50}) {
    const auto schedule = linear_schedule(steps);
    const StepTable table = tuned(schedule, 20);
    HmcTransition hmc(prior_path, {.leapfrog_steps = 3}, 21),
        back(prior_path, {.leapfrog_steps = 3}, 22);
    AnnealedChains up = hmc.start(normals(23, 10000, 0.0, 1.0));
    AnnealedChains down = back.start(normals(24, 10000, kX / 2.0, 0.5));
    const auto forward = anneal_forward(schedule, up, hmc.with(table));
    const auto reverse = anneal_reverse(schedule, down, back.with(table));
    EXPECT_LE(std::fabs(z_score(weights(forward, kLogP), 1.0)), 4.0) << "V52, T = " << steps;
    EXPECT_LE(std::fabs(z_score(weights(reverse, -kLogP), 1.0)), 4.0) << "V52, T = " << steps;
    const double lower = mean(forward), upper = mean(negated(reverse));
    EXPECT_LT(lower, kLogP);
    EXPECT_GT(upper, kLogP);
    EXPECT_LT(upper - lower, gap_before);
    // Never better than exact transitions, within the error of the means.
    const double exact = riemann(schedule, 1) - riemann(schedule, 0);
    EXPECT_GT(upper - lower, exact - 0.05 * exact - 0.01);
    gap_before = upper - lower;
    EXPECT_GT(hmc.acceptance(), 0.4);
  }
}

TEST(AnnealingStatistical, TransitionAtTheEndLeavesPosteriorSamples) {
  const auto schedule = linear_schedule(50);
  const StepTable table = tuned(schedule, 30);
  HmcTransition hmc(prior_path, {.leapfrog_steps = 3}, 31);
  AnnealedChains chains = hmc.start(normals(32, 4000, 0.0, 1.0));
  anneal_forward(schedule, chains, hmc.with(table));
  std::vector<double> z;
  for (std::int64_t c = 0; c < 4000; ++c) z.push_back(chains.z.row(c)[0]);
  EXPECT_NEAR(mean(z), 0.5, 0.06);
  EXPECT_NEAR(sample_variance(z), 0.5, 0.08);
  for (std::int64_t c = 0; c < 4000; ++c) {
    EXPECT_NEAR(chains.g[static_cast<std::size_t>(c)], log_likelihood(chains.z.row(c)[0]), 1e-12);
  }
}

TEST(Annealing, V48TheOtherUpperBoundIsLooserOnEverySet) {
  CounterStream stream(40, 0);
  for (int set = 0; set < 100; ++set) {
    std::vector<double> log_w;
    for (int c = 0; c < 1 + set % 9; ++c) log_w.push_back(stream.uniform(-20.0, 20.0));
    EXPECT_GE(log_mean_exp(negated(log_w)), annealed_upper_bound(log_w).value - 1e-12);
  }
}

TEST(Annealing, BoundsCarryTheirDirectionAndAnErrorWhereItMeansSomething) {
  const std::vector<double> log_w = {0.0, -1.0, -2.0, -3.0};
  const Estimate low = annealed_lower_bound(log_w), high = annealed_upper_bound(log_w);
  EXPECT_EQ(low.bias, Bias::lower);
  EXPECT_EQ(high.bias, Bias::upper);
  EXPECT_NEAR(high.value, -low.value, 1e-15);
  EXPECT_NEAR(*high.se, 0.478916412, 1e-9);
  std::vector<double> one_rules(40, -100.0);
  one_rules[3] = 0.0;
  EXPECT_FALSE(annealed_lower_bound(one_rules).se.has_value()) << "ESS below 5 %";
  EXPECT_THROW(annealed_upper_bound(std::vector<double>{}), Error);
}

TEST(Annealing, PilotsAreNotMeasuredAndStepsStayFixed) {
  const auto schedule = linear_schedule(10);
  const StepTable table = tuned(schedule, 50), again = tuned(schedule, 50);
  for (std::int64_t t = 1; t <= 10; ++t) {
    EXPECT_EQ(table.at(t, 0), again.at(t, 0));
    EXPECT_GT(table.at(t, 1), 0.0);
  }
  EXPECT_GT(table.at(10, 0), 0.1) << "from 0.1 towards what this easy target allows";
  StepTable fixed = table;
  HmcTransition hmc(prior_path, {}, 51);
  AnnealedChains chains = hmc.start(normals(52, 200, 0.0, 1.0));
  anneal_forward(schedule, chains, hmc.with(fixed));
  for (std::int64_t t = 1; t <= 10; ++t) EXPECT_EQ(fixed.at(t, 0), table.at(t, 0));
}

TEST(Annealing, RefusesWhatIsNoSchedule) {
  AnnealedChains chains = from_prior(1, 3), none;
  const auto stay = [](std::int64_t, double, AnnealedChains&) {};
  EXPECT_THROW(anneal_forward(std::vector<double>{0.0, 0.5}, chains, stay), Error);
  EXPECT_THROW(anneal_reverse(std::vector<double>{0.0, 0.5, 0.5, 1.0}, chains, stay), Error);
  EXPECT_THROW(anneal_forward(linear_schedule(2), none, stay), Error);
  EXPECT_THROW(tune_steps(prior_path, normals(1, 5, 0.0, 1.0), linear_schedule(2), 2, {}, 1),
               Error);
}

}  // namespace
}  // namespace elbow
