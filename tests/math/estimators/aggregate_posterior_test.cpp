#include "math/estimators/aggregate_posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/interval.h"
#include "math/threefry.h"

namespace elbow {
namespace {

using Matrix = std::vector<std::vector<double>>;

constexpr AggregateWeights kAll[] = {
    AggregateWeights::full, AggregateWeights::batch, AggregateWeights::leave_one_out,
    AggregateWeights::mws,  AggregateWeights::mss,   AggregateWeights::symmetric_mss};

/// Posteriors with a sample of each.
struct World {
  Points mean, log_var, z;
  std::vector<std::int64_t> own;
  DiagonalPosteriors references() const { return {mean, log_var}; }
  CodeSamples samples() const { return {z, own}; }
};

/// mean_n ~ N(0, spread I), variance `s2`, `per_image` samples of each.
World random_world(std::uint64_t seed, std::int64_t n, std::int64_t d, double spread, double s2,
                   int per_image = 1) {
  CounterStream stream(seed, 0);
  World w{Points(n, d), Points(n, d), Points(n * per_image, d), {}};
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t l = 0; l < d; ++l) {
      w.mean.row(j)[l] = std::sqrt(spread) * stream.normal();
      w.log_var.row(j)[l] = std::log(s2);
    }
    for (int r = 0; r < per_image; ++r) {
      double* z = w.z.row(static_cast<std::int64_t>(w.own.size()));
      for (std::int64_t l = 0; l < d; ++l)
        z[l] = w.mean.row(j)[l] + std::sqrt(s2) * stream.normal();
      w.own.push_back(j);
    }
  }
  return w;
}

double log_normal(double z, double mean, double log_var) {
  return -0.5 * (kLn2Pi + log_var + (z - mean) * (z - mean) / std::exp(log_var));
}

Matrix log_weights(AggregateWeights weights, std::int64_t b, std::int64_t n) {
  Matrix w;
  for (std::int64_t i = 0; i < b; ++i) {
    w.emplace_back();
    for (std::int64_t j = 0; j < b; ++j)
      w.back().push_back(aggregate_log_weight(weights, i, j, b, n));
  }
  return w;
}

/// I, TC, DW of a batch in the plainest form, with any matrix of log-weights. `per_dimension`: the
/// weight inside each dimension's term of the joint density (VW1).
struct Plain {
  double information = 0.0, correlation = 0.0, dimensions = 0.0, kl = 0.0;
};
Plain plain_terms(const World& w, const Matrix& log_weight, bool per_dimension = false) {
  Plain result;
  const std::int64_t n = w.z.size(), d = w.z.dim();
  for (std::int64_t i = 0; i < n; ++i) {
    double joint = 0.0, product = 0.0, prior = 0.0, own = 0.0;
    std::vector<double> marginal(static_cast<std::size_t>(d), 0.0);
    for (std::int64_t j = 0; j < w.mean.size(); ++j) {
      const double lw = log_weight[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      double sum = per_dimension ? static_cast<double>(d) * lw : lw;
      for (std::int64_t l = 0; l < d; ++l) {
        const double t = log_normal(w.z.row(i)[l], w.mean.row(j)[l], w.log_var.row(j)[l]);
        sum += t;
        marginal[static_cast<std::size_t>(l)] += std::exp(lw + t);
      }
      joint += std::exp(sum);
    }
    for (std::int64_t l = 0; l < d; ++l) {
      product += std::log(marginal[static_cast<std::size_t>(l)]);
      prior += log_normal(w.z.row(i)[l], 0.0, 0.0);
      const std::int64_t j = w.own[static_cast<std::size_t>(i)];
      own += log_normal(w.z.row(i)[l], w.mean.row(j)[l], w.log_var.row(j)[l]);
    }
    const double share = 1.0 / static_cast<double>(n);
    result.information += share * (own - std::log(joint));
    result.correlation += share * (std::log(joint) - product);
    result.dimensions += share * (product - prior);
    result.kl += share * (own - prior);
  }
  return result;
}

TEST(AggregatePosterior, EqualsThePlainFormForEveryWeighting) {
  const World w = random_world(1, 37, 3, 0.8, 0.3);
  for (const AggregateWeights weights : kAll) {
    const AggregateOptions options{.weights = weights, .dataset_size = 500, .groups = 5};
    const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), options);
    const Plain plain = plain_terms(w, log_weights(weights, 37, 500));
    EXPECT_NEAR(terms.mutual_information.value, plain.information, 1e-12) << to_string(weights);
    EXPECT_NEAR(terms.total_correlation.value, plain.correlation, 1e-12) << to_string(weights);
    EXPECT_NEAR(terms.dimension_wise_kl.value, plain.dimensions, 1e-12) << to_string(weights);
    EXPECT_NEAR(terms.kl.value, plain.kl, 1e-12);
    EXPECT_NEAR(terms.mutual_information.value + terms.total_correlation.value +
                    terms.dimension_wise_kl.value,
                terms.kl.value, 1e-12)
        << "V54";
    EXPECT_NEAR(terms.marginal_kl.value, plain.correlation + plain.dimensions, 1e-12) << "V56";
    double sum = 0.0;
    for (const Estimate& e : terms.dimension_kl) sum += e.value;
    EXPECT_NEAR(sum, terms.dimension_wise_kl.value, 1e-12);
  }
}

