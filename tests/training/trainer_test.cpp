#include "training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/error.h"
#include "tests/support/temp_dir.h"
#include "tests/training/small_run.h"
#include "training/checkpoint.h"
#include "training/divergence.h"
#include "training/result.h"
#include "training/safetensors.h"

namespace elbow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kGan;
using testing::kGaussian;
using testing::kVae;
using testing::read_file;
using testing::Recorder;
using testing::small_session;
using testing::TempDir;
using testing::weight_bytes;
namespace fs = std::filesystem;

struct Trained {
  RunSummary summary;
  std::string weights;
};

/// One process that trains into `path`. The recorder plays the part of the files.
Trained run(const fs::path& path, const std::string& text, Recorder& recorder,
            const std::vector<std::string>& overrides = {}, bool resume = false) {
  const auto session = small_session(text, overrides);
  RunDirectory directory({.directory = path, .resume = resume});
  if (!resume) directory.write("config.toml", to_toml(session->config()));
  const RunSummary summary = train(*session, directory, {&recorder}, {.resume = resume});
  return {summary, weight_bytes(*session)};
}

nlohmann::json json_of(const fs::path& file) { return nlohmann::json::parse(read_file(file)); }

/// Raises a signal while the record of a step is made.
class Raiser : public Recorder {
 public:
  Raiser(std::int64_t step, int signal) : step_(step), signal_(signal) {}
  void step(StepRecord& record) override {
    Recorder::step(record);
    if (record.step == step_ && record.split == "train") std::raise(signal_);
  }
  bool prompt(const StepRecord& record) const override { return record.step == step_; }

 private:
  std::int64_t step_;
  int signal_;
};

std::vector<std::int64_t> steps_of(const Recorder& recorder, const std::string& split) {
  std::vector<std::int64_t> steps;
  for (const StepRecord& r : recorder.records) {
    if (r.split == split) steps.push_back(r.step);
  }
  return steps;
}

TEST(Trainer, RecordsComeWhenTheyAreDue) {
  const TempDir dir;
  Recorder recorder;
  const Trained t = run(dir / "run", kVae, recorder,
                        {"run.steps=17", "log.every=5", "probes.every=0", "pictures.every=8"});
  EXPECT_EQ(t.summary.outcome, Outcome::finished);
  EXPECT_EQ(t.summary.step, 17);
  EXPECT_THAT(steps_of(recorder, "train"), ElementsAre(1, 5, 8, 10, 15, 16, 17));
  // 7 batches an epoch: at the ends of epochs and at the end of the run.
  EXPECT_THAT(steps_of(recorder, "valid"), ElementsAre(7, 14, 17));
  EXPECT_THAT(steps_of(recorder, "test"), ElementsAre(17));
  EXPECT_EQ(recorder.info.total_steps, 17);
  EXPECT_EQ(recorder.info.objective, "elbo");
  EXPECT_EQ(recorder.records.back().epoch, 17.0 / 7.0);
  ASSERT_EQ(recorder.summaries.size(), 1u);

  const auto status = json_of(dir.path() / "run/status.json");
  EXPECT_EQ(status["status"], "finished");
  EXPECT_EQ(status["step"], 17);
  const auto result = json_of(dir.path() / "run/result.json");
  EXPECT_EQ(result["splits"]["test"]["elbo"]["mean"], recorder.records.back().values["elbo"]);
  EXPECT_EQ(result["splits"]["train"]["loss"]["count"], 32);
}

TEST(Trainer, EveryKeyOfARecordIsDeclared) {
  for (const char* text : {kVae, kGaussian, kGan}) {
    const TempDir dir;
    Recorder recorder;
    run(dir / "run", text, recorder);
    std::vector<TermSpec> declared = recorder.info.terms;
    for (const Spec& spec : recorder.info.specs) {
      declared.insert(declared.end(), spec.terms.begin(), spec.terms.end());
    }
    for (const StepRecord& record : recorder.records) {
      for (const auto& entry : record.values.all()) {
        // Beside the averaged weights' value of a declared term stands that of the live ones.
        const bool live = recorder.info.averaged && entry.first.starts_with("live/");
        const std::string key = live ? entry.first.substr(5) : entry.first;
        const bool known = std::any_of(declared.begin(), declared.end(), [&](const TermSpec& t) {
          return t.name == key ||
                 (t.name.ends_with("/*") && key.starts_with(t.name.substr(0, t.name.size() - 1)));
        });
        EXPECT_TRUE(known) << key;
      }
    }
  }
}

