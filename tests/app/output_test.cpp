// Where results go: pipes, devices and links, outputs that are full or closed, and what others
// named.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A run as others may have written it: two records, and whatever `key` and `name` hold.
std::string small_run(const TempDir& dir, const std::string& key = "loss",
                      const std::string& name = "a") {
  dir.write("run/config.toml", "[run]\nname = \"" + name + "\"\n");
  std::string records;
  for (const char* step : {"1", "2"}) {
    records += std::string("{\"step\":") + step +
               ",\"epoch\":0.5,\"wall\":1.5,\"split\":\"train\",\"" + key + "\":2.5}\n";
  }
  dir.write("run/metrics.jsonl", records);
  dir.write("other/config.toml", "[run]\nname = \"b\"\nsteps = 2\n");
  dir.write("other/metrics.jsonl", records);
  return dir / "run";
}

/// The program through a shell, which knows redirections.
ProgramResult shell(const std::string& line) {
  return run_program({"bash", "-c", "elbow=" + std::string(ELBOW_PROGRAM) + "; " + line});
}

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(Output, ALinkStaysAndTheFileBehindItIsReplaced) {
  const TempDir dir;
  const std::string run = small_run(dir);
  fs::create_directory(fs::path(dir / "out"));
  dir.write("out/there.csv", "old");
  fs::permissions(dir / "out/there.csv", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("out/there.csv", dir / "link.csv");
  fs::create_symlink("link.csv", dir / "link_to_link.csv");
  fs::create_symlink("out/new.csv", dir / "to_nothing.csv");
  for (const char* link : {"link_to_link.csv", "to_nothing.csv"}) {
    const auto result = run_program({"elbow", "export", run, "--output", dir / link});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(fs::is_symlink(dir / link));
  }
  EXPECT_TRUE(fs::is_symlink(dir / "link.csv"));
  EXPECT_THAT(read_file(dir / "out/there.csv"), StartsWith("step,"));
  EXPECT_THAT(read_file(dir / "out/new.csv"), StartsWith("step,"));
  EXPECT_EQ(fs::status(dir / "out/there.csv").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(entries(dir / "out"), 2u) << "nothing else is left there";

  fs::create_symlink("round.csv", dir / "round.csv");
  const auto round = run_program({"elbow", "export", run, "--output", dir / "round.csv"});
  EXPECT_EQ(round.exit_code, 2);
  EXPECT_THAT(round.err, HasSubstr("circle"));
}

TEST(Output, PipesAndOpenDescriptorsAreWrittenTo) {
  const TempDir dir;
  const std::string run = small_run(dir), fifo = dir / "pipe";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& command :
       {"export " + run + " --output", "report " + run + " --output",
        "compare --all " + run + " " + (dir / "other").string() + " --html"}) {
    const auto result =
        shell("timeout 20 cat " + fifo + " > " + (dir / "read").string() + " & $elbow " + command +
              " " + fifo + " > /dev/null; s=$?; wait; exit $s");
    EXPECT_EQ(result.exit_code, 0) << command << result.err;
    EXPECT_TRUE(fs::is_fifo(fifo)) << command;
    EXPECT_THAT(read_file(dir / "read"), HasSubstr("loss")) << command;
  }
  EXPECT_THAT(shell("$elbow export " + run + " --output >(cat); sleep 0.1").out,
              StartsWith("step,"));
  EXPECT_THAT(shell("$elbow export " + run + " --output /dev/stdout").out, StartsWith("step,"));
  EXPECT_THAT(shell("$elbow export " + run + " --output /dev/fd/3 3>&1").out, StartsWith("step,"));
  // What a shell has opened keeps its file, and what it wrote there before.
  const auto opened = shell("{ echo before; $elbow report " + run + " -o /dev/stdout; } > " +
                            (dir / "page").string());
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
  EXPECT_THAT(read_file(dir / "page"), AllOf(StartsWith("before\n<"), HasSubstr("/dev/stdout\n")));
}

TEST(Output, ADeviceStaysADevice) {
  const TempDir dir;
  const std::string run = small_run(dir), null = dir / "null", full = dir / "full";
  if (mknod(null.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0 ||
      mknod(full.c_str(), S_IFCHR | 0666, makedev(1, 7)) != 0 || open(null.c_str(), O_WRONLY) < 0) {
    GTEST_SKIP() << "only root makes devices, and not everywhere";
  }
  for (const std::string& command :
       {"export " + run + " --output", "report " + run + " --output",
        "compare --all " + run + " " + (dir / "other").string() + " --html"}) {
    EXPECT_EQ(shell("$elbow " + command + " " + null + " > /dev/null").exit_code, 0) << command;
    EXPECT_TRUE(fs::is_character_file(null)) << command;
    const auto lost = shell("$elbow " + command + " " + full + " > /dev/null");
    EXPECT_EQ(lost.exit_code, 1) << command;
    EXPECT_THAT(lost.err, HasSubstr("No space left")) << command;
    EXPECT_TRUE(fs::is_character_file(full)) << command;
  }
}

TEST(Output, ADirectoryIsRefusedAndNothingIsLeft) {
  const TempDir dir;
  const std::string run = small_run(dir), folder = dir / "folder";
  fs::create_directory(folder);
  const std::size_t before = entries(dir.path());
  for (const std::string& command :
       {"export " + run + " --output", "report " + run + " --output",
        "compare --all " + run + " " + (dir / "other").string() + " --html",
        std::string("step configs/vae/elbo.toml --html")}) {
    const auto result = shell("$elbow " + command + " " + folder);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_THAT(result.err, HasSubstr("is a directory")) << command;
    EXPECT_THAT(result.out, IsEmpty()) << command;
    const auto nowhere = shell("$elbow " + command + " " + folder + "/none/page");
    EXPECT_EQ(nowhere.exit_code, 2) << command;
    EXPECT_THAT(nowhere.err, HasSubstr("there is no directory")) << command;
  }
  EXPECT_EQ(entries(folder), 0u);
  EXPECT_EQ(entries(dir.path()), before);
}

TEST(Output, AnAnswerThatDidNotArriveIsNoSuccess) {
  const TempDir dir;
  const std::string run = small_run(dir);
  for (const std::string& command :
       {std::string("--help"), std::string("--version"), std::string("train --help"),
        std::string("list terms"), std::string("explain elbo/kl"), std::string("verify --list"),
        std::string("config show configs/vae/elbo.toml"), std::string("config keys"),
        std::string("config check configs/vae/elbo.toml"), std::string("completion bash"),
        std::string("doctor --threads 1"), "export " + run, "report " + run,
        "compare --all " + run + " " + (dir / "other").string(),
        std::string("watch --port 0 ") + run,
        std::string("divergence 'normal(0,1)' 'normal(1,1)' --samples 50")}) {
    for (const char* output : {" > /dev/full", " >&-"}) {
      const auto result = shell("$elbow " + command + output);
      EXPECT_EQ(result.exit_code, 1) << command << output << result.err;
      EXPECT_THAT(result.err, HasSubstr("error: standard output cannot be written"))
          << command << output;
    }
  }
  const auto cut = shell("set -o pipefail; $elbow list terms | head -n 1 > /dev/null");
  EXPECT_THAT(cut.err, IsEmpty()) << "a reader that has seen enough is no failure to speak of";
  const auto ignored = shell("trap '' PIPE; { sleep 0.2; $elbow list terms; echo $? >&2; } | true");
  EXPECT_THAT(ignored.err, Not(HasSubstr("error"))) << "also where the signal is ignored";
}

TEST(Output, WhatOthersNamedDoesNotCommandTheTerminal) {
  // A title, a cleared screen as one C1 byte in UTF-8, a backspace, DEL, turned text, no UTF-8.
  const std::string evil =
      "\x1b]0;t\x07\xC2\x9B"
      "2J\b\x7F\xE2\x80\xAE\xFFβÅ";
  const auto harmless = [](const std::string& text) {
    for (const char* part : {"\x1b", "\x07", "\xC2\x9B", "\b", "\x7F", "\xE2\x80\xAE", "\xFF"}) {
      EXPECT_THAT(text, Not(HasSubstr(part)));
    }
  };
  const TempDir dir;
  const std::string name = "odd" + evil + ".csv";
  dir.write(name, "1.5\n" + evil + "\n");
  dir.write("config.toml", "[run]\nname = \"x\"\n" + evil + " = 1\n");
  dir.write("odd.npy", "\x93NUMPY" + evil);
  const std::vector<std::vector<std::string>> commands = {
      {"elbow", "divergence", dir / name, "normal(0,1)"},
      {"elbow", "divergence", dir / "odd.npy", "normal(0,1)"},
      {"elbow", "divergence", "normal(0," + evil + ")", "normal(0,1)"},
      {"elbow", "explain", evil},
      {"elbow", evil},
      {"elbow", "list", evil},
      {"elbow", "list", "terms", "--format", evil},
      {"elbow", "verify", evil},
      {"elbow", "export", evil},
      {"elbow", "compare", dir / evil, evil},
      {"elbow", "watch", dir / evil},
      {"elbow", "config", "check", dir / "config.toml"},
      {"elbow", "config", "show", "configs/vae/elbo.toml", evil + "=1"},
      {"elbow", "config", "show", "configs/vae/elbo.toml", "data.name=" + evil},
      {"elbow", "train", dir / evil},
      {"elbow", "train", "configs/vae/elbo.toml", evil},
      {"elbow", "eval", dir / evil},
      {"elbow", "data", "check", dir / evil}};
  for (const auto& command : commands) {
    const auto result = run_program(command);
    EXPECT_NE(result.exit_code, 0) << command[1];
    EXPECT_THAT(result.err, Not(IsEmpty())) << command[1];
    harmless(result.err + result.out);
  }
  EXPECT_THAT(run_program({"elbow", "explain", evil}).err,
              HasSubstr("\\u001b]0;t\\u0007\\u009b2J\\u0008\\u007f\\u202e\\xffβÅ"));

  // Names in records: escaped on standard output, exact in a file.
  const std::string run = small_run(dir, "a\\u001b]0;t\\u0007\\u009b2J\xC2\x9B\x7F");
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--long"}}) {
    std::vector<std::string> command = {"elbow", "export", run};
    command.insert(command.end(), more.begin(), more.end());
    const auto printed = run_program(command);
    EXPECT_EQ(printed.exit_code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("a\\u001b]0;t\\u0007\\u009b2J"));
    harmless(printed.out);
  }
  run_program({"elbow", "export", run, "--output", dir / "exact.csv"});
  EXPECT_THAT(read_file(dir / "exact.csv"), HasSubstr("a\x1b]0;t\x07"));
  for (const char* format : {"table", "csv", "json"}) {
    const auto compared =
        run_program({"elbow", "compare", run, dir / "other", "--all", "--format", format});
    EXPECT_EQ(compared.exit_code, 0) << compared.err;
    harmless(compared.out + compared.err);
  }
}

}  // namespace
}  // namespace elbow::testing