TEST(AggregatePosterior, BlocksAndGroupsChangeNothing) {
  const World w = random_world(2, 1500, 2, 0.8, 0.05);
  const Plain plain = plain_terms(w, log_weights(AggregateWeights::batch, 1500, 0));
  for (const std::int64_t groups : {0, 2, 20}) {
    const AggregateTerms terms = aggregate_terms(
        w.samples(), w.references(), {.weights = AggregateWeights::batch, .groups = groups});
    EXPECT_NEAR(terms.mutual_information.value, plain.information, 1e-10);
    EXPECT_NEAR(terms.total_correlation.value, plain.correlation, 1e-10);
    EXPECT_EQ(terms.kl.se.has_value(), groups > 0);
  }
}

TEST(AggregatePosterior, FarApartPosteriorsLoseNothing) {
  // 1e4 standard deviations between codes: every other density underflows.
  World w{Points({-1e3, 0.0, 1e3}, 1),
          Points({-4.6, -4.6, -4.6}, 1),
          Points({-1e3, 0.1, 1e3}, 1),
          {0, 1, 2}};
  const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), {});
  EXPECT_NEAR(terms.mutual_information.value, std::log(3.0), 1e-12);
  const AggregateTerms loo =
      aggregate_terms(w.samples(), w.references(), {.weights = AggregateWeights::leave_one_out});
  EXPECT_GT(loo.mutual_information.value, 1e7) << "the upper bound explodes";
  EXPECT_TRUE(std::isfinite(loo.mutual_information.value));
}

// --- V70: weights --------------------------------------------------------------------------------

TEST(AggregateWeightsMatrix, V70RowSumsAndDiagonal) {
  const std::int64_t b = 4, n = 50;
  for (const AggregateWeights weights : kAll) {
    const Matrix w = log_weights(weights, b, n);
    for (std::size_t i = 0; i < 4; ++i) {
      const double total = weights == AggregateWeights::mws ? 1.0 / 50.0 : 1.0;
      EXPECT_NEAR(std::exp(logsumexp(w[i])), total, 1e-15) << to_string(weights);
      const double self = std::exp(w[i][i]);
      switch (weights) {
        case AggregateWeights::full:
        case AggregateWeights::batch:
          EXPECT_NEAR(self, 0.25, 1e-15);
          break;
        case AggregateWeights::leave_one_out:
          EXPECT_EQ(self, 0.0);
          break;
        case AggregateWeights::mws:
          EXPECT_NEAR(self, 1.0 / 200.0, 1e-15);
          break;
        case AggregateWeights::mss:
        case AggregateWeights::symmetric_mss:
          EXPECT_NEAR(self, 1.0 / 50.0, 1e-15);
      }
    }
  }
}

