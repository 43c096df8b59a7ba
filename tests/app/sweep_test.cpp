// elbow sweep: what is trained, listed, resumed and refused, and where it says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "tests/app/small_vae.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// A sweep of small runs; `values` replace the small ones of the same key.
std::vector<std::string> sweep(const std::string& directory,
                               const std::vector<std::string>& values) {
  std::vector<std::string> argv = {"elbow", "sweep", "configs/vae/beta.toml"};
  for (const auto& word : small_vae()) {
    const std::string key = word.substr(0, word.find('=') + 1);
    const auto same = [&](const std::string& value) { return value.starts_with(key); };
    if (std::none_of(values.begin(), values.end(), same)) argv.push_back(word);
  }
  argv.insert(argv.end(), {"--dir", directory, "--jobs", "2", "--threads", "1"});
  argv.insert(argv.end(), values.begin(), values.end());
  return argv;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

std::string status_of(const std::filesystem::path& run) {
  return nlohmann::json::parse(read_file(run / "status.json"))["status"];
}

/// metrics.jsonl without the wall-clock field.
std::string records(const std::filesystem::path& run) {
  std::string text;
  for (const auto& line : lines_of(read_file(run / "metrics.jsonl"))) {
    auto record = nlohmann::ordered_json::parse(line);
    record.erase("wall");
    text += record.dump() + "\n";
  }
  return text;
}

TEST(SweepSlow, TrainsComparesAndDoesNothingTwice) {
  const TempDir dir;
  const std::string runs = dir / "runs";
  const auto argv = sweep(runs, {"objective.beta=1,4", "--seeds", "2"});
  const auto first = run_program(argv);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("4 runs, 4 to do, 2 at a time with 1 thread each"));
  EXPECT_THAT(first.err, HasSubstr("beta=4,seed=2: finished"));
  EXPECT_THAT(first.out, AllOf(StartsWith("runs\n"), HasSubstr("objective.beta  1.0  4.0")));
  EXPECT_THAT(first.out, HasSubstr("seeds: 1, 2"));
  EXPECT_THAT(first.out, HasSubstr("Welch's t"));
  EXPECT_THAT(first.out, Not(HasSubstr("to do")));
  for (const char* name : {"beta=1,seed=1", "beta=1,seed=2", "beta=4,seed=1", "beta=4,seed=2"}) {
    EXPECT_EQ(status_of(dir / "runs" / name), "finished") << name;
  }
  const auto stamp = std::filesystem::last_write_time(dir / "runs/beta=1,seed=1/metrics.jsonl");
  const auto again = run_program(argv);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_THAT(again.err, HasSubstr("4 runs, 0 to do"));
  EXPECT_THAT(again.err, HasSubstr("beta=1,seed=1: finished before"));
  EXPECT_EQ(stamp, std::filesystem::last_write_time(dir / "runs/beta=1,seed=1/metrics.jsonl"));

  // Another value of an old key adds its runs.
  const auto more =
      run_program(sweep(runs, {"objective.beta=1,4,8", "--seeds", "2", "--format", "json"}));
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_THAT(more.err, HasSubstr("6 runs, 2 to do"));
  EXPECT_THAT(nlohmann::json::parse(more.out)["groups"], SizeIs(3));

  // Another config in the same directory is none of its runs.
  const auto other =
      run_program(sweep(runs, {"objective.beta=1,4", "--seeds", "2", "optimizer.lr=0.1"}));
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.out, IsEmpty());
  EXPECT_THAT(lines_of(other.err), SizeIs(4));
  EXPECT_THAT(other.err, HasSubstr("another config (optimizer.lr)"));
}

TEST(SweepSlow, ListAndIndexAreTheRunsOfTheSweep) {
  const TempDir dir;
  const auto argv = [&](const std::string& runs, const std::vector<std::string>& more) {
    auto words = sweep(dir / runs, {"model.hidden=[16],[8,8]", "objective.beta=1,4", "--zip"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const auto list = run_program(argv("listed", {"--list"}));
  ASSERT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.err, IsEmpty());
  const auto lines = lines_of(list.out);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1],
              AllOf(HasSubstr(" train configs/vae/beta.toml "),
                    HasSubstr("'model.hidden=[8,8]' objective.beta=4"), HasSubstr(" --threads 1")));
  EXPECT_FALSE(std::filesystem::exists(dir / "listed"));
  const auto shell = run_program({"sh", "-c", lines[1] + " --progress none"});
  ASSERT_EQ(shell.exit_code, 0) << shell.err;
  EXPECT_THAT(lines_of(run_program(argv("listed", {"--list"})).out)[1], StartsWith("true "));

  const auto second = run_program(argv("indexed", {"--index", "2"}));
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.out, EndsWith("indexed/hidden=8_8,beta=4\n"));
  EXPECT_EQ(records(dir / "listed/hidden=8_8,beta=4"), records(dir / "indexed/hidden=8_8,beta=4"));
  EXPECT_FALSE(std::filesystem::exists(dir / "indexed/hidden=16,beta=1"));
  const auto again = run_program(argv("indexed", {"--index", "2"}));
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.err, HasSubstr("finished before"));
  const auto beyond = run_program(argv("indexed", {"--index", "3"}));
  EXPECT_EQ(beyond.exit_code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("the runs 1 to 2"));
}

