#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "math/estimators/aggregate_posterior.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/threefry.h"
#include "tests/math/estimators/encodings.h"

namespace elbow {
namespace {

using testing::Encodings;
using testing::log_normal;
using testing::Matrix;
using testing::mss_in_columns;
using testing::Plain;
using testing::plain_terms;
using testing::random_encodings;

TEST(AggregatePosteriorStatistical, V58SandwichTightensWithTheBatch) {
  const std::int64_t n = 400;
  const Encodings w = random_encodings(7, n, 4, 0.8, 0.2, 20);
  const double truth =
      aggregate_terms(w.samples(), w.references(), {.groups = 0}).mutual_information.value;
  double gap_before = kInfinity;
  for (const std::int64_t b : {8, 64}) {
    std::vector<double> low, high;
    CounterStream stream(99, static_cast<std::uint64_t>(b));
    for (int repeat = 0; repeat < 400; ++repeat) {
      Encodings batch{Points(b, 4), Points(b, 4), Points(b, 4), {}};
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
  const Encodings w = random_encodings(8, n, 2, 0.8, 0.2);
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
    std::function<Plain(const Encodings&)> estimate;
  };
  const auto library = [](AggregateWeights weights) {
    return [weights](const Encodings& w) {
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
       [](const Encodings& w) { return plain_terms(w, mss_in_columns(64, 60000)); }},
      {"VW1", 41.5, -33.7, 0.2,
       [](const Encodings& w) { return plain_terms(w, mss_in_columns(64, 60000), true); }}};
  for (const Row& row : rows) {
    std::vector<double> information, correlation, dimensions;
    for (std::uint64_t repeat = 0; repeat < 40; ++repeat) {
      const Plain p = row.estimate(random_encodings(1000 + repeat, 64, 10, 0.8, 0.2));
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
  Encodings w = random_encodings(77, 60000, 10, 0.8, 0.2);
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

}  // namespace
}  // namespace elbow
