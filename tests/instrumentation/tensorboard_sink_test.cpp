// What a run writes for TensorBoard, as a reader that shares no code with the writer sees it.
#include "instrumentation/tensorboard_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "instrumentation/png.h"
#include "tests/instrumentation/fake_runs.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::gan_record;
using testing::gan_run;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using testing::run_program;
using testing::TempDir;
using testing::vae_record;
using testing::vae_run;

bool has_python() { return run_program({"python3", "--version"}).exit_code == 0; }

std::vector<json> events_of(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> argv = {"python3",
                                   ELBOW_SOURCE_DIR "/tests/instrumentation/read_events.py"};
  for (const auto& file : files) argv.push_back(file.string());
  const auto result = run_program(argv);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<json> events;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
  return events;
}

/// (step, value) of each value with this tag.
std::vector<std::pair<int, json>> series(const std::vector<json>& events, const std::string& tag) {
  std::vector<std::pair<int, json>> found;
  for (const json& event : events) {
    for (const json& value : event.value("values", json::array())) {
      if (value["tag"] == tag) found.emplace_back(event["step"].get<int>(), value);
    }
  }
  return found;
}

struct TensorboardSinkTest : ::testing::Test {
  void SetUp() override {
    if (!has_python()) GTEST_SKIP() << "python3 is not installed";
  }
  static TensorboardOptions options() {
    TensorboardOptions options;
    options.config = "[run]\nseed = 1\n";
    options.parameters = {{.name = "run.seed", .value = 1},
                          {.name = "objective.name", .value = "elbo"},
                          {.name = "ema.on", .value = true},
                          {.name = "model.hidden", .value = ValueList{400, 200}}};
    options.splits = {"valid"};
    options.clock = [] { return 1700000000.0; };
    return options;
  }
  RunInfo in(RunInfo info, std::int64_t first_step = 0) const {
    info.directory = dir.path().string();
    info.first_step = first_step;
    return info;
  }
  TempDir dir;
};

TEST_F(TensorboardSinkTest, ScalarsHaveTheirValuesAndOnceTheirDescription) {
  TensorboardSink sink(options());
  sink.start(in(vae_run()));
  for (const int step : {1, 20, 40}) {
    StepRecord record = vae_record(step, -80.0 - step);
    sink.step(record);
  }
  StepRecord valid = vae_record(40, -90.0);
  valid.split = "valid";
  sink.step(valid);
  sink.finish({});
  const auto events = events_of({sink.path()});
  EXPECT_EQ(events.at(0)["version"], "brain.Event:2");
  const auto found = series(events, "elbo/reconstruction");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[2].first, 40);
  EXPECT_FLOAT_EQ(found[2].second["scalar"].get<float>(), -120.0f);
  EXPECT_EQ(found[0].second["plugin"], "scalars");
  EXPECT_EQ(found[0].second["data_class"], 1);
  const std::string description = found[0].second["description"];
  for (const char* part : {"`E_q ln p(x|z)`", "nats", "Meaning of elbo/reconstruction.",
                           "closed form", "A paper", "LaTeX"}) {
    EXPECT_THAT(description, HasSubstr(part));
  }
  EXPECT_FALSE(found[1].second.contains("description")) << "with the first value only";
  const auto held_out = series(events, "valid/elbo/reconstruction");
  ASSERT_EQ(held_out.size(), 1u);
  EXPECT_FLOAT_EQ(held_out[0].second["scalar"].get<float>(), -90.0f);
  EXPECT_THAT(held_out[0].second["description"].get<std::string>(), HasSubstr("valid split"));
}