/// So that MNIST is not found.
std::map<std::string, std::string> no_data(const TempDir& dir) {
  return {{"ELBOW_DATA", dir / "empty"}, {"XDG_DATA_HOME", dir / "empty"}};
}

// Long enough that nothing ends before the signal comes.
std::vector<std::string> long_sweep(const std::string& directory) {
  return sweep(directory, {"objective.beta=1,2,4", "run.steps=3000", "checkpoint.every=20",
                           "checkpoint.keep=1000", "evaluation.every=0", "pictures.every=0"});
}

/// Whether the first two runs have that checkpoint.
std::function<bool()> reached(const TempDir& dir, int checkpoint) {
  return [&dir, step = "/checkpoints/step_" + std::to_string(checkpoint)] {
    return std::filesystem::exists((dir / "runs/beta=1").string() + step) &&
           std::filesystem::exists((dir / "runs/beta=2").string() + step);
  };
}

TEST(SweepSlow, CtrlCSavesAndTheSameCommandContinues) {
  const TempDir dir, whole;
  const auto stopped = run_program(long_sweep(dir / "runs"), {}, reached(dir, 40), SIGINT);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
  EXPECT_THAT(stopped.out, IsEmpty());
  EXPECT_THAT(stopped.err, HasSubstr("The same command continues"));
  EXPECT_THAT(stopped.err, HasSubstr("beta=1: stopped, checkpoint saved"));
  EXPECT_EQ(status_of(dir / "runs/beta=1"), "interrupted");
  EXPECT_EQ(status_of(dir / "runs/beta=2"), "interrupted");
  EXPECT_FALSE(std::filesystem::exists(dir / "runs/beta=4")) << "nothing is begun after it";
  EXPECT_EQ(run_program(long_sweep(dir / "runs"), {}, reached(dir, 1600), SIGTERM).exit_code, 75);

  const auto continued = run_program(long_sweep(dir / "runs"));
  ASSERT_EQ(continued.exit_code, 0) << continued.err;
  ASSERT_EQ(run_program(long_sweep(whole / "runs")).exit_code, 0);
  for (const char* name : {"runs/beta=1", "runs/beta=2", "runs/beta=4"}) {
    EXPECT_TRUE(records(dir / name) == records(whole / name)) << name;
  }
}

// The program is killed while it loads: nothing is saved, and nobody says so.
TEST(SweepSlow, ARunThatIsStoppedBeforeItBeganSavedNothing) {
  for (const auto& [signal, code] :
       {std::pair(SIGINT, 130), std::pair(SIGTERM, 75), std::pair(SIGUSR1, 75)}) {
    const TempDir dir;
    const auto started = [&dir] { return std::filesystem::exists(dir / "runs/.logs/beta=4.txt"); };
    const auto stopped = run_program(
        sweep(dir / "runs", {"objective.beta=1,4", "data.train_count=50000"}), {}, started, signal);
    EXPECT_EQ(stopped.exit_code, code) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("beta=1: stopped before it began\n"));
    EXPECT_THAT(stopped.err, HasSubstr("beta=4: stopped before it began\n"));
    EXPECT_FALSE(std::filesystem::exists(dir / "runs/beta=1/status.json"));
  }
}

// As under a parent that never waits: the kernel would reap the runs before the sweep can.
TEST(SweepSlow, EndsWhereSigchldIsInheritedAsIgnored) {
  const TempDir dir;
  const auto ignoring = [&dir](const std::vector<std::string>& argv) {
    std::vector<std::string> words = {"timeout", "-s",  "KILL",
                                      "120",     "env", "--ignore-signal=CHLD"};
    words.insert(words.end(), argv.begin(), argv.end());
    return run_program(words, no_data(dir));
  };
  const auto inherited = ignoring({"grep", "SigIgn", "/proc/self/status"});
  ASSERT_THAT(inherited.out, EndsWith("10000\n")) << "SIGCHLD is not ignored; " << inherited.err;
  auto argv = sweep(dir / "runs", {"data.name=glyphs,mnist", "--data-dir", dir / "empty"});
  argv[0] = ELBOW_PROGRAM;
  const auto result = ignoring(argv);
  EXPECT_EQ(result.exit_code, 3) << "the exit codes of the runs are lost: " << result.err;
  EXPECT_THAT(result.err, HasSubstr("name=glyphs: finished"));
}