/// VW2: the weights of MSS written down columns 0 and 1, every row alike.
Matrix mss_in_columns(std::int64_t b, std::int64_t n) {
  Matrix w;
  for (std::int64_t i = 0; i < b; ++i) {
    w.emplace_back();
    for (std::int64_t j = 0; j < b; ++j) {
      w.back().push_back(aggregate_log_weight(AggregateWeights::mss, 0, j, b, n));
    }
  }
  return w;
}

TEST(AggregateWeightsMatrix, VW2IsCaughtByTheDiagonal) {
  const Matrix wrong = mss_in_columns(4, 50);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(std::exp(logsumexp(wrong[i])), 1.0, 1e-15);
  EXPECT_GT(std::exp(wrong[2][2]), 0.3) << "self weight 1/M instead of 1/N";
}

// --- V55: identical posteriors
// ----------------------------------------------------------------------

TEST(AggregatePosterior, V55IdenticalPosteriors) {
  const std::int64_t n = 60000, d = 10, b = 64;
  const World w = random_world(3, b, d, 0.0, 1.0);
  for (const AggregateWeights weights : kAll) {
    const AggregateTerms terms =
        aggregate_terms(w.samples(), w.references(), {.weights = weights, .dataset_size = n});
    const bool mws = weights == AggregateWeights::mws;
    EXPECT_NEAR(terms.mutual_information.value, mws ? 11.0020998412 : 0.0, 1e-6)
        << to_string(weights);
    EXPECT_NEAR(terms.total_correlation.value, mws ? 99.018898571 : 0.0, 1e-6);
    EXPECT_NEAR(terms.dimension_wise_kl.value, mws ? -110.020998412 : 0.0, 1e-6) << "VW3";
  }
}

TEST(AggregatePosterior, VW1WeightPerDimensionIsCaughtByV55AndV57) {
  const World w = random_world(3, 64, 10, 0.0, 1.0);
  const Matrix columns = mss_in_columns(64, 60000);
  const Plain right = plain_terms(w, columns), wrong = plain_terms(w, columns, true);
  EXPECT_NEAR(right.information, 0.0, 1e-9);
  EXPECT_GT(wrong.information, 30.0) << "V57: above ln B";
  EXPECT_LT(wrong.correlation, -30.0) << "V56: a negative TC";
  EXPECT_NEAR(wrong.information + wrong.correlation + wrong.dimensions, wrong.kl, 1e-9)
      << "V54 does not see it";
  // The shift that the page states: (d − 1) ln (B − 1) where M weights dominate.
  EXPECT_NEAR(wrong.information, 9.0 * std::log(63.0), 0.1);
}

// --- V56 to V62
// -----------------------------------------------------------------------------------------

TEST(AggregatePosterior, V57BatchInformationIsAtMostLnBPerSample) {
  for (const double s2 : {1e-6, 0.01, 1.0}) {
    const World w = random_world(4, 50, 4, 1.0, s2);
    const AggregateDensities q =
        aggregate_densities(w.samples(), w.references(), {.weights = AggregateWeights::batch});
    for (std::size_t i = 0; i < q.own.size(); ++i) {
      EXPECT_LE(q.own[i] - q.joint[i], std::log(50.0) + 1e-12);
    }
  }
}

TEST(AggregatePosterior, V59InformationPerDimension) {
  // sum_l I(x; z_l) − I(x; z) = TC, with one estimator on the same samples.
  const World w = random_world(5, 300, 3, 0.7, 0.2);
  const AggregateTerms all = aggregate_terms(w.samples(), w.references(), {});
  double sum = 0.0;
  for (std::int64_t l = 0; l < 3; ++l) {
    World one{Points(300, 1), Points(300, 1), Points(300, 1), w.own};
    for (std::int64_t j = 0; j < 300; ++j) {
      one.mean.row(j)[0] = w.mean.row(j)[l];
      one.log_var.row(j)[0] = w.log_var.row(j)[l];
      one.z.row(j)[0] = w.z.row(j)[l];
    }
    sum += aggregate_terms(one.samples(), one.references(), {}).mutual_information.value;
  }
  EXPECT_NEAR(sum - all.mutual_information.value, all.total_correlation.value, 1e-11);
}

