#include "report/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/report/read_runs.h"
#include "tests/report/run_files.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::runs_of;
using elbow::testing::SmallRun;
using elbow::testing::TempDir;
using elbow::testing::write_run;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Runs = std::vector<Run>;  // in a test, Run is its method

const Section& section(const Comparison& c, At at) {
  for (const Section& s : c.sections) {
    if (s.at == at) return s;
  }
  throw std::out_of_range("section");
}

const Row& row(const Section& s, const std::string& term) {
  for (const Row& r : s.rows) {
    if (r.term == term) return r;
  }
  throw std::out_of_range(term);
}

TEST(Compare, TheEndIsTheTestSplitWithUnpairedErrors) {
  const TempDir dir;
  const auto runs =
      runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 4.0, .elbo = -110, .kl = 5}});
  const Comparison c = compare_runs(runs, {});
  ASSERT_EQ(c.groups.size(), 2u);
  ASSERT_EQ(c.settings.size(), 1u);
  EXPECT_EQ(c.settings[0].key, "objective.beta");
  EXPECT_THAT(c.settings[0].values, ElementsAre("1.0", "4.0"));
  const Row& elbo = row(section(c, At::end), "elbo");
  EXPECT_EQ(elbo.split, "test");
  EXPECT_EQ(elbo.unit, "nats");
  EXPECT_FALSE(elbo.differences[0].has_value());
  EXPECT_DOUBLE_EQ(elbo.differences[1]->value, -10.0);
  EXPECT_DOUBLE_EQ(*elbo.differences[1]->se, std::sqrt(0.5));
  EXPECT_TRUE(elbo.differences[1]->significant());
  EXPECT_EQ(row(section(c, At::end), "elbo/kl").theory, "[0, ∞)");
  EXPECT_THAT(c.notes, Contains(HasSubstr("One seed says nothing about other seeds")));
}

TEST(Compare, EqualStepsSamplesAndTimePickTheLastRecordsBefore) {
  const TempDir dir;
  // b: half the steps of twice the batch, each record after three times the seconds.
  const auto runs =
      runs_of(dir, {{.name = "a"}, {.name = "b", .batch_size = 20, .steps = 50, .seconds = 3.0}});
  const Comparison c = compare_runs(runs, {});
  EXPECT_THAT(section(c, At::steps).places,
              ElementsAre(HasSubstr("step 50"), HasSubstr("step 50")));
  EXPECT_THAT(section(c, At::samples).places,
              ElementsAre(HasSubstr("step 100"), HasSubstr("step 50")));
  // 4 s: all of a (25 steps a second), one record of b.
  EXPECT_THAT(section(c, At::time).places,
              ElementsAre(HasSubstr("step 100"), HasSubstr("step 12")));
  EXPECT_DOUBLE_EQ(row(section(c, At::steps), "elbo").values[0]->value, -120.0);
  EXPECT_EQ(row(section(c, At::steps), "elbo").split, "valid");
}

// A run that ended a little later is not compared by what it was half a run before.
TEST(Compare, EqualTimeTakesTheNearestRecord) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0, .seconds = 1.03}});
  const Comparison c = compare_runs(runs, {});
  EXPECT_THAT(section(c, At::time).title, HasSubstr("the record nearest to"));
  EXPECT_THAT(section(c, At::time).places,
              ElementsAre(HasSubstr("step 100"), HasSubstr("step 100")));
  const auto late = runs_of(dir, {{.name = "c"}, {.name = "d", .beta = 2.0, .seconds = 1.3}});
  EXPECT_THAT(section(compare_runs(late, {}), At::time).places,
              ElementsAre(HasSubstr("step 100"), HasSubstr("step 75")));
}

TEST(Compare, SectionsOfTheSameRecordsAreSaidOnce) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  const Comparison c = compare_runs(runs, {});
  EXPECT_THAT(section(c, At::samples).same_as, HasSubstr("equal steps"));
  EXPECT_THAT(section(c, At::samples).rows, IsEmpty());
  EXPECT_EQ(c.tests, 6);  // three terms, at the end and at equal steps
}