// A run that is killed fails the sweep, not the others; the same command finishes it.
TEST(SweepSlow, AKilledRunIsReportedAndResumed) {
  const TempDir dir;
  const auto kill_one = [&dir] {
    if (!reached(dir, 40)()) return false;
    const auto status = nlohmann::json::parse(read_file(dir / "runs/beta=1/status.json"));
    kill(status["pid"].get<pid_t>(), SIGKILL);
    return true;
  };
  const auto killed = run_program(long_sweep(dir / "runs"), {}, kill_one, 0);
  EXPECT_EQ(killed.exit_code, 1) << killed.err;
  EXPECT_THAT(killed.err, HasSubstr("beta=1: killed by signal 9"));
  EXPECT_EQ(status_of(dir / "runs/beta=2"), "finished");
  EXPECT_EQ(status_of(dir / "runs/beta=4"), "finished");
  EXPECT_THAT(killed.out, Not(HasSubstr("beta=1")));
  const auto resumed = run_program(long_sweep(dir / "runs"));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("3 runs, 1 to do"));
  EXPECT_EQ(status_of(dir / "runs/beta=1"), "finished");
  EXPECT_THAT(resumed.out, HasSubstr("beta=1"));
}

TEST(SweepSlow, MistakesAreSaidAllAtOnceBeforeAnythingStarts) {
  const TempDir dir;
  const auto wrong = run_program(
      sweep(dir / "runs", {"objective.beta=x,-1,2", "model.latnt=2", "data.name=mnits"}));
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.out, IsEmpty());
  EXPECT_THAT(wrong.err, HasSubstr("objective.beta=x"));
  EXPECT_THAT(wrong.err, HasSubstr("objective.beta=-1"));
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'latent'?"));
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'mnist'?"));
  EXPECT_THAT(lines_of(wrong.err), SizeIs(4)) << wrong.err;
  const auto torn = run_program(sweep(dir / "runs", {"model.hidden=[4", "objective.beta=1,,2"}));
  EXPECT_EQ(torn.exit_code, 2);
  EXPECT_THAT(lines_of(torn.err), SizeIs(2));
  EXPECT_FALSE(std::filesystem::exists(dir / "runs"));
  EXPECT_EQ(run_program({"elbow", "sweep", "absent.toml", "run.seed=1,2"}).exit_code, 2);
}

TEST(SweepSlow, WhatTheComparisonRefusesIsSaidBeforeAnythingStarts) {
  const TempDir dir;
  const auto equal = run_program(sweep(dir / "runs", {"objective.beta=1,2,1.0", "--seeds", "2"}));
  EXPECT_EQ(equal.exit_code, 2);
  EXPECT_THAT(equal.err, HasSubstr("beta=1,seed=2 and beta=1.0,seed=2 are one and the same"));
  EXPECT_THAT(lines_of(equal.err), SizeIs(2)) << equal.err;
  EXPECT_FALSE(std::filesystem::exists(dir / "runs"));
  const auto zipped =
      run_program(sweep(dir / "runs", {"objective.beta=1,1.0", "run.seed=1,2", "--zip", "--list"}));
  EXPECT_EQ(zipped.exit_code, 0) << "they differ in the seed: " << zipped.err;

  for (const auto& path : {dir / "absent/page.html", dir.path()}) {
    const std::string page = path.string();
    const auto result = run_program(sweep(dir / "runs", {"objective.beta=1,2", "--html", page}));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(lines_of(result.err), ElementsAre(StartsWith("error: cannot write " + page)));
    EXPECT_FALSE(std::filesystem::exists(dir / "runs/beta=1"));
  }
  const std::string beside = dir / "runs/page.html";
  EXPECT_EQ(run_program(sweep(dir / "runs", {"objective.beta=1,2", "--html", beside})).exit_code,
            0);
  EXPECT_TRUE(std::filesystem::exists(beside));
}

// What is logged does not make another run of it.
TEST(SweepSlow, AComparisonThatFailsKeepsTheExitCodeOfTheRuns) {
  const TempDir dir;
  const auto same = run_program(sweep(dir / "runs", {"data.name=glyphs", "log.every=1,2"}));
  EXPECT_EQ(same.exit_code, 2) << same.err;
  EXPECT_THAT(same.err, AllOf(HasSubstr("one and the same"), HasSubstr(dir / "runs/log.every=1"),
                              HasSubstr(dir / "runs/log.every=2")));
  const auto failed = run_program(
      sweep(dir / "both", {"data.name=glyphs,mnist", "log.every=1,2", "--data-dir", dir / "empty"}),
      no_data(dir));
  EXPECT_EQ(failed.exit_code, 3) << failed.err;
  EXPECT_THAT(failed.err, HasSubstr("one and the same"));
}

TEST(SweepSlow, ARunThatFailsTellsWhyAndLeavesTheOthers) {
  const TempDir dir;
  const auto result = run_program(
      sweep(dir / "runs", {"data.name=glyphs,mnist", "--data-dir", dir / "empty"}), no_data(dir));
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("name=mnist: failed with exit code 3"));
  EXPECT_THAT(result.err, HasSubstr("MNIST"));
  EXPECT_EQ(status_of(dir / "runs/name=glyphs"), "finished");
  EXPECT_THAT(lines_of(result.out), Each(HasSubstr("name=glyphs")));
}

}  // namespace
}  // namespace elbow::testing