TEST(AggregatePosteriorStatistical, V56RangesAndV61V62MomentBounds) {
  const World w = random_world(6, 400, 3, 1.4, 0.2, 10);
  const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), {});
  const auto at_least = [](const Estimate& e, double bound) {
    return e.value >= bound - 4.0 * *e.se;
  };
  EXPECT_TRUE(at_least(terms.mutual_information, 0.0));
  EXPECT_TRUE(at_least(terms.total_correlation, 0.0));
  EXPECT_TRUE(at_least(terms.marginal_kl, 0.0));
  EXPECT_LE(terms.mutual_information.value, std::log(400.0));
  EXPECT_LE(terms.mutual_information.value, terms.kl.value);
  double joint_bound = 0.0;
  for (std::int64_t l = 0; l < 3; ++l) {
    double m = 0.0, v = 0.2;
    for (std::int64_t j = 0; j < 400; ++j) m += w.mean.row(j)[l] / 400.0;
    for (std::int64_t j = 0; j < 400; ++j) v += std::pow(w.mean.row(j)[l] - m, 2) / 400.0;
    const double bound = 0.5 * (m * m + v - 1.0 - std::log(v));
    EXPECT_TRUE(at_least(terms.dimension_kl[static_cast<std::size_t>(l)], bound)) << "V61";
    joint_bound += bound;
  }
  EXPECT_TRUE(at_least(terms.marginal_kl, joint_bound)) << "V62";
}

TEST(AggregatePosteriorStatistical, V58SandwichTightensWithTheBatch) {
  const std::int64_t n = 400;
  const World w = random_world(7, n, 4, 0.8, 0.2, 20);
  const double truth =
      aggregate_terms(w.samples(), w.references(), {.groups = 0}).mutual_information.value;
  double gap_before = kInfinity;
  for (const std::int64_t b : {8, 64}) {
    std::vector<double> low, high;
    CounterStream stream(99, static_cast<std::uint64_t>(b));
    for (int repeat = 0; repeat < 400; ++repeat) {
      World batch{Points(b, 4), Points(b, 4), Points(b, 4), {}};
      for (std::int64_t i = 0; i < b; ++i) {  // with replacement
        const auto j = static_cast<std::int64_t>(stream.below(static_cast<std::uint32_t>(n)));
        for (std::int64_t l = 0; l < 4; ++l) {
          batch.mean.row(i)[l] = w.mean.row(j)[l];
          batch.log_var.row(i)[l] = w.log_var.row(j)[l];
          batch.z.row(i)[l] = w.mean.row(j)[l] + std::sqrt(0.2) * stream.normal();
        }
        batch.own.push_back(i);
      }
      const auto value = [&](AggregateWeights weights) {
        return aggregate_terms(batch.samples(), batch.references(),
                               {.weights = weights, .groups = 0})
            .mutual_information.value;
      };
      low.push_back(value(AggregateWeights::batch));
      high.push_back(value(AggregateWeights::leave_one_out));
    }
    const double se_low = std::sqrt(sample_variance(low) / 400.0);
    const double se_high = std::sqrt(sample_variance(high) / 400.0);
    EXPECT_LE(mean(low), truth + 4.0 * se_low) << b;
    EXPECT_GE(mean(high), truth - 4.0 * se_high) << b;
    EXPECT_LT(mean(high) - mean(low), gap_before);
    gap_before = mean(high) - mean(low);
  }
}