TEST_F(TensorboardSinkTest, BandsAreOneStandardErrorToEachSideAndTheLayoutNamesThem) {
  TensorboardSink sink(options());
  sink.start(in(vae_run()));
  StepRecord record = vae_record(1);
  sink.step(record);
  sink.finish({});
  const auto events = events_of({sink.path()});
  EXPECT_FLOAT_EQ(series(events, "band/elbo/kl/low").at(0).second["scalar"].get<float>(), 21.15f);
  EXPECT_FLOAT_EQ(series(events, "band/elbo/kl/high").at(0).second["scalar"].get<float>(), 21.65f);
  const auto layouts = series(events, "custom_scalars__config__");
  ASSERT_EQ(layouts.size(), 1u);
  EXPECT_EQ(layouts[0].second["plugin"], "custom_scalars");
  EXPECT_EQ(layouts[0].second["shape"], json::array());
  const json charts = layouts[0].second["layout"].at(0)["charts"];
  EXPECT_EQ(charts.at(0)["lines"], json({"loss$", "elbo$", "elbo/reconstruction$", "elbo/kl$"}));
  EXPECT_EQ(charts.at(1)["bands"].at(3),
            json({"elbo/kl", "band/elbo/kl/low", "band/elbo/kl/high"}));
  // Every tag of the layout that this run has written exists; those of "valid" come later.
  for (const json& chart : charts) {
    for (const json& band : chart.value("bands", json::array())) {
      for (const json& tag : band) {
        if (tag.get<std::string>().find("valid/") != std::string::npos) continue;
        EXPECT_EQ(series(events, tag).size(), 1u) << tag;
      }
    }
  }
}

TEST_F(TensorboardSinkTest, EachPlayerOfAGameHasItsChart) {
  TensorboardSink sink(options());
  sink.start(in(gan_run()));
  StepRecord record = gan_record(1);
  sink.step(record);
  sink.finish({});
  const json layout =
      series(events_of({sink.path()}), "custom_scalars__config__").at(0).second["layout"];
  ASSERT_EQ(layout.size(), 2u);
  EXPECT_EQ(layout[0]["charts"].at(0)["lines"],
            json({"loss/discriminator$", "loss/discriminator/real$", "loss/discriminator/fake$"}));
  EXPECT_EQ(layout[1]["charts"].at(0)["lines"], json({"loss/generator$", "loss/generator/fake$"}));
}

TEST_F(TensorboardSinkTest, NumberedFamiliesAndWeightsAreHistograms) {
  TensorboardOptions with_weights = options();
  with_weights.weights_every = 20;
  with_weights.weights = [] {
    return std::vector<std::pair<std::string, std::vector<double>>>{
        {"encoder.0.weight", {-1.0, 0.0, 0.0, 1.0}}, {"constant", {2.0, 2.0}}};
  };
  TensorboardSink sink(with_weights);
  sink.start(in(vae_run()));
  for (const int step : {1, 20}) {
    StepRecord record = vae_record(step);
    for (int j = 0; j < 5; ++j) {
      record.values.set("kl/dim/" + std::to_string(j), Moments{0.5 * j, 0.1, 128});
    }
    EXPECT_EQ(sink.prompt(record), step == 20);
    sink.step(record);
  }
  sink.finish({});
  const auto events = events_of({sink.path()});
  EXPECT_EQ(series(events, "kl/dim/0").size(), 0u);
  const auto kl = series(events, "kl/dim");
  ASSERT_EQ(kl.size(), 2u);
  EXPECT_EQ(kl[0].second["plugin"], "histograms");
  EXPECT_EQ(kl[0].second["shape"], json({30, 3}));
  double count = 0.0;
  for (const json& row : kl[0].second["rows"]) count += row[2].get<double>();
  EXPECT_EQ(count, 5.0);
  EXPECT_EQ(kl[0].second["rows"].front()[0], 0.0);
  EXPECT_EQ(kl[0].second["rows"].back()[1], 2.0);
  const auto weight = series(events, "weights/encoder.0.weight");
  ASSERT_EQ(weight.size(), 1u);
  EXPECT_EQ(weight[0].first, 20);
  EXPECT_EQ(weight[0].second["rows"].at(15)[2], 2.0) << "zeros lie in the middle";
  EXPECT_EQ(series(events, "weights/constant").at(0).second["rows"], json({{1.5, 2.5, 2.0}}));
}

TEST_F(TensorboardSinkTest, PicturesThatComeBeforeTheStartAreKept) {
  write_png(dir / "step_000000.png", Image(6, 4, 1, 128));
  write_png(dir / "reconstructions.png", Image(3, 5, 3, 1));
  TensorboardSink sink(options());
  sink.picture(dir / "step_000000.png", 0, "Images: samples.");
  sink.start(in(vae_run()));
  sink.picture(dir / "reconstructions.png", 500, "Rows in pairs.");
  sink.picture(dir / "latest.png", 500, "A copy.");
  sink.finish({});
  const auto events = events_of({sink.path()});
  const json samples = series(events, "samples").at(0).second;
  EXPECT_EQ(samples["plugin"], "images");
  EXPECT_EQ(samples["data_class"], 3);
  EXPECT_EQ(samples["description"], "Images: samples.");
  EXPECT_EQ(samples["image"].at(0), 6);
  EXPECT_EQ(samples["image"].at(1), 4);
  EXPECT_EQ(series(events, "reconstructions").at(0).first, 500);
  EXPECT_EQ(series(events, "latest").size(), 0u);
}