// a: 1000 steps of 10 ms, b: 2000 of 20 ms, both with validation at their end only.
TEST(Compare, SectionsThatDifferInOneSplitAreBothSaid) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  for (int i = 0; i < 2; ++i) {
    const int last = 1000 * (i + 1);
    const auto line = [&](int step, const std::string& split, const std::string& term) {
      return "{\"step\":" + std::to_string(step) +
             ",\"wall\":" + std::to_string(0.01 * (i + 1) * step) + ",\"split\":\"" + split +
             "\",\"" + term + "\":" + std::to_string(step) + "}\n";
    };
    std::string lines;
    for (int step = 100; step <= last; step += 100) lines += line(step, "train", "kl");
    runs[static_cast<std::size_t>(i)].metrics =
        parse_metrics(lines + line(last, "valid", "elbo"), "m");
  }
  const Comparison c = compare_runs(runs, {.terms = {.patterns = {"elbo", "kl"}}});
  EXPECT_EQ(section(c, At::time).same_as, "");
  EXPECT_DOUBLE_EQ(row(section(c, At::steps), "kl").values[1]->value, 1000.0);
  EXPECT_DOUBLE_EQ(row(section(c, At::time), "kl").values[1]->value, 500.0);
  EXPECT_THAT(section(c, At::time).places[1],
              HasSubstr("valid: no record so early; train: step 500"));
  EXPECT_THAT(section(c, At::samples).same_as, HasSubstr("equal steps"));
}

TEST(Compare, OtherDefinitionsAreSaidAndNotSubtracted) {
  const TempDir dir;
  const struct {
    SmallRun other;
    const char* why;
    bool kl_too;
  } cases[] = {{{.name = "b", .beta = 2.0, .binarize = "static"}, "data.binarize", true},
               {{.name = "c", .beta = 2.0, .likelihood = "gaussian"}, "likelihood.name", false},
               {{.name = "d", .beta = 2.0, .reduction = "mean over pixels"}, "reduction", true}};
  for (const auto& test : cases) {
    const auto runs = runs_of(dir, {{.name = "a"}, test.other});
    const Comparison c = compare_runs(runs, {});
    const Row& elbo = row(section(c, At::end), "elbo");
    EXPECT_THAT(elbo.definitions, Contains(HasSubstr(test.why)));
    EXPECT_FALSE(elbo.differences[1].has_value()) << test.why;
    EXPECT_EQ(row(section(c, At::end), "elbo/kl").definitions.empty(), !test.kl_too) << test.why;
  }
}

// The other two are still subtracted.
TEST(Compare, AGroupOfAnotherDefinitionStandsAlone) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"},
                                  {.name = "b", .beta = 2.0},
                                  {.name = "c", .beta = 2.0, .binarize = "static"}});
  const Comparison c = compare_runs(runs, {.at = {At::end}});
  const Row& elbo = row(section(c, At::end), "elbo");
  EXPECT_TRUE(elbo.differences[1].has_value());
  EXPECT_FALSE(elbo.differences[2].has_value());
  EXPECT_THAT(elbo.definitions, ElementsAre(R"(data.binarize: "dynamic" in A, "dynamic" in B, )"
                                            R"("static" in C)"));
}

// Seeds from versions of the program that define a term otherwise.
TEST(Compare, DefinitionsThatDifferInsideAGroupAreSaid) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"},
                                  {.name = "a2", .seed = 2, .reduction = "mean over pixels"},
                                  {.name = "b", .beta = 2.0}});
  const Comparison c = compare_runs(runs, {.at = {At::end}});
  ASSERT_EQ(c.groups.size(), 2u);
  const Row& elbo = row(section(c, At::end), "elbo");
  EXPECT_FALSE(elbo.differences[1].has_value());
  EXPECT_THAT(elbo.definitions, Contains(HasSubstr("mean over pixels in A")));
}

