#include "instrumentation/log_sink.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"
#include "tests/instrumentation/fake_runs.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using testing::TempDir;
using testing::vae_record;
using testing::vae_run;

// log.txt without its time stamps, whose form is checked on the way.
std::vector<std::string> lines_of(const TempDir& directory) {
  const std::string form = "0000-00-00 00:00:00.000 ";
  std::istringstream in(testing::read_file(directory / "log.txt"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    std::string stamp = line.substr(0, form.size());
    for (char& c : stamp) {
      if (c >= '0' && c <= '9') c = '0';
    }
    EXPECT_EQ(stamp, form) << line;
    lines.push_back(line.substr(stamp.size()));
  }
  return lines;
}

RunInfo run_in(const TempDir& directory, std::int64_t first_step = 0) {
  RunInfo info = vae_run();
  info.directory = directory.path().string();
  info.first_step = first_step;
  return info;
}

TEST(LogSink, SaysWhereWeightsAreAveraged) {
  const TempDir directory;
  LogSink log(0.0, [] { return 0.0; });
  RunInfo info = run_in(directory);
  info.averaged = true;
  log.start(info);
  StepRecord record = vae_record(1);
  log.step(record);
  record.split = "test";
  log.step(record);
  const std::string text = testing::read_file(directory / "log.txt");
  EXPECT_NE(text.find("step 1 train: "), std::string::npos) << text;
  EXPECT_NE(text.find("step 1 test (averaged weights): "), std::string::npos) << text;
}

TEST(LogSink, StartRecordsFailuresAndEnd) {
  const TempDir directory;
  double now = 0.0;
  LogSink log(10.0, [&] { return now; });
  log.warning("before the start, with {braces}");
  log.start(run_in(directory));
  for (int step = 1; step <= 21; ++step, now += 1.0) {
    StepRecord record = vae_record(step);
    log.step(record);
  }
  StepRecord valid = vae_record(21);
  valid.split = "valid";
  log.step(valid);
  CheckResult check;
  check.id = "V1";
  check.statement = "a = b";
  log.check_failed(valid, check);
  log.finish({Outcome::interrupted, 21, 21.0, "checkpoint saved"});
  const std::string equation = ": -ELBO 103.2 = 81.8 reconstruction + 21.4 KL";
  const std::vector<std::string> expected{
      "warning: before the start, with {braces}",
      "info: start: fake-vae, vae elbo, 1000 steps planned",
      "info: step 1 train" + equation,
      "info: step 11 train" + equation,
      "info: step 21 train" + equation,
      "info: step 21 valid" + equation,
      "error: check V1 failed at step 21 (valid): a = b; left 0, right 0, residual 0, tolerance 0; "
      "see docs/conventions.md#V1",
      "info: interrupted at step 21 after 0:21: checkpoint saved"};
  EXPECT_EQ(lines_of(directory), expected);
}

TEST(LogSink, ResumedRunsAppendAndFreshOnesDoNot) {
  const TempDir directory;
  for (const std::int64_t first : {0, 5}) {
    LogSink log;
    log.start(run_in(directory, first));
  }
  EXPECT_EQ(lines_of(directory).size(), 2U);
  EXPECT_EQ(lines_of(directory)[1],
            "info: resumed at step 5: fake-vae, vae elbo, 1000 steps planned");
  LogSink log;
  log.start(run_in(directory));
  EXPECT_EQ(lines_of(directory).size(), 1U);
}

TEST(LogSink, UnwritableDirectoryIsAnError) {
  RunInfo info = vae_run();
  info.directory = "/proc/nowhere";
  LogSink log;
  EXPECT_THROW(log.start(info), Error);
}

}  // namespace
}  // namespace elbow
