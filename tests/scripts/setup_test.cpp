// The set-up scripts against machines that are played by stand-ins for dpkg-query, apt-get, id,
// sudo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const fs::path kRoot = ELBOW_SOURCE_DIR;

/// A machine with its own PATH: real basic tools, and commands that note how they were called.
class Machine {
 public:
  Machine() {
    for (const char* tool : {"sh", "env", "cat", "sed", "tr", "grep", "mktemp", "dirname", "rm",
                             "tail", "printf", "bash", "awk", "nproc", "head"}) {
      for (const char* directory : {"/bin/", "/usr/bin/"}) {
        if (!fs::exists(std::string(directory) + tool)) continue;
        fs::create_directories(home_ / "bin");
        fs::create_symlink(std::string(directory) + tool, home_ / "bin" / tool);
        break;
      }
    }
    installed({});
    command("id", "echo 0");
    command("apt-get", "exit 0");
  }

  void command(const std::string& name, const std::string& body) {
    const auto path =
        home_.write("bin/" + name, "#!/bin/sh\necho \"" + name + " $*\" >> '" +
                                       (home_ / "calls").string() + "'\n" + body + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }
  void remove(const std::string& name) { fs::remove(home_ / "bin" / name); }

  /// dpkg knows exactly these packages.
  void installed(const std::vector<std::string>& packages) {
    std::string body = "for p; do case \"$p\" in ";
    for (const auto& package : packages) body += package + ") echo \"ii  $p\" ;; ";
    body +=
        "half) echo 'rc  half' ;; -*|'$'*) ;; *) echo \"no packages found matching $p\" >&2 ;; "
        "esac; done; exit 1";
    command("dpkg-query", body);
  }

  ProgramResult run(const std::vector<std::string>& arguments = {},
                    std::map<std::string, std::string> environment = {}) {
    environment.emplace("CMAKE_PREFIX_PATH", "");
    environment.emplace("Torch_DIR", "");
    environment.emplace("ELBOW_WITHOUT", "");
    environment.emplace("ELBOW_COMMAND", "");
    environment["PATH"] = (home_ / "bin").string();
    environment["TMPDIR"] = home_.path().string();
    std::vector<std::string> argv = {(home_ / "bin/sh").string(),
                                     (kRoot / "scripts/setup.sh").string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_program(argv, environment);
  }

  /// Every call of a stand-in so far.
  std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    std::ifstream in(home_ / "calls");
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::string installation() const {
    for (const auto& call : calls()) {
      if (call.compare(0, 8, "apt-get ") == 0 && call.find(" install ") != std::string::npos) {
        return call;
      }
    }
    return {};
  }
  const TempDir& home() const { return home_; }

 private:
  TempDir home_;
};

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

std::vector<std::string> needed() { return words(Machine().run({"--list"}).out); }

TEST(Setup, TheListNamesWhatTheBuildNeeds) {
  const auto packages = needed();
  for (const char* package : {"cmake", "g++", "ninja-build", "libtorch-dev", "libcli11-dev",
                              "libspdlog-dev", "libtomlplusplus-dev", "libgtest-dev"}) {
    EXPECT_THAT(packages, Contains(package));
  }
}

TEST(Setup, InstallsNothingWhenNothingIsMissing) {
  Machine machine;
  machine.installed(needed());
  const auto result = machine.run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(machine.installation(), "");
  EXPECT_THAT(machine.calls(), Not(Contains(HasSubstr("apt-get"))));
}

TEST(Setup, InstallsExactlyWhatIsMissing) {
  Machine machine;
  auto packages = needed();
  ASSERT_EQ(packages.front(), "cmake");
  ASSERT_EQ(packages.back(), "curl");
  packages.erase(packages.begin());
  packages.pop_back();
  machine.installed(packages);
  const auto result = machine.run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(machine.installation(), HasSubstr(" --no-install-recommends cmake curl"));
  EXPECT_THAT(machine.calls(), Contains(HasSubstr("update")));
  EXPECT_THAT(result.err, HasSubstr("Installing 2 Debian packages: cmake curl"));
}

TEST(Setup, UsesSudoWhereTheUserIsNotRoot) {
  Machine machine;
  machine.command("id", "echo 1000");
  machine.command("sudo", "exec \"$@\"");
  EXPECT_EQ(machine.run().exit_code, 0);
  EXPECT_THAT(machine.calls(), Contains(HasSubstr("sudo env DEBIAN_FRONTEND=noninteractive")));
  EXPECT_THAT(machine.installation(), HasSubstr("libtorch-dev"));
}

TEST(Setup, WithoutRootAndSudoItSaysWhatToRun) {
  Machine machine;
  machine.command("id", "echo 1000");
  const auto result = machine.run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(machine.installation(), "");
  EXPECT_THAT(result.err, HasSubstr("apt-get install --no-install-recommends cmake"));
}

TEST(Setup, AnOwnLibTorchReplacesItsPackages) {
  Machine machine;
  machine.home().write("torch/share/cmake/Torch/TorchConfig.cmake", "");
  const std::string torch = (machine.home() / "torch").string();
  for (const auto& value : {torch, "/elsewhere:" + torch, torch + ";/elsewhere"}) {
    const auto packages = words(machine.run({"--list"}, {{"CMAKE_PREFIX_PATH", value}}).out);
    EXPECT_THAT(packages, Not(Contains("libtorch-dev"))) << value;
    EXPECT_THAT(packages, Not(Contains("libopenblas0-pthread"))) << value;
    EXPECT_THAT(packages, Contains("cmake")) << value;
  }
  EXPECT_THAT(words(machine.run({"--list"}, {{"CMAKE_PREFIX_PATH", "/elsewhere"}}).out),
              Contains("libtorch-dev"));
  EXPECT_THAT(words(machine.run({"--list"}, {{"Torch_DIR", torch + "/share/cmake/Torch"}}).out),
              Not(Contains("libtorch-dev")));
}

TEST(Setup, AnyNpmWillDo) {
  Machine machine;
  EXPECT_THAT(words(machine.run({"--list"}).out), Contains("npm"));
  machine.command("npm", "exit 0");
  EXPECT_THAT(words(machine.run({"--list"}).out), Not(Contains("npm")));
}

TEST(Setup, MarkedPackagesCanBeLeftOut) {
  Machine machine;
  const auto listed = words(
      machine.run({"--list"}, {{"ELBOW_WITHOUT", "npm browser"}, {"ELBOW_COMMAND", "./check"}})
          .out);
  EXPECT_THAT(listed, AllOf(Not(Contains("npm")), Not(Contains("chromium")), Contains("cmake")));
}

TEST(Setup, OnlyTheTestsNeedABrowser) {
  Machine machine;
  EXPECT_THAT(words(machine.run({"--list"}).out), Not(Contains("chromium")));
  const std::map<std::string, std::string> check = {{"ELBOW_COMMAND", "./check"}};
  EXPECT_THAT(words(machine.run({"--list"}, check).out), Contains("chromium"));
  machine.command("chromium", "exit 0");
  EXPECT_THAT(words(machine.run({"--list"}, check).out), Not(Contains("chromium")));
}

TEST(Setup, FailuresOfAptNameTheRemedy) {
  Machine machine;
  machine.command("apt-get",
                  "case \"$*\" in *install*) "
                  "echo 'E: Unable to locate package libtorch-dev'; exit 100 ;; esac");
  auto result = machine.run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("Unable to locate"), HasSubstr("Debian 12"),
                                HasSubstr("CMAKE_PREFIX_PATH")));
  machine.command("apt-get", "echo 'Could not resolve host'; exit 100");
  result = machine.run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("Acquire::http::Proxy"));
}

