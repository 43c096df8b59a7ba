#include "instrumentation/jsonl_sink.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/instrumentation/fake_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using testing::read_file;
using testing::TempDir;
using testing::vae_record;
using testing::vae_run;

RunInfo run_in(const TempDir& directory, std::int64_t first_step = 0) {
  RunInfo info = vae_run();
  info.directory = directory.path().string();
  info.first_step = first_step;
  return info;
}

CheckResult failed_check() {
  CheckResult check;
  check.id = "V1";
  check.statement = "Σ \"w\" = L";
  check.lhs = 1.5;
  check.rhs = std::numeric_limits<double>::infinity();
  check.residual = -std::numeric_limits<double>::infinity();
  check.tolerance = 2e-5;
  check.verdict = Verdict::fails;
  return check;
}

TEST(MetricsFormat, ExactBytes) {
  StepRecord record;
  record.step = 100;
  record.epoch = 0.21;
  record.wall = 1.9304;
  record.values.set("elbo", -104.2);
  record.values.set("elbo/kl", Moments{21.4, 0.31, 128});
  record.values.set("kl/dim/10", 0.1);
  record.values.set("kl/dim/2", 1e-7);
  record.values.set("loss", 104.2);
  std::string line;
  MetricsFormat().append(line, record);
  EXPECT_EQ(line,
            "{\"step\":100,\"epoch\":0.21,\"wall\":1.93,\"split\":\"train\",\"loss\":104.2,"
            "\"elbo\":-104.2,\"elbo/kl\":21.4,\"elbo/kl.se\":0.31,\"kl/dim/2\":1e-07,"
            "\"kl/dim/10\":0.1}\n");
}

TEST(MetricsFormat, NonFiniteNumbersAreStrings) {
  StepRecord record;
  record.split = "valid";
  record.values.set("a", std::numeric_limits<double>::quiet_NaN());
  record.values.set("b", Moments{std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(), 5});
  record.values.set("c", -std::numeric_limits<double>::infinity());
  std::string line;
  MetricsFormat().append(line, record);
  EXPECT_EQ(line,
            "{\"step\":0,\"epoch\":0,\"wall\":0,\"split\":\"valid\",\"a\":\"nan\",\"b\":\"inf\","
            "\"b.se\":\"nan\",\"c\":\"-inf\"}\n");
}

TEST(MetricsFormat, StandardErrorsOfMeansOnly) {
  StepRecord record;
  record.values.set("one", Moments{2.0, 0.0, 1});
  record.values.set("two", Moments{2.0, 0.0, 2});
  std::string line;
  MetricsFormat().append(line, record);
  EXPECT_EQ(line.find("one.se"), std::string::npos);
  EXPECT_NE(line.find("\"two.se\":0"), std::string::npos);
}

TEST(MetricsFormat, DoublesReadBackUnchanged) {
  MetricsFormat format;
  for (const double value : {0.1, 1.0 / 3.0, 1e300, 5e-324, -123456.789012345678, 0.0, 1e21}) {
    StepRecord record;
    record.values.set("x", value);
    std::string line;
    format.append(line, record);
    EXPECT_EQ(nlohmann::json::parse(line)["x"].get<double>(), value);
  }
}

TEST(MetricsFormat, ChangingKeysAreLaidOutAnew) {
  MetricsFormat format;
  for (const std::string key : {"a", "b", "a"}) {
    StepRecord record;
    record.values.set(key, 1.0);
    std::string line;
    format.append(line, record);
    EXPECT_NE(line.find("\"" + key + "\":1}"), std::string::npos) << line;
  }
}

TEST(ChecksFormat, ExactBytes) {
  StepRecord record;
  record.step = 7;
  record.checks = {failed_check(), failed_check()};
  record.checks[1].verdict = Verdict::holds;
  record.checks[1].kind = IdentityKind::statistical;
  record.checks[1].z = -1.25;
  std::string lines;
  append_checks(lines, record);
  EXPECT_EQ(lines,
            "{\"step\":7,\"split\":\"train\",\"id\":\"V1\",\"kind\":\"exact\",\"statement\":\"Σ "
            "\\\"w\\\" = L\",\"lhs\":1.5,\"rhs\":\"inf\",\"residual\":\"-inf\",\"tolerance\":2e-05,"
            "\"z\":0,\"verdict\":\"fails\"}\n"
            "{\"step\":7,\"split\":\"train\",\"id\":\"V1\",\"kind\":\"statistical\",\"lhs\":1.5,"
            "\"rhs\":\"inf\",\"residual\":\"-inf\",\"tolerance\":2e-05,\"z\":-1.25,\"verdict\":"
            "\"holds\"}\n");
}