TEST(AggregatePosteriorStatistical, V44StratifiedWeightsAreUnbiasedForTheDensity) {
  const std::int64_t n = 200, b = 16, repeats = 2000;
  const World w = random_world(8, n, 2, 0.8, 0.2);
  const AggregateDensities full = aggregate_densities(w.samples(), w.references(), {});
  const std::int64_t image = 3;
  const auto z_score =
      [&](const std::function<double(const DiagonalPosteriors&, const CodeSamples&)>& log_q) {
        CounterStream stream(5, 0);
        std::vector<double> density;
        for (std::int64_t r = 0; r < repeats; ++r) {
          // The image, then b − 1 distinct others.
          std::vector<std::int64_t> order(static_cast<std::size_t>(n));
          std::iota(order.begin(), order.end(), 0);
          std::swap(order[0], order[static_cast<std::size_t>(image)]);
          for (std::uint32_t i = 1; i < static_cast<std::uint32_t>(b); ++i) {
            std::swap(order[i], order[i + stream.below(static_cast<std::uint32_t>(n) - i)]);
          }
          // Somewhere in the batch: with the image always first VW2 would look right.
          std::swap(order[0], order[stream.below(static_cast<std::uint32_t>(b))]);
          Points m(b, 2), v(b, 2), z(1, 2);
          std::vector<std::int64_t> own;
          for (std::int64_t i = 0; i < b; ++i) {
            const std::int64_t j = order[static_cast<std::size_t>(i)];
            if (j == image) own.push_back(i);
            for (int l = 0; l < 2; ++l) {
              m.row(i)[l] = w.mean.row(j)[l];
              v.row(i)[l] = w.log_var.row(j)[l];
              z.row(0)[l] = w.z.row(image)[l];
            }
          }
          density.push_back(
              std::exp(log_q({m, v}, {z, own}) - full.joint[static_cast<std::size_t>(image)]));
        }
        return (mean(density) - 1.0) /
               std::sqrt(sample_variance(density) / static_cast<double>(repeats));
      };
  for (const AggregateWeights weights : {AggregateWeights::mss, AggregateWeights::symmetric_mss}) {
    EXPECT_LE(std::fabs(z_score([&](const auto& references, const auto& samples) {
                return aggregate_densities(samples, references,
                                           {.weights = weights, .dataset_size = n})
                    .joint[0];
              })),
              4.0)
        << to_string(weights);
  }
  const Matrix columns = mss_in_columns(b, n);
  EXPECT_GT(z_score([&](const DiagonalPosteriors& references, const CodeSamples& samples) {
              double sum = 0.0;
              for (std::int64_t j = 0; j < b; ++j) {
                double t = columns[0][static_cast<std::size_t>(j)];
                for (int l = 0; l < 2; ++l) {
                  t += log_normal(samples.z.at(0, l), references.mean.at(j, l),
                                  references.log_var.at(j, l));
                }
                sum += std::exp(t);
              }
              return std::log(sum);
            }),
            10.0)
      << "VW2";
}

TEST(AggregatePosteriorStatistical, TheTableOfMinibatchEstimators) {
  // d = 10, B = 64, N = 60000, q(z|x_n) = N(m_n, .2 I), m_n ~ N(0, .8 I): mean over 40 batches.
  struct Row {
    const char* name;
    double information, correlation, dimensions;
    std::function<Plain(const World&)> estimate;
  };
  const auto library = [](AggregateWeights weights) {
    return [weights](const World& w) {
      const AggregateTerms t = aggregate_terms(
          w.samples(), w.references(), {.weights = weights, .dataset_size = 60000, .groups = 0});
      return Plain{t.mutual_information.value, t.total_correlation.value, t.dimension_wise_kl.value,
                   t.kl.value};
    };
  };
  const Row rows[] = {
      {"mws", 15.1, 102.7, -109.8, library(AggregateWeights::mws)},
      {"mss", 9.7, -1.4, -0.25, library(AggregateWeights::mss)},
      {"symmetric_mss", 9.7, -1.4, -0.25, library(AggregateWeights::symmetric_mss)},
      {"batch", 4.1, 3.7, 0.2, library(AggregateWeights::batch)},
      {"leave_one_out", 13.8, -5.5, -0.25, library(AggregateWeights::leave_one_out)},
      {"VW2", 4.1, 3.7, 0.2,
       [](const World& w) { return plain_terms(w, mss_in_columns(64, 60000)); }},
      {"VW1", 41.5, -33.7, 0.2,
       [](const World& w) { return plain_terms(w, mss_in_columns(64, 60000), true); }}};
  for (const Row& row : rows) {
    std::vector<double> information, correlation, dimensions;
    for (std::uint64_t repeat = 0; repeat < 40; ++repeat) {
      const Plain p = row.estimate(random_world(1000 + repeat, 64, 10, 0.8, 0.2));
      information.push_back(p.information);
      correlation.push_back(p.correlation);
      dimensions.push_back(p.dimensions);
    }
    const auto slack = [](const std::vector<double>& x) {
      return 4.0 * std::sqrt(sample_variance(x) / 40.0) + 0.1;  // the table's own spread
    };
    EXPECT_NEAR(mean(information), row.information, slack(information)) << row.name;
    EXPECT_NEAR(mean(correlation), row.correlation, slack(correlation)) << row.name;
    EXPECT_NEAR(mean(dimensions), row.dimensions, slack(dimensions)) << row.name;
  }
}