TEST_F(TensorboardSinkTest, TextAndHyperparametersAreThoseOfTheConfig) {
  TensorboardSink sink(options());
  sink.start(in(vae_run()));
  StepRecord record = vae_record(1);
  sink.step(record);
  sink.finish({.outcome = Outcome::diverged, .step = 1, .wall = 1.0, .message = ""});
  const auto events = events_of({sink.path()});
  EXPECT_EQ(series(events, "config").at(0).second["texts"],
            json({"```toml\n[run]\nseed = 1\n```\n"}));
  EXPECT_THAT(series(events, "equation").at(0).second["texts"].dump(), HasSubstr("### elbo"));
  const json experiment =
      series(events, "_hparams_/experiment").at(0).second["hparams"]["experiment"];
  EXPECT_EQ(experiment["hparams"],
            json({{"run.seed", 3}, {"objective.name", 1}, {"ema.on", 2}, {"model.hidden", 1}}));
  EXPECT_THAT(experiment["metrics"].get<std::vector<std::string>>(),
              IsSupersetOf({"loss", "elbo/kl", "valid/elbo"}));
  const json start = series(events, "_hparams_/session_start_info").at(0).second["hparams"];
  EXPECT_EQ(start["start"], json({{"run.seed", 1.0},
                                  {"objective.name", "elbo"},
                                  {"ema.on", true},
                                  {"model.hidden", "[400, 200]"}}));
  EXPECT_EQ(series(events, "_hparams_/session_end_info").at(0).second["hparams"]["end"], 2);
}

/// The curve that a reader shows: a session start voids what earlier files hold of its step and
/// later ones.
std::vector<int> shown_steps(const std::vector<json>& events, const std::string& tag) {
  std::vector<int> steps;
  for (const json& event : events) {
    if (event.value("session", 0) == 1) {
      std::erase_if(steps, [&](int step) { return step >= event["step"].get<int>(); });
    }
    for (const json& value : event.value("values", json::array())) {
      if (value["tag"] == tag) steps.push_back(event["step"].get<int>());
    }
  }
  return steps;
}

TEST_F(TensorboardSinkTest, AResumedRunStartsASessionSoThatNoCurveRunsBack) {
  TensorboardSink before(options()), after(options());
  before.start(in(vae_run()));
  for (const int step : {10, 20, 30}) {
    StepRecord record = vae_record(step);
    before.step(record);
  }
  before.finish({.outcome = Outcome::interrupted, .step = 30, .wall = 1.0, .message = ""});
  after.start(in(vae_run(), 20));
  for (const int step : {30, 40}) {
    StepRecord record = vae_record(step);
    after.step(record);
  }
  after.finish({});
  ASSERT_LT(before.path().string(), after.path().string());
  const auto events = events_of({before.path(), after.path()});
  EXPECT_THAT(shown_steps(events, "loss"), ElementsAre(10, 20, 30, 40));
  EXPECT_EQ(series(events, "_hparams_/session_end_info").size(), 1u)
      << "an interrupted session has not ended";
}

TEST_F(TensorboardSinkTest, ARunBegunAnewVoidsWhatAKilledOneLeft) {
  TensorboardSink before(options()), after(options());
  before.start(in(vae_run()));
  StepRecord record = vae_record(10);
  before.step(record);
  before.finish({});
  after.start(in(vae_run()));
  after.step(record);
  after.finish({});
  EXPECT_THAT(shown_steps(events_of({before.path(), after.path()}), "loss"), ElementsAre(10));
}

TEST_F(TensorboardSinkTest, TheReaderSeesADamagedByte) {
  TensorboardSink sink(options());
  sink.start(in(vae_run()));
  sink.finish({});
  std::string bytes = testing::read_file(sink.path());
  bytes[bytes.size() / 2] ^= 1;
  const auto damaged = dir.write("damaged", bytes);
  const auto result = run_program(
      {"python3", ELBOW_SOURCE_DIR "/tests/instrumentation/read_events.py", damaged.string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("checksum"));
}

}  // namespace
}  // namespace elbow
