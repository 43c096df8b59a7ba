// A run that is killed or stopped and resumed leaves the records of one that was not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

std::vector<std::string> command(const std::string& config, const std::string& directory,
                                 bool resume) {
  std::vector<std::string> argv = {"elbow",
                                   "train",
                                   config,
                                   "run.epochs=0",
                                   "run.steps=600",
                                   "data.name=glyphs",
                                   "data.train_count=512",
                                   "data.test_count=64",
                                   "data.validation=64",
                                   "model.hidden=[32]",
                                   "model.latent=4",
                                   "optimizer.batch_size=32",
                                   "log.every=1",
                                   "checkpoint.every=20",
                                   "checkpoint.keep=1000",
                                   "pictures.every=50",
                                   "probes.every=10",
                                   "ema.decay=0.99",
                                   "optimizer.lr={schedule=\"cosine\",from=1e-3,to=1e-4,steps=600}",
                                   "--run-dir",
                                   directory,
                                   "--threads",
                                   "1",
                                   "--progress",
                                   "none"};
  if (resume) argv.push_back("--resume");
  return argv;
}

// metrics.jsonl without the wall-clock field.
std::string without_wall(const std::filesystem::path& file) {
  std::istringstream lines(read_file(file));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    auto record = nlohmann::ordered_json::parse(line);
    record.erase("wall");
    text += record.dump() + "\n";
  }
  return text;
}

// True once the run has that checkpoint.
std::function<bool()> reached(const std::string& directory, int checkpoint) {
  return [=] {
    return std::filesystem::exists(directory + "/checkpoints/step_" + std::to_string(checkpoint));
  };
}

TEST(StopAndResumeSlow, SigkillAtAnyMomentLosesNothing) {
  for (const char* config : {"configs/vae/beta.toml", "configs/gan/non_saturating.toml"}) {
    const TempDir whole, broken;
    ASSERT_EQ(run_program(command(config, whole / "run", false)).exit_code, 0);
    // Killed three times, each time some milliseconds after a checkpoint: anywhere in the steps,
    // records and checkpoints that follow.
    bool resume = false;
    for (const int checkpoint : {60, 220, 400}) {
      const auto killed = run_program(command(config, broken / "run", resume), {},
                                      reached(broken / "run", checkpoint), SIGKILL);
      ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.err;
      resume = true;
    }
    const auto last = run_program(command(config, broken / "run", true));
    ASSERT_EQ(last.exit_code, 0) << last.err;
    EXPECT_EQ(without_wall(whole / "run/metrics.jsonl"),
              without_wall(broken / "run/metrics.jsonl"));
    EXPECT_EQ(read_file(whole / "run/checks.jsonl"), read_file(broken / "run/checks.jsonl"));
    const auto weights = [](const TempDir& dir) {
      return read_file(dir / "run/checkpoints/step_600/weights.safetensors");
    };
    EXPECT_TRUE(weights(whole) == weights(broken)) << config;
  }
}

TEST(StopAndResumeSlow, SignalsSaveAndExitWithTheirCodes) {
  const std::vector<std::pair<int, int>> cases = {{SIGINT, 130}, {SIGTERM, 75}, {SIGUSR1, 75}};
  for (const auto& [signal, code] : cases) {
    const TempDir dir;
    auto argv = command("configs/vae/elbo.toml", dir / "run", false);
    argv.push_back("run.steps=1000000");
    const auto result = run_program(argv, {}, reached(dir / "run", 20), signal);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_EQ(result.out, (dir / "run").string() + "\n");
    const auto status = nlohmann::json::parse(read_file(dir / "run/status.json"));
    EXPECT_EQ(status["status"], "interrupted");
    EXPECT_TRUE(std::filesystem::exists(dir / "run/checkpoints/latest"));
  }
}

// One interrupt waits for the step that is under way; the second does not. Steps of seconds, so
// that the second comes before the first is done.
TEST(StopAndResumeSlow, ASecondInterruptEndsTheRunAtOnce) {
  const TempDir dir;
  auto argv = command("configs/vae/elbo.toml", dir / "run", false);
  argv.insert(argv.end(), {"run.steps=2", "data.train_count=2200", "model.hidden=[2048,2048]",
                           "optimizer.batch_size=2048", "checkpoint.every=1", "probes.every=0",
                           "pictures.every=0"});
  const auto ended = run_program(argv, {}, reached(dir / "run", 1), SIGINT, 2);
  EXPECT_EQ(ended.exit_code, 130) << ended.err;
  const auto status = [&] {
    return nlohmann::json::parse(read_file(dir / "run/status.json"))["status"];
  };
  EXPECT_EQ(status(), "running") << "the end of a run was written after all";
  EXPECT_FALSE(std::filesystem::exists(dir / "run/checkpoints/step_2"));
  argv.push_back("--resume");
  const auto resumed = run_program(argv);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(status(), "finished");
}

bool has_event_file(const std::string& run) {
  for (const auto& entry : std::filesystem::directory_iterator(run))
    if (entry.path().filename().string().starts_with("events.out.tfevents")) return true;
  return false;
}

/// Weights and state after 600 steps with every instrument on; without them, the same bytes.
void expect_same_trajectory(const std::string& config, const std::vector<std::string>& more,
                            const std::string& measured) {
  SCOPED_TRACE(measured);
  const TempDir with, without;
  auto argv = command(config, with / "run", false);
  argv.insert(argv.end(), more.begin(), more.end());
  const auto watched = run_program(argv);
  ASSERT_EQ(watched.exit_code, 0) << watched.err;
  EXPECT_TRUE(has_event_file(with / "run"));
  // The instruments that are meant have measured something.
  EXPECT_THAT(read_file(with / "run/metrics.jsonl"), ::testing::HasSubstr("\"" + measured + "\""));
  argv = command(config, without / "run", false);
  for (auto& arg : argv) {
    if (arg.starts_with("pictures.every") || arg.starts_with("probes.every")) {
      arg = arg.substr(0, arg.find('=')) + "=0";
    }
    if (arg.starts_with("log.every")) arg = "log.every=7";
  }
  for (const char* off : {"probes.epochs=0", "sinks.tensorboard=false", "report.every=0"})
    argv.emplace_back(off);
  argv.insert(argv.end(), more.begin(), more.end());
  ASSERT_EQ(run_program(argv).exit_code, 0);
  EXPECT_THAT(read_file(without / "run/metrics.jsonl"),
              ::testing::Not(::testing::HasSubstr("\"" + measured + "\"")));
  const auto weights = [](const TempDir& dir) {
    return read_file(dir / "run/checkpoints/step_600/weights.safetensors");
  };
  EXPECT_FALSE(has_event_file(without / "run"));
  EXPECT_TRUE(weights(with) == weights(without));
}

TEST(StopAndResumeSlow, InstrumentsAndSinksDoNotChangeTheTrajectory) {
  expect_same_trajectory("configs/vae/elbo.toml", {}, "epoch/iwae64");
  expect_same_trajectory("configs/toys/vae.toml",
                         {"data.name=two_gaussians", "data.validation=0", "model.latent=2"},
                         "truth/log_likelihood");
  expect_same_trajectory("configs/toys/gan.toml", {"data.name=ring", "data.validation=0"},
                         "truth/loss/discriminator/optimal");
}

}  // namespace
}  // namespace elbow::testing
