#include "math/estimators/aggregate_posterior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/points.h"
#include "tests/math/estimators/encodings.h"

namespace elbow {
namespace {

using testing::Encodings;
using testing::kAllWeights;
using testing::log_normal;
using testing::log_weights;
using testing::Matrix;
using testing::mss_in_columns;
using testing::Plain;
using testing::plain_terms;
using testing::random_encodings;

TEST(AggregatePosterior, EqualsThePlainFormForEveryWeighting) {
  const Encodings w = random_encodings(1, 37, 3, 0.8, 0.3);
  for (const AggregateWeights weights : kAllWeights) {
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
  const Encodings w = random_encodings(2, 1500, 2, 0.8, 0.05);
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
  Encodings w{Points({-1e3, 0.0, 1e3}, 1),
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

TEST(AggregateWeightsMatrix, V70RowSumsAndDiagonal) {
  const std::int64_t b = 4, n = 50;
  for (const AggregateWeights weights : kAllWeights) {
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

TEST(AggregateWeightsMatrix, VW2IsCaughtByTheDiagonal) {
  const Matrix wrong = mss_in_columns(4, 50);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(std::exp(logsumexp(wrong[i])), 1.0, 1e-15);
  EXPECT_GT(std::exp(wrong[2][2]), 0.3) << "self weight 1/M instead of 1/N";
}

TEST(AggregatePosterior, V55IdenticalPosteriors) {
  const std::int64_t n = 60000, d = 10, b = 64;
  const Encodings w = random_encodings(3, b, d, 0.0, 1.0);
  for (const AggregateWeights weights : kAllWeights) {
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
  const Encodings w = random_encodings(3, 64, 10, 0.0, 1.0);
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

TEST(AggregatePosterior, V57BatchInformationIsAtMostLnBPerSample) {
  for (const double s2 : {1e-6, 0.01, 1.0}) {
    const Encodings w = random_encodings(4, 50, 4, 1.0, s2);
    const AggregateDensities q =
        aggregate_densities(w.samples(), w.references(), {.weights = AggregateWeights::batch});
    for (std::size_t i = 0; i < q.own.size(); ++i) {
      EXPECT_LE(q.own[i] - q.joint[i], std::log(50.0) + 1e-12);
    }
  }
}

TEST(AggregatePosterior, V59InformationPerDimension) {
  // sum_l I(x; z_l) − I(x; z) = TC, with one estimator on the same samples.
  const Encodings w = random_encodings(5, 300, 3, 0.7, 0.2);
  const AggregateTerms all = aggregate_terms(w.samples(), w.references(), {});
  double sum = 0.0;
  for (std::int64_t l = 0; l < 3; ++l) {
    Encodings one{Points(300, 1), Points(300, 1), Points(300, 1), w.own};
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
  const Encodings w = random_encodings(6, 400, 3, 1.4, 0.2, 10);
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

TEST(AggregatePosterior, RefusesWhatDoesNotFit) {
  const Encodings w = random_encodings(1, 4, 2, 1.0, 1.0);
  const std::vector<std::int64_t> outside = {0, 1, 2, 4}, few = {0, 1};
  EXPECT_THROW(aggregate_terms({w.z, outside}, w.references(), {}), Error);
  EXPECT_THROW(aggregate_terms({w.z, few}, w.references(), {}), Error);
  EXPECT_THROW(aggregate_terms(w.samples(), w.references(), {.weights = AggregateWeights::mws}),
               Error);
  EXPECT_THROW(aggregate_terms(w.samples(), {w.mean, PointsView(w.log_var).rows(0, 3)}, {}), Error);
  Encodings bad = w;
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
  Encodings w = random_encodings(10, 40, 3, 0.8, 0.2);
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
