#include "math/estimators/importance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <string>

#include "core/error.h"
#include "math/numeric.h"
#include "math/threefry.h"

namespace elbow {
namespace {

using Set = std::vector<double>;

/// Log-weights that span about `range` nats.
Set random_weights(std::uint64_t seed, std::size_t k, double range) {
  CounterStream stream(seed, 0);
  Set log_w;
  for (std::size_t i = 0; i < k; ++i) log_w.push_back(stream.uniform(-0.5, 0.5) * range - 90.0);
  return log_w;
}

/// What V15 to V24 are held against: many sizes and ranges, ties, zero weights.
std::vector<Set> many_sets() {
  std::vector<Set> sets;
  std::uint64_t seed = 1;
  for (const std::size_t k : {1, 2, 3, 5, 16, 100}) {
    for (const double range : {0.0, 0.1, 1.0, 30.0, 1000.0}) {
      sets.push_back(random_weights(++seed, k, range));
      Set ties = sets.back();
      for (std::size_t i = 1; i < k; i += 2) ties[i] = ties[0];
      sets.push_back(ties);
      if (k < 2) continue;
      Set zeros = sets.back();
      zeros[1] = -kInfinity;
      sets.push_back(zeros);
    }
  }
  return sets;
}

constexpr double kSlack = 1e-10;
bool at_most(double a, double b) {
  return a <= b || a <= b + kSlack * std::max({1.0, std::fabs(a), std::fabs(b)});
}

const Set kFixture = {0.0, -1.0, -2.0, -3.0};

// --- Fixtures and one-line forms ---------------------------------------------------------------

TEST(Importance, FixtureF18) {
  EXPECT_NEAR(iwae(kFixture).value, -0.946104662559, 1e-12);
  EXPECT_NEAR(jackknife_iwae(kFixture).value, -0.739134408, 1e-9);
  EXPECT_NEAR(*iwae(kFixture).se, 0.478916412, 1e-9);
  EXPECT_NEAR(effective_sample_size(kFixture), 2.08611077, 1e-8);
  EXPECT_NEAR(perplexity(kFixture), 2.5793488, 1e-7);
  EXPECT_NEAR(largest_weight(kFixture), 0.64391426, 1e-8);
}

TEST(Importance, EqualsTheTextbookFormWhereThatIsSafe) {
  const Set log_w = {0.3, -0.7, 1.1, 0.0, -2.0, 0.4};
  Set w;
  for (const double l : log_w) w.push_back(std::exp(l));
  const double n = 6.0, sum = std::accumulate(w.begin(), w.end(), 0.0);
  EXPECT_NEAR(iwae_value(log_w), std::log(sum / n), 1e-14);
  EXPECT_NEAR(mean_log_weight(log_w).value, -0.9 / 6.0, 1e-14);
  for (const double alpha : {-7.0, -1.0, 0.25, 0.999999, 1.000001, 2.0, 9.0}) {
    double mean_power = 0.0;
    for (const double v : w) mean_power += std::pow(v, 1.0 - alpha) / n;
    EXPECT_NEAR(renyi_bound(log_w, alpha), std::log(mean_power) / (1.0 - alpha), 1e-8) << alpha;
  }
  double loo = 0.0;
  for (const double v : w) loo += std::log((sum - v) / (n - 1.0)) / n;
  EXPECT_NEAR(leave_one_out_iwae(log_w), loo, 1e-14);
  EXPECT_NEAR(jackknife_iwae(log_w).value, n * std::log(sum / n) - (n - 1.0) * loo, 1e-13);
  double entropy = 0.0, squares = 0.0, variance = 0.0, tempered = 0.0, roots = 0.0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double v = w[i] / sum;
    entropy -= v * std::log(v);
    squares += v * v;
    variance += (w[i] / (sum / n) - 1.0) * (w[i] / (sum / n) - 1.0) / n;
    tempered += std::sqrt(w[i]) * log_w[i];
    roots += std::sqrt(w[i]);
  }
  EXPECT_NEAR(weight_entropy(log_w), entropy, 1e-14);
  EXPECT_NEAR(effective_sample_size(log_w), 1.0 / squares, 1e-13);
  EXPECT_NEAR(delta_method_se(log_w), std::sqrt(variance / n), 1e-14) << "sd(w) / (mean √K)";
  EXPECT_NEAR(tempered_mean(log_w, 0.5), tempered / roots, 1e-14);
}

TEST(Importance, RenyiIsSmoothAroundOne) {
  // L_α = ELBO + (1 − α)/2 · Var ln w + O((1 − α)²)
  const Set log_w = random_weights(3, 40, 6.0);
  const double elbo = mean_log_weight(log_w).value;
  const double variance = sample_variance(log_w) * 39.0 / 40.0;
  for (const double t : {1e-3, 1e-6, 1e-9, 1e-14, -1e-6, -1e-12}) {
    EXPECT_NEAR(renyi_bound(log_w, 1.0 - t), elbo + 0.5 * t * variance, 2.0 * t * t * 6.0 + 1e-12);
  }
}

// --- V15 to V24: what holds on every set of weights ----------------------------------------------

TEST(ImportanceIdentities, V15PowerMeansDescendInTheOrder) {
  const Set orders = {-kInfinity, -50.0, -1.0, -0.5, 0.0,  0.25, 0.5,
                      0.999999,   1.0,   1.5,  2.0,  10.0, 80.0, kInfinity};
  for (const Set& log_w : many_sets()) {
    const double low = *std::min_element(log_w.begin(), log_w.end());
    const double top = *std::max_element(log_w.begin(), log_w.end());
    double before = top;
    for (const double alpha : orders) {
      const double value = renyi_bound(log_w, alpha);
      EXPECT_TRUE(at_most(value, before)) << alpha << ": " << value << " after " << before;
      EXPECT_TRUE(at_most(low, value));
      before = value;
    }
    EXPECT_TRUE(at_most(mean_log_weight(log_w).value, renyi_bound(log_w, 0.5)));
    EXPECT_EQ(renyi_bound(log_w, -kInfinity), top);
    EXPECT_EQ(renyi_bound(log_w, kInfinity), low);
  }
}

TEST(ImportanceIdentities, V16V18V19V22V23V24) {
  for (const Set& log_w : many_sets()) {
    const double k = static_cast<double>(log_w.size()), bound = iwae_value(log_w);
    const double top = *std::max_element(log_w.begin(), log_w.end());
    EXPECT_TRUE(at_most(top - std::log(k), bound)) << "V16";
    const double h = weight_entropy(log_w);
    EXPECT_NEAR(surrogate(log_w), bound + std::log(k) - h, 1e-10 * std::max(1.0, std::fabs(bound)))
        << "V18";
    EXPECT_TRUE(at_most(bound, surrogate(log_w))) << "V18";
    const double ess = effective_sample_size(log_w);
    EXPECT_TRUE(at_most(1.0, ess) && at_most(ess, perplexity(log_w))) << "V19";
    EXPECT_TRUE(at_most(perplexity(log_w), k)) << "V19";
    const Set weights = normalised_weights(log_w);
    EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-12) << "V22";
    const double elbo = mean_log_weight(log_w).value;
    if (std::isfinite(elbo)) {
      EXPECT_NEAR(ciwae(log_w, 0.3), 0.3 * elbo + 0.7 * bound, 1e-9) << "V22";
    }
    EXPECT_EQ(ciwae(log_w, 0.0), bound) << "V22";
    EXPECT_TRUE(at_most(ciwae(log_w, 1.0), elbo) && at_most(elbo, ciwae(log_w, 1.0))) << "V22";
    EXPECT_NEAR(renyi_bound(log_w, 0.0), bound, 1e-10) << "V23";
    EXPECT_EQ(chi_upper_bound(log_w, 2.0), renyi_bound(log_w, -1.0)) << "V23";
    if (log_w.size() > 1) {
      EXPECT_TRUE(at_most(leave_one_out_iwae(log_w), bound)) << "V17";
      EXPECT_TRUE(at_most(bound, jackknife_iwae(log_w).value)) << "V24";
    }
  }
}

