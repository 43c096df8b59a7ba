// Guesses on disk, and the numbers of the run that they are held beside.
#include "report/predictions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "objectives/registry.h"
#include "report/page.h"
#include "report/run_reader.h"
#include "tests/report/run_files.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::put;
using elbow::testing::SmallRun;
using elbow::testing::TempDir;
using elbow::testing::write_run;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Prediction guess(const std::string& term, const std::string& split, double value) {
  return {.term = term, .split = split, .guess = value};
}

TEST(Predictions, TakeTheNewestNumberOfTestThenValidThenTrain) {
  const auto metrics = parse_metrics(
      R"({"step":1,"epoch":0,"wall":0,"split":"train","loss":3,"loss.se":0.5,"probe/a":7}
{"step":2,"epoch":0,"wall":0,"split":"train","loss":2,"loss.se":0.25}
{"step":2,"epoch":0,"wall":0,"split":"valid","loss":2.5}
{"step":3,"epoch":0,"wall":0,"split":"train","loss":"nan"}
)",
      "m");
  std::vector<Prediction> all = {guess("loss", "", 1), guess("loss", "train", 1),
                                 guess("probe/a", "", 1), guess("probe/a", "valid", 1),
                                 guess("kl", "", 1)};
  fill_results(all, metrics);
  EXPECT_EQ(all[0].result->split, "valid");
  EXPECT_EQ(all[0].result->value, 2.5);
  EXPECT_FALSE(all[0].result->se) << "none was logged";
  EXPECT_EQ(all[1].result->step, 3);
  EXPECT_TRUE(std::isnan(all[1].result->value)) << "a logged nan is a result";
  EXPECT_EQ(all[2].result->step, 1) << "probes do not report on every step";
  EXPECT_EQ(all[2].result->value, 7.0);
  EXPECT_FALSE(all[3].result);
  EXPECT_FALSE(all[4].result);
}

TEST(Predictions, ReadBackAsTheyWereWritten) {
  const TempDir dir;
  std::vector<Prediction> all = {guess("elbo/kl", "", 20.25), guess("elbo", "valid", -95),
                                 guess("loss", "test", 1e-300)};
  all[0].result = Outcome{.split = "test", .step = 900, .value = 25.3, .se = 0.06};
  all[1].result = Outcome{
      .split = "valid", .step = 7, .value = -std::numeric_limits<double>::infinity(), .se = {}};
  const auto file = dir.write("predictions.json", predictions_json(all));
  const auto back = read_predictions(file);
  ASSERT_THAT(back, SizeIs(3));
  EXPECT_EQ(predictions_json(back), predictions_json(all));
  EXPECT_EQ(back[0].guess, 20.25);
  EXPECT_EQ(back[0].result->se, 0.06);
  EXPECT_EQ(back[1].split, "valid");
  EXPECT_TRUE(std::isinf(back[1].result->value));
  EXPECT_FALSE(back[2].result);
  EXPECT_EQ(name_of(back[0]) + " " + name_of(back[1]), "elbo/kl valid:elbo");
  EXPECT_THAT(read_predictions(dir / "none.json"), IsEmpty());
}

TEST(Predictions, ADamagedFileIsNamed) {
  const TempDir dir;
  for (const char* text : {"[{\"term\":\"elbo\"}]", "[1]", "no json", "",
                           R"([{"term":"a","split":null,"guess":"x","result":null}])"}) {
    const auto file = dir.write("predictions.json", text);
    try {
      read_predictions(file);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::data);
      EXPECT_THAT(error.what(), HasSubstr("predictions.json"));
    }
  }
}

TEST(Predictions, StandOnThePageWithTheNewestResult) {
  const TempDir dir;
  const auto run = write_run(dir.path(), SmallRun{});
  put(run / "predictions.json",
      predictions_json({guess("elbo/kl", "", 25), guess("elbo/reconstruction", "train", -1),
                        guess("loss", "", 0)}));
  const auto json =
      nlohmann::json::parse(page_data(read_run(run), make_schema(component_specs()), kPageLimit));
  const auto& all = json["predictions"];
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0], nlohmann::json::parse(
                        R"({"term":"elbo/kl","guess":25.0,"split":"test","value":20.0,"se":0.05,
                            "step":100})"));
  EXPECT_EQ(all[1]["value"], -81.0);
  EXPECT_EQ(all[1]["split"], "train");
  EXPECT_TRUE(all[2]["value"].is_null()) << "this run logs no loss";
}

}  // namespace
}  // namespace elbow::report