TEST(AggregatePosteriorStatistical, FullDataRowOfTheTable) {
  World w = random_world(77, 60000, 10, 0.8, 0.2);
  Points z(300, 10);
  std::vector<std::int64_t> own;
  for (std::int64_t i = 0; i < 300; ++i) {
    std::copy_n(w.z.row(200 * i), 10, z.row(i));
    own.push_back(200 * i);
  }
  const AggregateTerms terms = aggregate_terms({z, own}, w.references(), {});
  EXPECT_NEAR(terms.mutual_information.value, 8.0, 4.0 * *terms.mutual_information.se + 0.05);
  EXPECT_NEAR(terms.total_correlation.value, 0.3, 4.0 * *terms.total_correlation.se + 0.05);
  EXPECT_NEAR(terms.dimension_wise_kl.value, 0.0, 4.0 * *terms.dimension_wise_kl.se + 0.05);
}

// --- V94: oracles
// -----------------------------------------------------------------------------------------

/// I and KL(q(z)||p) of codes in one dimension by the trapezoid rule over ln q^ as the library has
/// it.
std::pair<double, double> quadrature(const std::vector<double>& codes, double s) {
  const auto n = static_cast<std::int64_t>(codes.size());
  constexpr int kNodes = 8000;
  Points z(kNodes + 1, 1);
  for (int i = 0; i <= kNodes; ++i) z.row(i)[0] = -12.0 + 24.0 * i / kNodes;
  const std::vector<std::int64_t> own(kNodes + 1, 0);
  const Points mean(codes, 1), log_var(std::vector<double>(codes.size(), 2.0 * std::log(s)), 1);
  const AggregateDensities q = aggregate_densities({z, own}, {mean, log_var}, {.groups = 0});
  double information = 0.0, marginal = 0.0;
  for (std::size_t i = 0; i < q.joint.size(); ++i) {
    const double h = 24.0 / kNodes / static_cast<double>(n);
    for (const double m : codes) {
      const double log_q = log_normal(z.row(static_cast<std::int64_t>(i))[0], m, 2.0 * std::log(s));
      information += h * std::exp(log_q) * (log_q - q.joint[i]);
      marginal += h * std::exp(log_q) * (q.joint[i] - q.prior[i]);
    }
  }
  return {information, marginal};
}

TEST(AggregatePosteriorOracles, V94ThreeCodes) {
  auto [information, marginal] = quadrature({-3.0, 0.0, 3.0}, 0.4);
  EXPECT_NEAR(information, 1.0982664905, 1e-9);
  EXPECT_NEAR(marginal, 2.3980242414, 1e-9);
  std::tie(information, marginal) = quadrature({-1.0, 0.0, 1.0}, 0.4);
  EXPECT_NEAR(information, 0.7628254719, 1e-9);
  EXPECT_NEAR(marginal, 0.0667985933, 1e-9);
  std::tie(information, marginal) = quadrature({-1.0, 0.0, 1.0}, 0.6);
  EXPECT_NEAR(information, 0.5075067546, 1e-9);
  EXPECT_NEAR(marginal, 0.0166522025, 1e-9);
}

TEST(AggregatePosteriorOracles, V94LinearEncoderOnAQuantileGrid) {
  // x at 4000 normal quantiles: q(z) is N(0, a² + s²) up to the grid.
  std::vector<double> codes;
  for (int i = 0; i < 4000; ++i) codes.push_back(0.5 * normal_quantile((i + 0.5) / 4000.0));
  const auto [information, marginal] = quadrature(codes, std::sqrt(0.5));
  EXPECT_NEAR(information, 0.5 * std::log1p(0.25 / 0.5), 2e-4);
  EXPECT_NEAR(information, 0.2027325541, 2e-4);
  EXPECT_NEAR(marginal, 0.5 * (0.75 - 1.0 - std::log(0.75)), 2e-4);
  EXPECT_NEAR(0.5 * (0.75 - 1.0 - std::log(0.75)), 0.0188410362, 1e-9);
}