TEST(Compare, RunsThatDifferInTheirSeedAreOneGroup) {
  const TempDir dir;
  std::vector<SmallRun> all;
  for (int seed = 1; seed <= 3; ++seed) {
    all.push_back({.name = "a" + std::to_string(seed), .seed = seed, .elbo = -100.0 - seed});
    all.push_back(
        {.name = "b" + std::to_string(seed), .seed = seed, .beta = 2.0, .elbo = -110.0 - seed});
  }
  const auto runs = runs_of(dir, all);
  const Comparison c = compare_runs(runs, {});
  ASSERT_EQ(c.groups.size(), 2u);
  EXPECT_THAT(c.groups[0].seeds, ElementsAre("1", "2", "3"));
  const Row& elbo = row(section(c, At::end), "elbo");
  EXPECT_DOUBLE_EQ(elbo.values[0]->value, -102.0);
  EXPECT_DOUBLE_EQ(*elbo.values[0]->se, 1.0 / std::sqrt(3.0));
  EXPECT_EQ(elbo.differences[1]->test, report::Test::welch);
  EXPECT_DOUBLE_EQ(elbo.differences[1]->dof, 4.0);
  EXPECT_THAT(c.notes, Not(Contains(HasSubstr("One seed says nothing about other seeds"))));
}

TEST(Compare, TheSameSeedTwiceIsNoSecondSeed) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"}, {.name = "again"}, {.name = "b", .beta = 2.0}});
  const Comparison c = compare_runs(runs, {});
  EXPECT_EQ(c.groups[0].runs.size(), 1u);
  EXPECT_THAT(c.notes, Contains(HasSubstr("no independent run")));
}

// Dimension 1 of one training is not dimension 1 of another, even of the same config.
TEST(Compare, NumberedDimensionsAreNeverSubtracted) {
  const TempDir dir;
  Runs runs;
  for (const double beta : {1.0, 2.0}) {
    runs.push_back(
        read_run(write_run(dir.path(), {.name = "b" + std::to_string(beta), .beta = beta})));
    runs.back().metrics = parse_metrics(
        "{\"step\":1,\"split\":\"test\",\"elbo/kl\":2,\"elbo/kl.se\":0.1,\"kl/dim/1\":1,"
        "\"kl/dim/1.se\":0.1}\n",
        "metrics.jsonl");
  }
  const Comparison main = compare_runs(runs, {.at = {At::end}});
  ASSERT_EQ(main.sections[0].rows.size(), 1u) << "they are no main terms";
  const Comparison all = compare_runs(runs, {.terms = {.all = true}, .at = {At::end}});
  const Row& dim = row(section(all, At::end), "kl/dim/1");
  EXPECT_THAT(dim.definitions, Contains(HasSubstr("by chance")));
  EXPECT_FALSE(dim.differences[1]);
  EXPECT_TRUE(row(section(all, At::end), "elbo/kl").differences[1]);
}

TEST(Compare, ALossOfAnotherObjectiveIsAnotherLoss) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 4.0}});
  for (report::Run& run : runs) {
    run.metrics =
        parse_metrics("{\"step\":1,\"split\":\"test\",\"loss\":2,\"loss.se\":0.1,\"elbo\":-2}\n",
                      "metrics.jsonl");
  }
  const Comparison c = compare_runs(runs, {.at = {At::end}});
  EXPECT_THAT(row(section(c, At::end), "loss").definitions,
              ElementsAre("what is minimised: beta(beta = 1.0) in A, beta(beta = 4.0) in B"));
  EXPECT_EQ(section(c, At::end).rows[0].term, "elbo") << "the others stand last";
}

TEST(Compare, ASilentRunWasProbablyKilled) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 4.0}});
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  runs[0].status = RunStatus{"running", "", 40, 100, now};
  runs[1].status = RunStatus{"running", "", 50, 100, now - 600.0};
  const Comparison c = compare_runs(runs, {});
  EXPECT_THAT(c.notes, Contains(HasSubstr("is running at step 40 of 100")));
  EXPECT_THAT(c.notes, Contains(HasSubstr("has said nothing for 10 minutes at step 50 of 100; it "
                                          "was probably killed")));
}

