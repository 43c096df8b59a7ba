// What a comparison makes of a series of training records, and of their errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "math/threefry.h"
#include "report/aligned.h"
#include "report/comparison.h"
#include "tests/report/read_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::runs_of;
using elbow::testing::TempDir;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using Runs = std::vector<Run>;  // in a test, Run is its method

SplitMetrics training_of(const std::vector<double>& values) {
  std::string lines;
  for (std::size_t i = 0; i < values.size(); ++i) {
    lines += "{\"step\":" + std::to_string(i + 1) +
             ",\"split\":\"train\",\"kl\":" + std::to_string(values[i]) + ",\"kl.se\":9}\n";
  }
  return parse_metrics(lines, "m").at("train");
}

TEST(Compare, WithoutOtherSplitsTheLastTenthOfTrainingIsAveraged) {
  std::vector<double> values(720, 1000.0);
  for (int i = 0; i < 80; ++i) values.push_back(i % 2 == 0 ? 3.0 : 1.0);
  const auto metrics = training_of(values);
  const auto value = value_at(metrics, "train", "kl", 799);
  EXPECT_DOUBLE_EQ(value->value, 2.0);
  ASSERT_TRUE(value->se.has_value());
  EXPECT_LT(*value->se, 0.3);  // and not the 9 of one minibatch
  EXPECT_TRUE(std::isfinite(value->dof));
  EXPECT_EQ(value->source, ErrorSource::series);
  EXPECT_FALSE(value_at(metrics, "train", "elbo", 799).has_value());
}

// Their naive error would hold for independent ones only.
TEST(Compare, ASeriesTooShortForItsCorrelationHasNoError) {
  std::vector<double> values(108, 1000.0);
  for (int i = 0; i < 12; ++i) values.push_back(i < 6 ? 1.0 : 3.0);
  const auto value = value_at(training_of(values), "train", "kl", 119);
  EXPECT_DOUBLE_EQ(value->value, 2.0);
  EXPECT_FALSE(value->se.has_value());
  EXPECT_EQ(value->source, ErrorSource::none);
}

/// The share of pairs of runs of one AR(1) process whose difference gets a mark as a single test.
double false_marks(double rho, int records) {
  const int pairs = 400;
  int marks = 0;
  for (int pair = 0; pair < pairs; ++pair) {
    std::vector<Measured> both;
    for (int side = 0; side < 2; ++side) {
      CounterStream random(23, static_cast<std::uint64_t>(2 * pair + side));
      std::vector<double> values;
      double x = random.normal() / std::sqrt(1.0 - rho * rho);
      for (int i = 0; i < records; ++i) {
        values.push_back(x);
        x = rho * x + random.normal();
      }
      const auto last = static_cast<std::size_t>(records - 1);
      both.push_back(*value_at(training_of(values), "train", "kl", last));
    }
    const Difference d = difference(both[0], both[1]);
    marks += d.p && *d.p < 0.05 ? 1 : 0;
  }
  return static_cast<double>(marks) / pairs;
}

TEST(Compare, TheLegendSaysWhatTheErrorsSpeakOf) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  const auto of_images = legend(compare_runs(runs, {}));
  EXPECT_THAT(of_images, Contains(HasSubstr("same images")));
  EXPECT_THAT(of_images, Not(Contains(HasSubstr("minibatches"))));
  for (std::size_t i = 0; i < 2; ++i) {
    CounterStream random(29, i);
    std::vector<double> values;
    for (int k = 0; k < 1000; ++k) values.push_back(random.normal());
    runs[i].metrics = {{"train", training_of(values)}};
  }
  const Comparison c = compare_runs(runs, {.at = {At::end}});
  ASSERT_EQ(c.tests, 1);
  EXPECT_THAT(legend(c), Contains(HasSubstr("a trend within it is not covered")));
  EXPECT_THAT(legend(c), Not(Contains(HasSubstr("same images"))));
  EXPECT_THAT(comparison_csv(c), HasSubstr(",series,"));
  for (report::Run& run : runs) run.metrics = {{"train", training_of({1, 2, 3})}};
  EXPECT_THAT(legend(compare_runs(runs, {.at = {At::end}})),
              Contains(HasSubstr("the series is too short or too correlated")));
}

TEST(CompareStatistical, TwoRunsOfOneCorrelatedProcessRarelyGetAMark) {
  // With the naive error of 12 records it is 0.7.
  for (const int records : {120, 300, 1000}) EXPECT_LE(false_marks(0.9, records), 0.02) << records;
  // Independent records have an error, whose test holds its level: binomial error 0.011.
  const double independent = false_marks(0.0, 1000);
  EXPECT_GT(independent, 0.0);
  EXPECT_LT(independent, 0.1);
}

}  // namespace
}  // namespace elbow::report