TEST(Setup, ElsewhereThanOnDebianItSaysWhatIsNeeded) {
  Machine machine;
  machine.remove("dpkg-query");
  auto result = machine.run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("not a Debian system"), HasSubstr("cmake ninja c++"),
                                HasSubstr("CMAKE_PREFIX_PATH=")));
  for (const char* tool : {"cmake", "ninja", "c++"}) machine.command(tool, "exit 0");
  result = machine.run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(machine.calls(), Not(Contains(HasSubstr("apt-get"))));
}

TEST(Setup, UnknownArgumentsAreAUsageError) { EXPECT_EQ(Machine().run({"--lst"}).exit_code, 2); }

std::string mirror(const std::map<std::string, std::string>& files) {
  const TempDir apt;
  apt.write("sources.list.d/empty.list", "");
  for (const auto& [name, text] : files) apt.write(name, text);
  return run_program(
             {"bash", (kRoot / "scripts/suite.sh").string(), "--mirror", apt.path().string()})
      .out;
}

TEST(Suite, TheMirrorIsThatOfTheMachine) {
  EXPECT_EQ(mirror({}), "http://deb.debian.org/debian\n");
  EXPECT_EQ(mirror({{"sources.list",
                     "# deb http://commented/debian bookworm main\n"
                     "deb [signed-by=/a.gpg] https://mirror.example/debian bookworm main\n"}}),
            "https://mirror.example/debian\n");
  EXPECT_EQ(mirror({{"sources.list.d/debian.sources",
                     "Types: deb\nURIs: http://deb.example/debian-security\nSuites: x\n\n"
                     "Types: deb\nURIs: http://deb.example/debian/\nSuites: bookworm\n"}}),
            "http://deb.example/debian/\n");
  EXPECT_EQ(mirror({{"sources.list.d/other.list", "deb https://packages.example/cloud x main\n"}}),
            "http://deb.debian.org/debian\n");
}