double mean_over_subsets(const Set& log_w, std::size_t size) {
  double sum = 0.0;
  int subsets = 0;
  for (unsigned mask = 0; mask < (1u << log_w.size()); ++mask) {
    Set chosen;
    for (std::size_t i = 0; i < log_w.size(); ++i) {
      if ((mask >> i) & 1u) chosen.push_back(log_w[i]);
    }
    if (chosen.size() != size) continue;
    sum += iwae_value(chosen);
    ++subsets;
  }
  return sum / subsets;
}

TEST(ImportanceIdentities, V17MeansOverAllSubsetsRiseWithTheirSize) {
  for (const double range : {0.1, 3.0, 200.0}) {
    const Set log_w = random_weights(11, 7, range);
    double before = -kInfinity;
    for (std::size_t size = 1; size <= 7; ++size) {
      const double value = mean_over_subsets(log_w, size);
      EXPECT_TRUE(at_most(before, value));
      if (size == 6) {
        EXPECT_NEAR(value, leave_one_out_iwae(log_w), 1e-10);
      }
      before = value;
    }
    EXPECT_NEAR(before, iwae_value(log_w), 1e-10);
  }
}

TEST(ImportanceIdentities, V20TheTemperedIntegralIsTheBound) {
  for (const Set& log_w : many_sets()) {
    if (std::any_of(log_w.begin(), log_w.end(), [](double l) { return l == -kInfinity; })) continue;
    const auto [low, top] = std::minmax_element(log_w.begin(), log_w.end());
    const double bound = iwae_value(log_w);
    if (*top - *low <= 30.0) {
      EXPECT_NEAR(tvo_integral(log_w), bound, 1e-8);
    }
    double left_before = -kInfinity, right_before = kInfinity;
    for (const int steps : {1, 2, 4, 8, 64}) {  // each refines the one before
      Set partition;
      for (int t = 0; t <= steps; ++t) partition.push_back(double(t) / steps);
      const double left = tvo_left(log_w, partition), right = tvo_right(log_w, partition);
      EXPECT_TRUE(at_most(left, bound) && at_most(bound, right));
      EXPECT_TRUE(at_most(left_before, left) && at_most(right, right_before));
      if (steps == 1) {
        EXPECT_NEAR(left, mean_log_weight(log_w).value, 1e-9);
        EXPECT_NEAR(right, surrogate(log_w), 1e-9);
      }
      left_before = left;
      right_before = right;
    }
  }
}

