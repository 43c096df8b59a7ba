#include "report/evaluation_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "report/comparison.h"
#include "tests/report/read_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::runs_of;
using elbow::testing::TempDir;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Runs = std::vector<Run>;  // in a test, Run is its method

/// a has 100 steps, b 900; both with a row of `elbow eval`.
Runs evaluated_runs(const TempDir& dir, const std::string& a, const std::string& b) {
  Runs all = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 4.0, .steps = 900}});
  all[0].evaluation = {{"ais", a, "ais", "ais", "lower", "", "", -90.0, 0.3}};
  all[1].evaluation = {{"ais", b, "ais", "ais", "lower", "", "", -91.0, 0.4}};
  return all;
}

TEST(Compare, WhatEvalMeasuredIsComparedWhereItWasMeasuredAlike) {
  const TempDir dir;
  const std::string at_end = "step=100 weights=12 chains=16";
  const auto alike = evaluated_runs(dir, at_end, "step=900 weights=77 chains=16");
  const Comparison same = compare_runs(alike, {.at = {At::end}});
  ASSERT_EQ(same.sections.size(), 2u);
  EXPECT_THAT(same.sections[1].places,
              ElementsAre("evaluated at step 100", "evaluated at step 900"));
  ASSERT_TRUE(same.sections[1].rows[0].differences[1]);
  EXPECT_DOUBLE_EQ(*same.sections[1].rows[0].differences[1]->se, 0.5);
  EXPECT_THAT(same.notes, Not(Contains(HasSubstr("elbow eval"))));
  const auto unlike = evaluated_runs(dir, at_end, "step=900 weights=77 chains=32");
  const Comparison other = compare_runs(unlike, {.at = {At::end}});
  EXPECT_THAT(other.sections[1].rows[0].definitions, ElementsAre("measured with other settings"));
  EXPECT_FALSE(other.sections[1].rows[0].differences[1]);
}

TEST(Compare, WhatEvalMeasuredBeforeTheEndIsSaid) {
  const TempDir dir;
  const auto early = evaluated_runs(dir, "step=100 chains=16", "step=10 chains=16");
  const Comparison one = compare_runs(early, {.at = {At::end}});
  EXPECT_THAT(one.sections[1].rows[0].definitions,
              ElementsAre("evaluated at: step 100 in A, step 10 in B"));
  EXPECT_FALSE(one.sections[1].rows[0].differences[1]);
  EXPECT_THAT(one.notes,
              Contains(HasSubstr("elbow eval measured step 10, its last record is of step 900")));
  // Of equal steps, all the same.
  const auto equal = evaluated_runs(dir, "step=100 chains=16", "step=100 chains=16");
  const Comparison both = compare_runs(equal, {.at = {At::end}});
  EXPECT_TRUE(both.sections[1].rows[0].differences[1]);
  EXPECT_THAT(both.notes, Contains(HasSubstr("B (" + (dir / "b").string() +
                                             "): elbow eval measured step 100")));
}

TEST(Compare, ATermThatOnlyEvalMeasuredCanBeNamed) {
  const TempDir dir;
  const auto runs = evaluated_runs(dir, "step=100", "step=900");
  const Comparison c = compare_runs(runs, {.terms = {.patterns = {"ais"}}});
  ASSERT_EQ(c.sections.size(), 1u);
  EXPECT_EQ(c.sections[0].rows[0].term, "ais");
  EXPECT_THROW(compare_runs(runs, {.terms = {.patterns = {"ais"}, .split = "test"}}), Error);
  EXPECT_THROW(compare_runs(runs, {.terms = {.patterns = {"ais"}}, .at = {At::steps}}), Error);
  EXPECT_EQ(compare_runs(runs, {.terms = {.split = "test"}, .at = {At::end}}).sections.size(), 1u);
}

}  // namespace
}  // namespace elbow::report
