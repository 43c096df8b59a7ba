#include "core/config/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SweepValues, CommasInsideBracketsBracesAndQuotesDoNotSplit) {
  EXPECT_THAT(sweep_values("0.5,1, 2"), ElementsAre("0.5", "1", "2"));
  EXPECT_THAT(sweep_values("[400,200],[50]"), ElementsAre("[400,200]", "[50]"));
  EXPECT_THAT(sweep_values("{schedule=\"linear\",from=0,to=[1,2]},4"),
              ElementsAre("{schedule=\"linear\",from=0,to=[1,2]}", "4"));
  EXPECT_THAT(sweep_values("\"a,b\",'c,[d'"), ElementsAre("\"a,b\"", "'c,[d'"));
  EXPECT_THAT(sweep_values("\"a\\\",b\",c"), ElementsAre("\"a\\\",b\"", "c"));
  for (const char* bad : {"", "1,,2", "1,", "[1,2", "1]", "\"a", "[1}"}) {
    EXPECT_THROW(sweep_values(bad), Error) << bad;
  }
}

std::vector<std::string> overrides(const SweepRequest& request) {
  std::vector<std::string> lines;
  for (const auto& point : sweep_points(request)) {
    std::string line;
    for (const auto& item : point.overrides) line += (line.empty() ? "" : " ") + item;
    lines.push_back(line);
  }
  return lines;
}

TEST(SweepPoints, ProductWithTheLastKeyInnermost) {
  EXPECT_THAT(overrides({.axes = {"a.x=1,2", "a.y=3", "a.z=4,5"}}),
              ElementsAre("a.x=1 a.y=3 a.z=4", "a.x=1 a.y=3 a.z=5", "a.x=2 a.y=3 a.z=4",
                          "a.x=2 a.y=3 a.z=5"));
}

TEST(SweepPoints, ZipTakesValuesTogetherAndSeedsMultiply) {
  EXPECT_THAT(overrides({.axes = {"a.x=1,2", "a.y=3", "a.z=4,5"}, .zip = true, .seeds = 2}),
              ElementsAre("a.x=1 a.y=3 a.z=4 run.seed=1", "a.x=1 a.y=3 a.z=4 run.seed=2",
                          "a.x=2 a.y=3 a.z=5 run.seed=1", "a.x=2 a.y=3 a.z=5 run.seed=2"));
  EXPECT_THAT(overrides({.axes = {}, .seeds = 2}), ElementsAre("run.seed=1", "run.seed=2"));
  EXPECT_THAT(overrides({.axes = {}, .zip = true, .seeds = 2}),
              ElementsAre("run.seed=1", "run.seed=2"));
}

TEST(SweepPoints, NamesAreUniqueAndPlain) {
  const auto points = sweep_points({.axes = {"model.hidden=[400,200],[50]", "objective.beta=1,4"}});
  EXPECT_EQ(points[1].name, "hidden=400_200,beta=4");
  std::set<std::string> names;
  for (const auto& point : sweep_points({.axes = {"a.b=\"/\",\"//\",../x", "c.b=1,2"}})) {
    names.insert(point.name);
    EXPECT_EQ(point.name.find('/'), std::string::npos);
  }
  EXPECT_EQ(names.size(), 6u);
  EXPECT_THAT(*names.begin(), HasSubstr("a.b="));
}

TEST(SweepPoints, MistakesAreUsageErrors) {
  for (const SweepRequest& bad :
       {SweepRequest{.axes = {"beta"}}, SweepRequest{.axes = {"=1"}},
        SweepRequest{.axes = {"a.b=1", "a.b=2"}},
        SweepRequest{.axes = {"a.b=1,2", "a.c=1,2,3"}, .zip = true},
        SweepRequest{.axes = {"a.b=1,2,1"}}, SweepRequest{.axes = {"run.seed=1,2"}, .seeds = 3}}) {
    try {
      sweep_points(bad);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_THAT(error.what(), HasSubstr("error: "));
    }
  }
}

TEST(SweepPoints, AllMistakesAreOneError) {
  try {
    sweep_points({.axes = {"beta", "a.b=1,,2", "a.c=[1", "run.seed=1"}, .seeds = 2});
    ADD_FAILURE();
  } catch (const Error& error) {
    const std::string said = error.what();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 3) << said;
  }
}

TEST(ShareCores, NeverMoreThreadsThanCores) {
  const auto share = [](int cores, int jobs, int threads, std::size_t runs) {
    const CoreShare s = share_cores(cores, jobs, threads, runs);
    return std::pair(s.jobs, s.threads);
  };
  EXPECT_EQ(share(8, 0, 0, 20), std::pair(8, 1));
  EXPECT_EQ(share(8, 0, 0, 2), std::pair(2, 4)) << "few runs get more threads";
  EXPECT_EQ(share(8, 3, 0, 20), std::pair(3, 2));
  EXPECT_EQ(share(8, 0, 4, 20), std::pair(2, 4));
  EXPECT_EQ(share(2, 0, 4, 20), std::pair(1, 4)) << "as asked";
  EXPECT_EQ(share(2, 4, 0, 20), std::pair(4, 1));
  EXPECT_EQ(share(2, 0, 0, 0), std::pair(1, 2));
  for (int cores = 1; cores <= 16; ++cores) {
    for (int jobs = 0; jobs <= cores; ++jobs) {
      const CoreShare s = share_cores(cores, jobs, 0, 100);
      EXPECT_LE(s.jobs * s.threads, cores);
    }
  }
}

}  // namespace
}  // namespace elbow
