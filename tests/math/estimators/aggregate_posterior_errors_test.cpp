#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "math/estimators/aggregate_posterior.h"
#include "math/numeric.h"
#include "math/points.h"
#include "math/statistics/interval.h"
#include "tests/math/estimators/encodings.h"

namespace elbow {
namespace {

using testing::Encodings;
using testing::random_encodings;

TEST(AggregatePosterior, JackknifeEqualsRecomputationWithoutEachGroup) {
  const Encodings w = random_encodings(9, 30, 2, 0.8, 0.2, 2);
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
    const Encodings w = random_encodings(5000 + repeat, 200, 2, 0.8, 0.2);
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

}  // namespace
}  // namespace elbow
