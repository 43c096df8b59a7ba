#include "training/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/support/temp_dir.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using testing::read_file;
using testing::TempDir;
namespace fs = std::filesystem;

std::string refusal(const RunDirectoryRequest& request) {
  try {
    const RunDirectory directory(request);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return e.what();
  }
  return "";
}

TEST(RunDirectory, DefaultNamesCountUp) {
  const TempDir dir;
  const RunDirectoryRequest request{.root = dir / "runs", .name = "vae"};
  EXPECT_EQ(RunDirectory(request).path(), dir / "runs" / "vae");
  EXPECT_EQ(RunDirectory(request).path(), dir / "runs" / "vae-2");
  EXPECT_EQ(RunDirectory(request).path(), dir / "runs" / "vae-3");
}

TEST(RunDirectory, ANonEmptyOneIsRefusedUnlessOverwritten) {
  const TempDir dir;
  const fs::path path = dir / "run";
  dir.write("run/config.toml", "x");
  dir.write("run/metrics.jsonl", "x");
  dir.write("run/events.out.tfevents.1", "x");
  dir.write("run/checkpoints/step_1/state.pt", "x");
  dir.write("run/notes.md", "mine");
  EXPECT_THAT(refusal({.directory = path}), HasSubstr("not empty"));
  EXPECT_TRUE(fs::exists(path / "metrics.jsonl"));
  RunDirectory directory({.directory = path, .overwrite = true});
  EXPECT_TRUE(fs::exists(path / "metrics.jsonl")) << "nothing has begun yet";
  directory.begin();
  EXPECT_FALSE(fs::exists(path / "metrics.jsonl"));
  EXPECT_FALSE(fs::exists(path / "events.out.tfevents.1"));
  EXPECT_FALSE(fs::exists(path / "checkpoints"));
  // What no run wrote stays.
  EXPECT_EQ(read_file(path / "notes.md"), "mine");
}

TEST(RunDirectory, WhatARunLeavesThatDiedBeforeItBeganIsNoRun) {
  const TempDir dir;
  dir.write("run/config.toml.tmp", "[ru");
  EXPECT_EQ(RunDirectory({.directory = dir / "run"}).path(), dir / "run");
}

TEST(RunDirectory, OverwriteLeavesAFolderWithoutARunAlone) {
  const TempDir dir;
  dir.write("home/thesis.tex", "years of work");
  EXPECT_THAT(refusal({.directory = dir / "home", .overwrite = true}), HasSubstr("no run"));
  EXPECT_TRUE(fs::exists(dir.path() / "home/thesis.tex"));
  EXPECT_FALSE(fs::exists(dir.path() / "home/.lock"));
}

TEST(RunDirectory, OverwriteWithoutADirectoryMeansTheOneOfTheName) {
  const TempDir dir;
  const RunDirectoryRequest request{.root = dir / "runs", .name = "vae", .overwrite = true};
  EXPECT_EQ(RunDirectory(request).path(), dir / "runs" / "vae");
  dir.write("runs/vae/config.toml", "x");
  dir.write("runs/vae/metrics.jsonl", "x");
  RunDirectory again(request);
  EXPECT_EQ(again.path(), dir / "runs" / "vae");
  again.begin();
  EXPECT_FALSE(fs::exists(dir.path() / "runs/vae/metrics.jsonl"));
  EXPECT_FALSE(fs::exists(dir.path() / "runs/vae-2"));
}

TEST(RunDirectory, ResumeAndOverwriteTogetherAreRefused) {
  const TempDir dir;
  dir.write("run/config.toml", "x");
  EXPECT_THAT(refusal({.directory = dir / "run", .resume = true, .overwrite = true}),
              HasSubstr("give one"));
  EXPECT_TRUE(fs::exists(dir.path() / "run/config.toml"));
}

TEST(RunDirectory, ANameThatIsNoDirectoryNameIsRefused) {
  const TempDir dir;
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../escape"),
        std::string("a/b"), std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"),
        std::string(300, 'a')}) {
    EXPECT_THAT(refusal({.root = dir / "runs", .name = name}), HasSubstr("run.name")) << name;
  }
  EXPECT_FALSE(fs::exists(dir.path() / "escape"));
  for (const char* name : {"...", "a b", "\u03b2-vae", ".hidden"}) {
    EXPECT_EQ(refusal({.root = dir / "runs", .name = name}), "") << name;
  }
}

TEST(RunDirectory, AFileIsRefused) {
  const TempDir dir;
  EXPECT_THAT(refusal({.directory = dir.write("file", "x")}), HasSubstr("is a file"));
}

TEST(RunDirectory, OneProcessAtATime) {
  const TempDir dir;
  const fs::path path = dir / "run";
  {
    const RunDirectory first({.directory = path});
    first.write("config.toml", "x");
    EXPECT_THAT(refusal({.directory = path, .resume = true}), HasSubstr("Another process"));
    EXPECT_THAT(refusal({.directory = path, .overwrite = true}), HasSubstr("Another process"));
    EXPECT_TRUE(fs::exists(path / "config.toml"));
  }
  EXPECT_TRUE(RunDirectory({.directory = path, .resume = true}).resumed());
}

TEST(RunDirectory, ResumeFindsTheNewestOfTheName) {
  const TempDir dir;
  const fs::path root = dir / "runs";
  EXPECT_THAT(refusal({.root = root, .name = "vae", .resume = true}), HasSubstr("no run"));
  for (int k = 0; k < 3; ++k) {
    const RunDirectory made({.root = root, .name = "vae"});
    if (k < 2) made.write("config.toml", "x");
  }
  EXPECT_EQ(newest_run(root, "vae"), root / "vae-2");
  EXPECT_EQ(RunDirectory({.root = root, .name = "vae", .resume = true}).path(), root / "vae-2");
  EXPECT_THAT(refusal({.directory = root / "vae-3", .resume = true}), HasSubstr("config.toml"));
}

TEST(RunDirectory, StatusIsWholeAndHeartbeatIsSparse) {
  const TempDir dir;
  RunDirectory directory({.directory = dir / "run"});
  directory.write_status({.status = "running", .step = 3, .total_steps = 9, .message = "a \"b\""});
  const auto json = nlohmann::json::parse(read_file(directory.path() / "status.json"));
  EXPECT_EQ(json["status"], "running");
  EXPECT_EQ(json["step"], 3);
  EXPECT_EQ(json["total_steps"], 9);
  EXPECT_EQ(json["message"], "a \"b\"");
  EXPECT_GT(json["heartbeat"].get<double>(), 1.7e9);
  directory.heartbeat({.status = "running", .step = 4, .total_steps = 9, .message = ""});
  EXPECT_EQ(nlohmann::json::parse(read_file(directory.path() / "status.json"))["step"], 3);
  EXPECT_FALSE(fs::exists(directory.path() / "status.json.tmp"));
}

}  // namespace
}  // namespace elbow