TEST(ImportanceIdentities, V20TheIntegrandRisesByTheWeightedVariance) {
  const Set log_w = random_weights(5, 12, 8.0);
  for (const double b : {0.0, 0.1, 0.5, 0.9}) {
    double total = 0.0, first = 0.0, second = 0.0;
    for (const double l : log_w) {
      const double v = std::exp(b * (l + 90.0));
      total += v;
      first += v * l;
      second += v * l * l;
    }
    const double variance = second / total - (first / total) * (first / total);
    const double h = 1e-5;
    const double slope = (tempered_mean(log_w, b + h) - tempered_mean(log_w, b)) / h;
    EXPECT_NEAR(slope, variance, 1e-3 * variance);
  }
}

TEST(ImportanceIdentities, V21MiwaeIsOrderedAndKnowsItsAxes) {
  const Set log_w = random_weights(8, 16, 9.0);
  const double elbo = mean_log_weight(log_w).value, bound = iwae_value(log_w);
  EXPECT_NEAR(miwae(log_w, 16, 1).value, elbo, 1e-12);
  EXPECT_NEAR(miwae(log_w, 1, 16).value, bound, 1e-12);
  EXPECT_FALSE(miwae(log_w, 1, 16).se.has_value());
  double before = elbo;
  for (const std::int64_t k : {2, 4, 8}) {
    const double value = miwae(log_w, 16 / k, k).value;
    EXPECT_TRUE(at_most(before, value) && at_most(value, bound));
    before = value;
  }
  const double first = iwae_value(std::span(log_w).first(8)),
               last = iwae_value(std::span(log_w).last(8));
  EXPECT_NEAR(miwae(log_w, 2, 8).value, 0.5 * (first + last), 1e-12);
}