TEST(Trainer, TheSameConfigTwiceIsTheSameRun) {
  for (const char* text : {kVae, kGan}) {
    const TempDir dir;
    Recorder a, b, other;
    const Trained first = run(dir / "a", text, a), second = run(dir / "b", text, b);
    EXPECT_EQ(first.weights, second.weights);
    EXPECT_EQ(testing::lines(a.records), testing::lines(b.records));
    EXPECT_NE(run(dir / "c", text, other, {"run.seed=2"}).weights, first.weights);
  }
}

// G85: how often it is logged changes nothing but the log.
TEST(Trainer, LoggingDoesNotBendTheTrajectory) {
  for (const char* text : {kVae, kGan}) {
    const TempDir dir;
    Recorder a, b;
    const Trained often = run(dir / "a", text, a, {"log.every=1"});
    const Trained seldom =
        run(dir / "b", text, b, {"log.every=7", "evaluation.every=0", "checkpoint.every=4"});
    EXPECT_EQ(often.weights, seldom.weights);
    EXPECT_NE(a.records.size(), b.records.size());
  }
}

class Resume : public ::testing::TestWithParam<const char*> {};

// Killed at any step: what is left is the newest checkpoint, and files that may be longer than it
// knows. Dynamic binarisation, averages, schedules, penalty and batch statistics are all on.
TEST_P(Resume, ContinuesBitForBitAfterAKill) {
  const TempDir dir;
  Recorder whole;
  const Trained uninterrupted = run(dir / "whole", GetParam(), whole);
  Recorder checkpointed;
  const std::vector<std::string> every = {"checkpoint.every=1", "checkpoint.keep=100"};
  ASSERT_EQ(run(dir / "all", GetParam(), checkpointed, every).weights, uninterrupted.weights);
  for (const std::int64_t step : {1, 2, 7, 13, 19}) {
    const fs::path path = dir / ("from_" + std::to_string(step));
    fs::copy(dir / "all", path, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    const Checkpoints left(path / "checkpoints", 100);
    for (const std::int64_t saved : left.steps()) {
      if (saved > step) fs::remove_all(left.folder(saved));
    }
    Recorder resumed;
    resumed.records = checkpointed.records;  // as a file that was not cut
    const Trained t = run(path, GetParam(), resumed, {}, true);
    EXPECT_EQ(resumed.info.first_step, step);
    EXPECT_EQ(t.weights, uninterrupted.weights) << step;
    EXPECT_EQ(testing::lines(resumed.records), testing::lines(whole.records)) << step;
  }
}

TEST_P(Resume, ContinuesBitForBitAfterASignal) {
  for (const auto& [signal, outcome] :
       {std::pair{SIGINT, Outcome::interrupted}, std::pair{SIGTERM, Outcome::stopped},
        std::pair{SIGUSR1, Outcome::stopped}}) {
    const TempDir dir;
    Recorder whole;
    const Trained uninterrupted = run(dir / "whole", GetParam(), whole);
    Raiser stopped(9, signal);
    const Trained part = run(dir / "part", GetParam(), stopped);
    EXPECT_EQ(part.summary.outcome, outcome);
    EXPECT_EQ(part.summary.step, 9);
    EXPECT_EQ(json_of(dir.path() / "part/status.json")["status"], "interrupted");
    EXPECT_TRUE(steps_of(stopped, "test").empty());
    Recorder resumed;
    resumed.records = stopped.records;
    const Trained rest = run(dir / "part", GetParam(), resumed, {}, true);
    EXPECT_EQ(rest.summary.outcome, Outcome::finished);
    EXPECT_EQ(rest.weights, uninterrupted.weights);
    EXPECT_EQ(testing::lines(resumed.records), testing::lines(whole.records));
  }
}

TEST_P(Resume, OfAFinishedRunRepeatsOnlyItsTestPass) {
  const TempDir dir;
  Recorder whole;
  const Trained first = run(dir / "run", GetParam(), whole);
  Recorder again;
  again.records = whole.records;
  const Trained second = run(dir / "run", GetParam(), again, {}, true);
  EXPECT_EQ(second.weights, first.weights);
  EXPECT_EQ(testing::lines(again.records), testing::lines(whole.records));
  EXPECT_TRUE(json_of(dir.path() / "run/result.json")["splits"].contains("train"));
}

const char* name_of(const ::testing::TestParamInfo<const char*>& info) {
  return info.param == kVae ? "vae" : info.param == kGan ? "gan" : "gaussian";
}

INSTANTIATE_TEST_SUITE_P(Families, Resume, ::testing::Values(kVae, kGaussian, kGan), name_of);

TEST(Trainer, ResumeWithoutACheckpointStartsFromTheBeginning) {
  const TempDir dir;
  Recorder whole, resumed;
  const Trained first = run(dir / "a", kVae, whole);
  {
    RunDirectory killed_early({.directory = dir / "b"});
    killed_early.write("config.toml", "x");
  }
  EXPECT_EQ(run(dir / "b", kVae, resumed, {}, true).weights, first.weights);
  EXPECT_EQ(resumed.info.first_step, 0);
}

TEST(Trainer, ADamagedCheckpointCostsOnlyTheStepsSinceTheOneBefore) {
  const TempDir dir;
  Recorder whole;
  const std::vector<std::string> every = {"checkpoint.every=10"};
  const Trained first = run(dir / "run", kVae, whole, every);
  dir.write("run/checkpoints/step_30/state.pt", "half");
  const auto session = small_session(kVae, every);
  RunDirectory directory({.directory = dir / "run", .resume = true});
  Recorder resumed;
  resumed.records = whole.records;
  std::vector<std::string> said;
  train(*session, directory, {&resumed},
        {.resume = true, .say = [&](const std::string& line) { said.push_back(line); }});
  EXPECT_THAT(said, ElementsAre(HasSubstr("state.pt"), HasSubstr("step 20")));
  EXPECT_EQ(weight_bytes(*session), first.weights);
  EXPECT_EQ(testing::lines(resumed.records), testing::lines(whole.records));
}

TEST(Trainer, EarlyStoppingEndsTheRunAndSurvivesResume) {
  const TempDir dir;
  // The ELBO rises while it trains, so as something to minimise it stops at once.
  const std::vector<std::string> early = {"run.steps=200",           "early_stopping.term=elbo",
                                          "early_stopping.mode=min", "early_stopping.patience=2",
                                          "checkpoint.every=1",      "checkpoint.keep=100"};
  Recorder whole;
  const Trained t = run(dir / "run", kVae, whole, early);
  EXPECT_EQ(t.summary.outcome, Outcome::early_stopped);
  EXPECT_EQ(t.summary.step, 21);
  EXPECT_THAT(t.summary.message, HasSubstr("elbo"));
  EXPECT_THAT(steps_of(whole, "test"), ElementsAre(21));
  EXPECT_EQ(json_of(dir.path() / "run/status.json")["status"], "finished");
  const Checkpoints left(dir.path() / "run/checkpoints", 100);
  for (const std::int64_t saved : left.steps()) {
    if (saved > 15) fs::remove_all(left.folder(saved));
  }
  Recorder resumed;
  resumed.records = whole.records;
  EXPECT_EQ(run(dir / "run", kVae, resumed, early, true).summary.step, 21);
  EXPECT_EQ(testing::lines(resumed.records), testing::lines(whole.records));
}

TEST(Trainer, DivergenceStopsWithItsOwnOutcome) {
  const TempDir dir;
  Recorder recorder;
  const Trained t = run(dir / "run", kVae, recorder, {"optimizer.lr=1e30"});
  EXPECT_EQ(t.summary.outcome, Outcome::diverged);
  EXPECT_EQ(exit_code(t.summary.outcome), ExitCode::diverged);
  EXPECT_THAT(t.summary.message, HasSubstr("elbo/"));
  EXPECT_EQ(json_of(dir.path() / "run/status.json")["status"], "diverged");
  EXPECT_EQ(json_of(dir.path() / "run/result.json")["outcome"], "diverged");
  ASSERT_EQ(recorder.summaries.size(), 1u);
  EXPECT_EQ(recorder.summaries[0].outcome, Outcome::diverged);
  EXPECT_TRUE(steps_of(recorder, "test").empty());
  EXPECT_FALSE(fs::exists(dir.path() / "run/checkpoints/latest"));
}

// The weights of the only step are finite, and so is its record; the pass after it is not.
TEST(Trainer, ADivergenceOfTheLastStepIsOneToo) {
  const TempDir dir;
  Recorder recorder;
  const Trained t = run(dir / "run", kVae, recorder,
                        {"optimizer.lr=1e3", "run.steps=1", "data.validation=0", "ema.decay=0"});
  EXPECT_EQ(t.summary.outcome, Outcome::diverged);
  EXPECT_THAT(t.summary.message, HasSubstr("The test pass at step 1: the term "));
  EXPECT_THAT(t.summary.message, HasSubstr("optimizer.lr"));
  EXPECT_EQ(json_of(dir.path() / "run/status.json")["status"], "diverged");
  EXPECT_TRUE(steps_of(recorder, "test").empty());
}

TEST(Trainer, ALostTermIsADivergenceWhateverItsWeight) {
  const auto s = testing::small_session(kVae);
  const auto check = [&](const std::string& key, double value) {
    Values values;
    values.set("loss", 100.0);
    values.set(key, value);
    require_finite(values, "Step 3", s->networks(), s->config());
  };
  EXPECT_NO_THROW(check("log_q/density", -1e29));
  EXPECT_NO_THROW(check("learning_rate/model", 1e31));
  for (const double lost : {1e31, -1e31, HUGE_VAL, std::nan("")}) {
    try {
      check("log_q/density", lost);
      FAIL() << lost;
    } catch (const Divergence& e) {
      EXPECT_THAT(e.what(), ::testing::StartsWith("Step 3: the term 'log_q/density' is "));
    }
  }
}

TEST(Trainer, AnErrorLeavesAFailedRun) {
  class Thrower : public Recorder {
    void step(StepRecord& record) override {
      if (record.step == 6) throw Error("The disk is full.");
    }
  };
  const TempDir dir;
  Thrower thrower;
  EXPECT_THROW(run(dir / "run", kVae, thrower), Error);
  const auto status = json_of(dir.path() / "run/status.json");
  EXPECT_EQ(status["status"], "failed");
  EXPECT_EQ(status["message"], "The disk is full.");
  ASSERT_EQ(thrower.summaries.size(), 1u);
  EXPECT_EQ(thrower.summaries[0].outcome, Outcome::failed);
}

TEST(Trainer, CheckpointsAreKeptAndReadable) {
  const TempDir dir;
  Recorder recorder;
  run(dir / "run", kVae, recorder, {"checkpoint.every=8", "checkpoint.keep=2"});
  const fs::path folder = dir.path() / "run/checkpoints";
  EXPECT_THAT(Checkpoints(folder, 2).steps(), ElementsAre(30, 24));
  const auto weights = decode_safetensors(read_file(folder / "latest/weights.safetensors"), "w");
  EXPECT_TRUE(weights.contains("encoder.0.weight"));
  EXPECT_TRUE(weights.contains("ema.decoder.0.bias"));
}

// Written beside the training; a failure there may not pass unseen.
TEST(Trainer, ACheckpointThatCannotBeWrittenFailsTheRun) {
  const TempDir dir;
  Recorder recorder;
  const auto session = small_session(kVae, {"checkpoint.every=10"});
  RunDirectory directory({.directory = dir / "run"});
  dir.write("run/checkpoints", "a file where the folder should be");
  EXPECT_ANY_THROW(train(*session, directory, {&recorder}));
  EXPECT_EQ(json_of(dir.path() / "run/status.json")["status"], "failed");
}

TEST(Trainer, ResumingWithOtherSettingsIsRefused) {
  const TempDir dir;
  Recorder recorder, resumed;
  run(dir / "run", kVae, recorder, {"run.steps=2"});
  try {
    run(dir / "run", kVae, resumed, {"run.steps=4", "data.seed=2"}, true);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), HasSubstr("data.seed: 1 in the run, 2 now"));
  }
  EXPECT_TRUE(resumed.records.empty());
}

TEST(Trainer, ResumingToFewerStepsThanTrainedIsRefused) {
  const TempDir dir;
  Recorder recorder, resumed;
  run(dir / "run", kVae, recorder, {"run.steps=4"});
  const std::string result = read_file(dir.path() / "run/result.json");
  try {
    run(dir / "run", kVae, resumed, {"run.steps=2"}, true);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), HasSubstr("step 4"));
  }
  EXPECT_EQ(read_file(dir.path() / "run/result.json"), result);
}

TEST(Trainer, SignalHandlersComeBack) {
  struct sigaction before = {}, after = {};
  sigaction(SIGTERM, nullptr, &before);
  const TempDir dir;
  Recorder recorder;
  run(dir / "run", kVae, recorder, {"run.steps=2"});
  sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(RecordPlan, MultiplesFirstAndLast) {
  const RecordPlan plan(
      testing::small_config(kVae, {"log.every=10", "probes.every=0", "pictures.every=0"}), 25);
  std::vector<std::int64_t> due;
  for (std::int64_t step = 1; step <= 25; ++step) {
    if (plan.due(step)) due.push_back(step);
  }
  EXPECT_THAT(due, ElementsAre(1, 10, 20, 25));
}

}  // namespace
}  // namespace elbow