// Records first..last, with one check each.
void log(JsonlSink& sink, int first, int last) {
  for (int step = first; step <= last; ++step) {
    StepRecord record = vae_record(step);
    record.checks = {failed_check()};
    sink.step(record);
  }
}

TEST(JsonlSink, KilledAndResumedEqualsUninterrupted) {
  const TempDir whole, killed;
  JsonlSink uninterrupted;
  uninterrupted.start(run_in(whole));
  log(uninterrupted, 1, 9);
  uninterrupted.finish({});

  std::string state;
  {
    JsonlSink first;
    first.start(run_in(killed));
    log(first, 1, 4);
    state = first.save();
    log(first, 5, 7);  // after the checkpoint: lost with the process, but on disk
    first.save();
  }
  EXPECT_EQ(
      state,
      "metrics " +
          std::to_string(std::string(read_file(whole / "metrics.jsonl")).find("{\"step\":5")) +
          " checks " + std::to_string(read_file(whole / "checks.jsonl").find("{\"step\":5")));
  JsonlSink second;
  second.start(run_in(killed, 4));
  second.restore(state);
  log(second, 5, 9);
  second.finish({});
  EXPECT_EQ(read_file(killed / "metrics.jsonl"), read_file(whole / "metrics.jsonl"));
  EXPECT_EQ(read_file(killed / "checks.jsonl"), read_file(whole / "checks.jsonl"));
}

TEST(JsonlSink, HalfALineOfAKilledProcessIsCut) {
  const TempDir directory;
  std::string state;
  {
    JsonlSink sink;
    sink.start(run_in(directory));
    log(sink, 1, 2);
    state = sink.save();
  }
  const std::string before = read_file(directory / "metrics.jsonl");
  directory.write("metrics.jsonl", before + "{\"step\":3,\"ep");
  JsonlSink sink;
  sink.start(run_in(directory, 2));
  sink.restore(state);
  sink.finish({});
  EXPECT_EQ(read_file(directory / "metrics.jsonl"), before);
}

TEST(JsonlSink, FreshRunBeginsAnewAndResumeAtStepZeroDoesNot) {
  const TempDir directory;
  directory.write("metrics.jsonl", "old\n");
  directory.write("checks.jsonl", "old\n");
  std::string state;
  {
    JsonlSink sink;
    sink.start(run_in(directory));
    log(sink, 0, 0);  // a record before the first step
    state = sink.save();
  }
  const std::string metrics = read_file(directory / "metrics.jsonl");
  EXPECT_EQ(metrics.rfind("{\"step\":0", 0), 0U);
  JsonlSink sink;
  sink.start(run_in(directory));
  sink.restore(state);
  sink.finish({});
  EXPECT_EQ(read_file(directory / "metrics.jsonl"), metrics);
}

TEST(JsonlSink, ShorterFileThanTheCheckpointSaysIsAnError) {
  const TempDir directory;
  JsonlSink sink;
  sink.start(run_in(directory, 5));
  EXPECT_THROW(sink.restore("metrics 100 checks 0"), Error);
  EXPECT_THROW(sink.restore("nonsense"), Error);
}

TEST(JsonlSink, UnwritableDirectoryIsAnError) {
  RunInfo info = vae_run();
  info.directory = "/nonexistent/run";
  JsonlSink sink;
  EXPECT_THROW(sink.start(info), Error);
}

TEST(JsonlSink, FlushesAboutEverySecond) {
  const TempDir directory;
  JsonlSink sink;
  sink.start(run_in(directory));
  log(sink, 1, 1);
  EXPECT_EQ(read_file(directory / "metrics.jsonl"), "") << "buffered";
  sink.save();
  EXPECT_NE(read_file(directory / "metrics.jsonl"), "");
}

}  // namespace
}  // namespace elbow