// --- Known wrong variants: the identities tell them apart ---------------------------------------

/// VW4: reduces over the M axis of [M, K].
double miwae_swapped(const Set& log_w, std::size_t m, std::size_t k) {
  double sum = 0.0;
  for (std::size_t column = 0; column < k; ++column) {
    Set chosen;
    for (std::size_t row = 0; row < m; ++row) chosen.push_back(log_w[row * k + column]);
    sum += iwae_value(chosen);
  }
  return sum / static_cast<double>(k);
}

TEST(ImportanceWrongVariants, VW4IsCaughtByV21WhereTheAxesDiffer) {
  const Set log_w = random_weights(8, 16, 9.0);
  EXPECT_NEAR(miwae_swapped(log_w, 4, 4), miwae(log_w, 4, 4).value, 3.0);  // of the same size
  EXPECT_GT(std::fabs(miwae_swapped(log_w, 1, 16) - iwae_value(log_w)), 0.5);
  EXPECT_GT(std::fabs(miwae_swapped(log_w, 16, 1) - mean_log_weight(log_w).value), 0.5);
  EXPECT_GT(std::fabs(miwae_swapped(log_w, 2, 8) - miwae(log_w, 2, 8).value), 0.1);
}

TEST(ImportanceWrongVariants, VW5WorstSampleWeightedMostIsCaughtByV18) {
  const Set log_w = random_weights(9, 20, 5.0);
  Set loss = log_w;
  for (double& l : loss) l = -l;
  const Set wrong = normalised_weights(loss);  // softmax(+loss)
  const double value = std::inner_product(wrong.begin(), wrong.end(), log_w.begin(), 0.0);
  double entropy = 0.0;
  for (const double v : wrong) entropy -= x_log_x(v);
  EXPECT_GT(std::fabs(value - (iwae_value(log_w) + std::log(20.0) - entropy)), 0.5) << "V18";
  EXPECT_LT(value, iwae_value(log_w)) << "V18: the surrogate is never below";
  EXPECT_LT(value, mean_log_weight(log_w).value) << "below even the ELBO";
}

TEST(ImportanceWrongVariants, VW6TheSurrogateIsNotTheBound) {
  const Set log_w = random_weights(10, 20, 5.0);
  EXPECT_NEAR(surrogate(log_w) - iwae_value(log_w), std::log(20.0) - weight_entropy(log_w), 1e-12);
  EXPECT_GT(surrogate(log_w) - iwae_value(log_w), 0.5);
  EXPECT_GT(surrogate(Set{0.0, 0.0, -30.0}), iwae_value(Set{0.0, 0.0, -30.0}) + 0.4);
}

TEST(ImportanceWrongVariants, VW7ExponentiatingWithoutShift) {
  const auto naive = [](const Set& log_w) {
    double sum = 0.0;
    for (const double l : log_w) sum += std::exp(l);
    return std::log(sum / static_cast<double>(log_w.size()));
  };
  const Set low = {-1e4, -1e4 - 1.0, -1e4 - 2.0, -1e4 - 3.0};
  EXPECT_FALSE(std::isfinite(naive(low)));
  EXPECT_NEAR(iwae_value(low), -1e4 - 0.946104662559, 1e-11);
  EXPECT_NEAR(effective_sample_size(low), 2.08611077, 1e-8);
  EXPECT_NEAR(renyi_bound(low, -1.0),
              -1e4 + 0.5 * std::log((1 + std::exp(-2.0) + std::exp(-4.0) + std::exp(-6.0)) / 4.0),
              1e-11);
  const Set high = {1e4, 1e4 - 1.0, 1e4 - 2.0, 1e4 - 3.0};
  EXPECT_FALSE(std::isfinite(naive(high)));
  EXPECT_NEAR(iwae_value(high), 1e4 - 0.946104662559, 1e-11);
  EXPECT_NEAR(jackknife_iwae(high).value, 1e4 - 0.739134408, 1e-7);
}