TEST(AggregatePosteriorOraclesStatistical, V94TwoDimensions) {
  // x ~ N(0, I), mu = A x, noise diag(.2, .3). Truth by determinants.
  const double a[2][2] = {{0.8, 0.0}, {0.4, 0.5}};
  const double s11 = 0.64 + 0.2, s12 = 0.32, s22 = 0.16 + 0.25 + 0.3;
  const double det = s11 * s22 - s12 * s12;
  const double information = 0.5 * std::log(det / (0.2 * 0.3));
  const double correlation = 0.5 * std::log(s11 * s22 / det);
  const double dimensions = 0.5 * (s11 - 1.0 - std::log(s11)) + 0.5 * (s22 - 1.0 - std::log(s22));
  EXPECT_NEAR(information, 1.0540954775, 1e-9);
  EXPECT_NEAR(correlation, 0.0941880329, 1e-9);
  EXPECT_NEAR(dimensions, 0.0334218480, 1e-9);
  const std::int64_t n = 4000;
  World w{Points(n, 2), Points(n, 2), Points(n, 2), {}};
  CounterStream stream(4, 0);
  for (std::int64_t j = 0; j < n; ++j) {
    const double x[2] = {stream.normal(), stream.normal()};
    for (int l = 0; l < 2; ++l) {
      const double variance = l == 0 ? 0.2 : 0.3;
      w.mean.row(j)[l] = a[l][0] * x[0] + a[l][1] * x[1];
      w.log_var.row(j)[l] = std::log(variance);
      w.z.row(j)[l] = w.mean.row(j)[l] + std::sqrt(variance) * stream.normal();
    }
    w.own.push_back(j);
  }
  const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), {});
  EXPECT_LE(std::fabs(terms.mutual_information.value - information),
            4.0 * *terms.mutual_information.se);
  EXPECT_LE(std::fabs(terms.total_correlation.value - correlation),
            4.0 * *terms.total_correlation.se);
  EXPECT_LE(std::fabs(terms.dimension_wise_kl.value - dimensions),
            4.0 * *terms.dimension_wise_kl.se);
}

// --- Standard errors
// ------------------------------------------------------------------------------------------

TEST(AggregatePosterior, JackknifeEqualsRecomputationWithoutEachGroup) {
  const World w = random_world(9, 30, 2, 0.8, 0.2, 2);
  for (const AggregateWeights weights :
       {AggregateWeights::full, AggregateWeights::leave_one_out, AggregateWeights::symmetric_mss}) {
    const AggregateOptions options{.weights = weights, .dataset_size = 90, .groups = 5};
    const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), options);
    std::vector<double> information, correlation;
    for (std::int64_t g = 0; g < 5; ++g) {
      std::vector<double> m, v, z;
      std::vector<std::int64_t> own;
      for (std::int64_t j = 0, kept = 0; j < 30; ++j) {
        if (jackknife_group(j, 5) == g) continue;
        m.insert(m.end(), w.mean.row(j), w.mean.row(j) + 2);
        v.insert(v.end(), w.log_var.row(j), w.log_var.row(j) + 2);
        z.insert(z.end(), w.z.row(2 * j), w.z.row(2 * j) + 4);
        own.insert(own.end(), 2, kept++);
      }
      const Points mean(m, 2), log_var(v, 2), codes(z, 2);
      AggregateOptions plain = options;
      plain.groups = 0;
      const AggregateTerms without = aggregate_terms({codes, own}, {mean, log_var}, plain);
      information.push_back(without.mutual_information.value);
      correlation.push_back(without.total_correlation.value);
    }
    const auto se = [](const std::vector<double>& x) {
      return std::sqrt(16.0 / 5.0 * sample_variance(x));
    };
    EXPECT_NEAR(*terms.mutual_information.se, se(information), 1e-12);
    EXPECT_NEAR(*terms.total_correlation.se, se(correlation), 1e-12);
  }
}