TEST(Commands, HelpIsOnStdoutAndUnknownArgumentsAreExitTwo) {
  for (const char* script : {"quickstart", "check"}) {
    const auto help = run_program({(kRoot / script).string(), "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.out, HasSubstr("usage: ./" + std::string(script)));
    EXPECT_THAT(help.err, IsEmpty());
    const auto wrong = run_program({(kRoot / script).string(), "--hlep"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("--hlep"));
    EXPECT_THAT(wrong.out, IsEmpty());
  }
  EXPECT_EQ(run_program({(kRoot / "check").string(), "--label", "quick"}).exit_code, 2);
  EXPECT_EQ(run_program({(kRoot / "check").string(), "--suite", "bookwrm"}).exit_code, 2);
  EXPECT_EQ(run_program({(kRoot / "quickstart").string(), "--data-dir", "/nowhere"}).exit_code, 3);
}

TEST(Commands, EveryScriptIsWellFormed) {
  for (const char* script : {"quickstart", "check", ".ci/run", "scripts/common.sh",
                             "scripts/suite.sh", "scripts/setup.sh"}) {
    EXPECT_EQ(run_program({"bash", "-n", (kRoot / script).string()}).exit_code, 0) << script;
  }
  EXPECT_EQ(run_program({"sh", "-n", (kRoot / "scripts/setup.sh").string()}).exit_code, 0);
}

/// The whole of quickstart, twenty steps each, in the tree that was built by it or by check.
TEST(QuickstartSlow, TrainsBothAndStartsAtOnceTheSecondTime) {
  if (fs::path(ELBOW_PROGRAM) != kRoot / "build/release/elbow") {
    GTEST_SKIP() << "needs a build in build/release";
  }
  const TempDir runs;
  const auto start = std::chrono::steady_clock::now();
  const auto result = run_program(
      {(kRoot / "quickstart").string()},
      {{"ELBOW_QUICKSTART_STEPS", "20"}, {"ELBOW_QUICKSTART_RUNS", runs.path().string()}});
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("Installing")));
  EXPECT_THAT(result.err, Not(HasSubstr("Building")));
  EXPECT_LT(elapsed.count(), 60.0);
  int directories = 0;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("run directory  ");
    if (at == std::string::npos) continue;
    ++directories;
    const fs::path run = line.substr(at + 15);
    EXPECT_TRUE(fs::exists(run / "metrics.jsonl")) << run;
    EXPECT_TRUE(fs::exists(run / "log.txt")) << run;
  }
  EXPECT_EQ(directories, 2) << result.out;
  // The last equation of each: that of the test split, which comes after the last step.
  EXPECT_THAT(result.out, HasSubstr("step 20 test: -ELBO "));
  EXPECT_THAT(result.out, HasSubstr("step 20 test (averaged weights): D "));
}

}  // namespace
}  // namespace elbow::testing