// --- Extremes ------------------------------------------------------------------------------------

TEST(Importance, RefusesWhatIsNoSetOfWeights) {
  EXPECT_THROW(iwae(Set{}), Error);
  EXPECT_THROW(iwae(Set{0.0, std::nan("")}), Error);
  EXPECT_THROW(renyi_bound(Set{0.0, kInfinity}, 0.5), Error);
  EXPECT_THROW(renyi_bound(Set{0.0}, std::nan("")), Error);
  EXPECT_THROW(chi_upper_bound(Set{0.0}, 0.0), Error);
  EXPECT_THROW(miwae(Set{0.0, 1.0, 2.0}, 2, 2), Error);
  EXPECT_THROW(ciwae(kFixture, 1.5), Error);
  EXPECT_THROW(jackknife_iwae(Set{0.0}), Error);
  EXPECT_THROW(tvo_left(kFixture, Set{0.0, 0.5}), Error);
  EXPECT_THROW(tvo_right(kFixture, Set{0.0, 0.5, 0.5, 1.0}), Error);
  EXPECT_THROW(tempered_mean(kFixture, -1.0), Error);
  EXPECT_THROW(normalised_weights(Set{-kInfinity, -kInfinity}), Error);
  EXPECT_THROW(log_spaced_partition(0), Error);
}

TEST(Importance, ZeroWeightsAndSingleOnes) {
  const Set none = {-kInfinity, -kInfinity, -kInfinity};
  EXPECT_EQ(iwae(none).value, -kInfinity);
  EXPECT_FALSE(iwae(none).se.has_value());
  EXPECT_EQ(jackknife_iwae(none).value, -kInfinity);
  EXPECT_EQ(iwae(Set{-3.0}).value, -3.0);
  EXPECT_FALSE(iwae(Set{-3.0}).se.has_value());
  EXPECT_EQ(effective_sample_size(Set{-3.0}), 1.0);
  // The bound needs one weight that is not zero, the ELBO all of them.
  const Set one = {-2.0, -kInfinity};
  EXPECT_NEAR(iwae(one).value, -2.0 - std::log(2.0), 1e-15);
  EXPECT_EQ(mean_log_weight(one).value, -kInfinity);
  EXPECT_EQ(renyi_bound(one, 2.0), -kInfinity);
  EXPECT_EQ(jackknife_iwae(one).value, kInfinity) << "L_1 without the other weight is -inf";
}

TEST(Importance, LogSpacedPartition) {
  const Set p = log_spaced_partition(4, 1e-3);
  ASSERT_EQ(p.size(), 5u);
  EXPECT_EQ(p.front(), 0.0);
  EXPECT_NEAR(p[1], 1e-3, 1e-15);
  EXPECT_NEAR(p[3] / p[2], 10.0 * std::sqrt(10.0) / std::pow(10.0, 0.5), 1e-9);
  EXPECT_EQ(p.back(), 1.0);
  EXPECT_EQ(log_spaced_partition(1).size(), 2u);
}

TEST(Importance, SpecsAreComplete) {
  for (const EstimatorSpec& spec : estimator_specs()) {
    if (spec.source != "math/estimators/importance.cpp") continue;
    for (const std::string* text :
         {&spec.name, &spec.quantity, &spec.summary, &spec.equation, &spec.unicode, &spec.unit,
          &spec.bias_note, &spec.standard_error, &spec.cost, &spec.reference}) {
      EXPECT_FALSE(text->empty()) << spec.name;
    }
  }
}

}  // namespace
}  // namespace elbow