TEST(AggregatePosteriorStatistical, JackknifeIntervalCoversTheMeanOfTheEstimate) {
  std::vector<AggregateTerms> runs;
  std::vector<double> information, marginal;
  for (std::uint64_t repeat = 0; repeat < 400; ++repeat) {
    const World w = random_world(5000 + repeat, 200, 2, 0.8, 0.2);
    runs.push_back(aggregate_terms(w.samples(), w.references(), {}));
    information.push_back(runs.back().mutual_information.value);
    marginal.push_back(runs.back().marginal_kl.value);
  }
  int first = 0, second = 0;
  for (const AggregateTerms& t : runs) {
    first += t_interval(t.mutual_information.value, *t.mutual_information.se, 19.0)
                 .contains(mean(information));
    second += t_interval(t.marginal_kl.value, *t.marginal_kl.se, 19.0).contains(mean(marginal));
  }
  EXPECT_NEAR(first / 400.0, 0.95, 0.04);
  EXPECT_NEAR(second / 400.0, 0.95, 0.04);
}

// --- Extremes
// ---------------------------------------------------------------------------------------------------

TEST(AggregatePosterior, RefusesWhatDoesNotFit) {
  const World w = random_world(1, 4, 2, 1.0, 1.0);
  const std::vector<std::int64_t> outside = {0, 1, 2, 4}, few = {0, 1};
  EXPECT_THROW(aggregate_terms({w.z, outside}, w.references(), {}), Error);
  EXPECT_THROW(aggregate_terms({w.z, few}, w.references(), {}), Error);
  EXPECT_THROW(aggregate_terms(w.samples(), w.references(), {.weights = AggregateWeights::mws}),
               Error);
  EXPECT_THROW(aggregate_terms(w.samples(), {w.mean, PointsView(w.log_var).rows(0, 3)}, {}), Error);
  World bad = w;
  bad.z.row(1)[0] = std::nan("");
  EXPECT_THROW(aggregate_terms(bad.samples(), bad.references(), {}), Error);
  bad = w;
  bad.log_var.row(1)[0] = 100.0;
  EXPECT_THROW(aggregate_terms(bad.samples(), bad.references(), {}), Error);
  const Points one(1, 2), wide(4, 3);
  const std::vector<std::int64_t> first = {0};
  EXPECT_THROW(
      aggregate_terms({one, first}, {one, one}, {.weights = AggregateWeights::leave_one_out}),
      Error);
  EXPECT_THROW(aggregate_terms({wide, w.own}, w.references(), {}), Error);
}

TEST(AggregatePosterior, OneImageHasNoInformation) {
  const Points one({0.5, -0.5}, 2);
  const std::vector<std::int64_t> own = {0};
  const AggregateTerms terms = aggregate_terms({one, own}, {one, one}, {});
  EXPECT_NEAR(terms.mutual_information.value, 0.0, 1e-15);
  EXPECT_NEAR(terms.total_correlation.value, 0.0, 1e-15);
  EXPECT_FALSE(terms.mutual_information.se.has_value());
}

TEST(AggregatePosterior, ConstantColumnsAndDuplicates) {
  World w = random_world(10, 40, 3, 0.8, 0.2);
  for (std::int64_t j = 0; j < 40; ++j) w.mean.row(j)[1] = 0.25;
  for (std::int64_t j = 1; j < 40; j += 2) std::copy_n(w.mean.row(j - 1), 3, w.mean.row(j));
  const AggregateTerms terms = aggregate_terms(w.samples(), w.references(), {});
  EXPECT_LE(terms.mutual_information.value, std::log(40.0));
  const double z_kl = terms.dimension_kl[1].value;  // one Gaussian: closed form up to the samples
  double direct = 0.0;
  for (std::int64_t i = 0; i < 40; ++i) {
    direct +=
        (log_normal(w.z.row(i)[1], 0.25, std::log(0.2)) - log_normal(w.z.row(i)[1], 0.0, 0.0)) /
        40.0;
  }
  EXPECT_NEAR(z_kl, direct, 1e-12);
}

}  // namespace
}  // namespace elbow