TEST(Compare, TheBaselineIsADirectoryANameOrALetter) {
  const TempDir dir;
  const Runs runs = {read_run(write_run(dir / "x", {.name = "a"})),
                     read_run(write_run(dir / "x", {.name = "b", .beta = 2.0})),
                     read_run(write_run(dir / "y", {.name = "b", .beta = 4.0}))};
  const auto baseline = [&](const std::string& wanted) {
    return compare_runs(runs, {.baseline = wanted}).baseline;
  };
  EXPECT_EQ(baseline((dir / "x/b").string() + "/"), 1u);
  EXPECT_EQ(baseline((dir / "x/../y/./b").string()), 2u);
  EXPECT_EQ(baseline("C"), 2u);
  EXPECT_EQ(baseline("a"), 0u);
  try {
    baseline("b");
    ADD_FAILURE() << "two runs have this name";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("may be 'B' or 'C'"));
  }
}

TEST(Compare, UnfinishedRunsAndFailedChecksAreSaid) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 4.0}});
  runs[0].status->status = "interrupted";
  runs[1].checks.push_back({.id = "V1",
                            .kind = "exact",
                            .statement = {},
                            .evaluations = 2,
                            .fails = 2,
                            .worst = {},
                            .last = {}});
  const Comparison c = compare_runs(runs, {});
  EXPECT_THAT(c.notes, Contains(HasSubstr("is interrupted at step 100 of 100")));
  EXPECT_THAT(c.notes, Contains(HasSubstr("check V1 failed 2 times")));
}

TEST(Compare, PatternsStandForAnything) {
  EXPECT_TRUE(matches("kl/dim/*", "kl/dim/7"));
  EXPECT_TRUE(matches("*kl*", "elbo/kl"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("kl/*", "elbo/kl/"));
  EXPECT_FALSE(matches("elbo", "elbo/kl"));
  EXPECT_FALSE(matches("*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));  // and soon
}

TEST(Compare, UsageErrorsNameTheThing) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  const auto fails = [&](const CompareOptions& options, const std::string& word) {
    try {
      compare_runs(runs, options);
      ADD_FAILURE() << word;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_THAT(error.what(), HasSubstr(word));
    }
  };
  fails({.terms = {.patterns = {"elbow/*"}}}, "elbow/*");
  fails({.baseline = "c"}, "--baseline c");
  EXPECT_THROW(compare_runs({runs[0]}, {}), Error);
  EXPECT_EQ(compare_runs(runs, {.baseline = "b"}).baseline, 1u);
  EXPECT_EQ(section(compare_runs(runs, {.terms = {.patterns = {"*kl"}}}), At::end).rows.size(), 1u);
}

TEST(Compare, ARunWithoutRecordsIsNamed) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  runs[1].metrics.clear();
  try {
    compare_runs(runs, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
    EXPECT_THAT(error.what(), HasSubstr("b has no records yet"));
  }
}

TEST(Compare, UnitAndTheoryAreSaidWhereAllAgree) {
  const TempDir dir;
  Runs runs = runs_of(dir, {{.name = "a"}, {.name = "b", .beta = 2.0}});
  EXPECT_EQ(row(section(compare_runs(runs, {}), At::end), "elbo/kl").theory, "[0, ∞)");
  for (auto& [term, info] : runs[1].terms.entries) {
    if (term == "elbo/kl") info.unit = "bits", info.minimum = -1.0;
  }
  const Comparison c = compare_runs(runs, {});
  const Row& kl = row(section(c, At::end), "elbo/kl");
  EXPECT_EQ(kl.unit, "");
  EXPECT_EQ(kl.theory, "");
  EXPECT_THAT(kl.definitions, ElementsAre("unit: nats in A, bits in B"));
}

TEST(Compare, CsvAndJsonHoldEveryRow) {
  const TempDir dir;
  const auto runs = runs_of(dir, {{.name = "a,1"}, {.name = "b", .beta = 4.0, .elbo = -110}});
  const Comparison c = compare_runs(runs, {});
  const std::string csv = comparison_csv(c);
  EXPECT_THAT(csv, HasSubstr("\"" + (dir / "a,1").string() + "\""));
  EXPECT_THAT(csv, HasSubstr("end,test,elbo,nats,B,"));
  const auto json = nlohmann::json::parse(comparison_json(c));
  EXPECT_EQ(json["settings"]["objective.beta"][1], "4.0");
  EXPECT_EQ(json["sections"][0]["rows"][0]["differences"][1]["test"], "unpaired");
  EXPECT_EQ(json["tests"], c.tests);
}

}  // namespace
}  // namespace elbow::report
