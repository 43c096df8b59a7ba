// scripts/get_mnist.sh against a local server that answers well and badly, with curl and with wget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "data/mnist.h"
#include "data/sha256.h"
#include "tests/data/idx_files.h"
#include "tests/scripts/file_server.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

const std::string kHtml = "<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>\n";

std::string sum(const std::string& text) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// The content of the four files: noise, so that gzip makes it no smaller, with different lengths.
std::string content(const std::string& name) {
  std::string bytes(20'000 + 1000 * name.size(), '\0');
  std::uint32_t state =
      static_cast<std::uint32_t>(name[0]) + static_cast<std::uint32_t>(name.size());
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::string find_tool(const std::string& name) {
  std::istringstream path(std::getenv("PATH"));
  for (std::string dir; std::getline(path, dir, ':');) {
    if (access((dir + "/" + name).c_str(), X_OK) == 0) return dir + "/" + name;
  }
  return "";
}

/// What a mirror does with "/MIRROR/NAME.gz".
Reply answer(const std::string& path) {
  const auto slash = path.find('/', 1);
  const std::string mirror = path.substr(1, slash - 1);
  const std::string name = path.substr(slash + 1, path.size() - slash - 4);
  if (mirror == "down") return {.status = 503, .body = "Service unavailable\n"};
  if (mirror == "missing") return {.status = 404, .body = kHtml};
  if (mirror == "html") return {.status = 200, .body = kHtml, .ranges = false};
  const std::string whole = gzip(content(name));
  Reply reply{.status = 200, .body = whole};
  if (mirror == "breaks") reply.cut_at = whole.size() / 2;
  if (mirror == "truncated") reply.body.resize(whole.size() / 2);
  if (mirror == "tampered") reply.body[whole.size() / 2] ^= 1;
  if (mirror == "replaced") reply.body = gzip("something else");
  if (mirror == "recompressed") reply.body = gzip(content(name), 0);
  if (mirror == "norange") reply.ranges = false;
  return reply;
}

class GetMnist : public ::testing::TestWithParam<std::string> {
 protected:
  // A directory of links in the place of PATH, with one of the two downloaders in it.
  void SetUp() override {
    if (find_tool(GetParam()).empty()) GTEST_SKIP() << GetParam() << " is not installed";
    for (const char* tool : {"sh", "sed", "cat", "sha256sum", "cut", "gzip", "dd", "tr", "grep",
                             "wc", "mkdir", "mv", "rm", "tail"}) {
      link(tool);
    }
    link(GetParam());
    std::string sums;
    for (const auto& name : mnist_names()) {
      sums += sum(gzip(content(name))) + " " + sum(content(name)) + " " + name + "\n";
    }
    home_.write("sums", sums);
  }
  void link(const std::string& tool) {
    const std::string path = find_tool(tool);
    ASSERT_NE(path, "") << tool;
    fs::create_directories(home_ / "bin");
    fs::create_symlink(path, home_ / ("bin/" + tool));
  }

  ProgramResult get(const std::vector<std::string>& mirrors) {
    std::string list;
    for (const auto& mirror : mirrors) list += server_.url() + "/" + mirror + " ";
    return run_program({"sh", std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh", dir()},
                       {{"PATH", (home_ / "bin").string()},
                        {"HOME", home_.path().string()},
                        {"ELBOW_MNIST_MIRRORS", list},
                        {"ELBOW_MNIST_SUMS", (home_ / "sums").string()},
                        {"http_proxy", ""},
                        {"https_proxy", ""},
                        {"HTTPS_PROXY", ""}});
  }
  std::string dir() const { return (home_ / "out").string(); }
  fs::path gz(const std::string& name) const { return home_ / ("out/" + name + ".gz"); }

  void expect_complete() {
    for (const auto& name : mnist_names()) {
      ASSERT_TRUE(fs::exists(gz(name))) << name;
      EXPECT_EQ(sum(read_file(gz(name))), sum(gzip(content(name)))) << name;
    }
    expect_no_rest();
  }
  void expect_no_rest() {
    for (const auto& entry : fs::directory_iterator(dir())) {
      EXPECT_EQ(entry.path().extension(), ".gz") << entry.path();
    }
  }
  /// Nothing bad may ever stand under a final name.
  void expect_none() {
    for (const auto& name : mnist_names()) EXPECT_FALSE(fs::exists(gz(name))) << name;
  }

  TempDir home_;
  FileServer server_{answer};
};

TEST_P(GetMnist, GoodAnswersAreKept) {
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, dir() + "\n");
  EXPECT_THAT(result.err, HasSubstr("MNIST is complete"));
  expect_complete();
}

TEST_P(GetMnist, GoodFilesAreNotFetchedAgain) {
  get({"good"});
  const auto before = server_.requests().size();
  EXPECT_EQ(get({"good"}).exit_code, 0);
  EXPECT_EQ(server_.requests().size(), before);
  // An uncompressed good file does too; a bad one is fetched again.
  fs::remove(gz(mnist_names()[0]));
  home_.write("out/" + mnist_names()[0], content(mnist_names()[0]));
  home_.write("out/" + mnist_names()[1] + ".gz", "bad");
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(server_.requests().size(), before + 1);
  EXPECT_THAT(server_.requests().back().path, HasSubstr(mnist_names()[1]));
  EXPECT_FALSE(fs::exists(gz(mnist_names()[0])));
}

TEST_P(GetMnist, ABadUncompressedFileIsSetAside) {
  home_.write("out/" + mnist_names()[0], kHtml);
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("renamed to " + mnist_names()[0] + ".bad"));
  EXPECT_FALSE(fs::exists(home_ / ("out/" + mnist_names()[0])));
  EXPECT_TRUE(fs::exists(gz(mnist_names()[0])));
}

TEST_P(GetMnist, WellFormedFilesOfAnotherDataSetAreKept) {
  const std::string other = gzip(kHtml);
  home_.write("out/" + mnist_names()[0] + ".gz", other);
  home_.write("out/" + mnist_names()[0] + ".gz.bad", "an older one");
  home_.write("out/" + mnist_names()[1], "raw");
  EXPECT_EQ(get({"html"}).exit_code, 3);
  EXPECT_EQ(read_file(gz(mnist_names()[0])), other);
  EXPECT_EQ(read_file(home_ / ("out/" + mnist_names()[1])), "raw");
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_file(home_ / ("out/" + mnist_names()[0] + ".gz.bad")), "an older one");
  EXPECT_EQ(read_file(home_ / ("out/" + mnist_names()[0] + ".gz.bad2")), other);
  EXPECT_EQ(read_file(home_ / ("out/" + mnist_names()[1] + ".bad")), "raw");
}

TEST_P(GetMnist, SecondMirrorWhenTheFirstIsDown) {
  const auto result = get({"down", "good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("/down/"));
  expect_complete();
}

TEST_P(GetMnist, SecondMirrorWhenTheFirstHasNoSuchFile) {
  const auto result = get({"missing", "good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_complete();
}

TEST_P(GetMnist, HtmlIsExplained) {
  const auto result = get({"html"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, AllOf(HasSubstr("web page (HTML)"), HasSubstr("https_proxy"),
                                HasSubstr("data.name=glyphs")));
  expect_none();
  expect_no_rest();
  EXPECT_EQ(get({"html", "good"}).exit_code, 0);
  expect_complete();
}

TEST_P(GetMnist, TamperedAndReplacedFilesAreRefused) {
  auto result = get({"tampered", "replaced"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("damaged or tampered with"), HasSubstr("checksum mismatch"),
                    HasSubstr("not fetched: " + mnist_names()[0] + ".gz")));
  expect_none();
  expect_no_rest();
  EXPECT_EQ(get({"tampered", "good"}).exit_code, 0);
  expect_complete();
}

TEST_P(GetMnist, TruncatedFilesAreRefusedAndContinued) {
  auto result = get({"truncated"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("the file is truncated"));
  expect_none();
  result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_complete();
}

TEST_P(GetMnist, BrokenDownloadsAreContinuedWhereTheyStopped) {
  auto result = get({"breaks"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("broken off"));
  expect_none();
  for (const auto& name : mnist_names()) {
    EXPECT_EQ(fs::file_size(gz(name).string() + ".part"), gzip(content(name)).size() / 2);
  }
  const auto before = server_.requests().size();
  result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("continuing at byte"));
  const auto all = server_.requests();
  ASSERT_EQ(all.size(), before + 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(all[before + i].from, gzip(content(mnist_names()[i])).size() / 2);
  }
  expect_complete();
}

TEST_P(GetMnist, SecondMirrorContinuesTheFirst) {
  const auto result = get({"breaks", "good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_GT(server_.requests().at(1).from, 0u);
  expect_complete();
}

TEST_P(GetMnist, FromTheStartWhereAServerCannotContinue) {
  get({"breaks"});
  const auto result = get({"norange"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_complete();
}

TEST_P(GetMnist, ABadBeginningIsNotTrusted) {
  for (const auto& name : mnist_names()) {
    home_.write("out/" + name + ".gz.part", std::string(1000, 'x'));
  }
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_complete();
}

TEST_P(GetMnist, AWholeBadBeginningIsNotTrusted) {
  for (const auto& name : mnist_names()) {
    home_.write("out/" + name + ".gz.part", std::string(gzip(content(name)).size(), 'x'));
  }
  const auto result = get({"good"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_complete();
}

TEST_P(GetMnist, OtherCompressionOfTheSameContentIsGood) {
  const auto result = get({"recompressed"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const auto& name : mnist_names()) EXPECT_EQ(read_file(gz(name)), gzip(content(name), 0));
}

TEST_P(GetMnist, EverythingFailsWithoutAMirror) {
  const auto result = get({"down"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr("not fetched:"), HasSubstr("export https_proxy="),
                                HasSubstr("copy the four .gz files")));
  expect_none();
  expect_no_rest();
}

TEST_P(GetMnist, ASetProxyIsMentionedWithoutItsAddress) {
  const auto result =
      run_program({"sh", std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh", dir()},
                  {{"PATH", (home_ / "bin").string()},
                   {"ELBOW_MNIST_MIRRORS", "http://mnist.invalid"},
                   {"ELBOW_MNIST_SUMS", (home_ / "sums").string()},
                   {"http_proxy", "http://name:secret@127.0.0.1:9"}});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr("a proxy is set"), Not(HasSubstr("secret"))));
}

INSTANTIATE_TEST_SUITE_P(Tools, GetMnist, ::testing::Values("curl", "wget"),
                         [](const auto& tool) { return tool.param; });

TEST(GetMnistUsage, HelpAndMistakes) {
  const std::string script = std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh";
  const auto help = run_program({"sh", script, "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: scripts/get_mnist.sh [DIR]"));
  EXPECT_EQ(run_program({"sh", script, "--fast"}).exit_code, 2);
  EXPECT_EQ(run_program({"sh", script, "a", "b"}).exit_code, 2);
}

TEST(GetMnistUsage, ChecksumsAreThoseOfTheProgram) {
  const std::string script = read_file(std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh");
  for (const auto& file : standard_mnist_files()) {
    EXPECT_THAT(script, HasSubstr(std::string(file.sha256) + " " + file.name + "\n"));
  }
}

TEST(GetMnistUsage, WithoutADownloaderItSaysWhatToInstall) {
  const TempDir empty;
  const auto result =
      run_program({"/bin/sh", std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh", "out"},
                  {{"PATH", empty.path().string()}});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("apt install curl"));
}

// The real files, served from this machine.
TEST(GetMnistSlow, RealFilesPassTheRealChecksums) {
  const char* root = std::getenv("ELBOW_DATA");
  const auto source = root == nullptr ? std::nullopt : find_mnist(fs::path(root));
  if (!source) GTEST_SKIP() << "needs MNIST: set ELBOW_DATA";
  FileServer server([&](const std::string& path) -> Reply {
    const fs::path file = *source / path.substr(1);
    if (!fs::exists(file)) return {.status = 404, .body = "not here\n"};
    return {.status = 200, .body = read_file(file)};
  });
  if (!fs::exists(*source / (mnist_names()[0] + ".gz"))) GTEST_SKIP() << "needs the .gz files";
  const TempDir home;
  const auto result = run_program(
      {"sh", std::string(ELBOW_SOURCE_DIR) + "/scripts/get_mnist.sh", (home / "mnist").string()},
      {{"ELBOW_MNIST_MIRRORS", server.url() + "/"}, {"http_proxy", ""}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const auto& row : check_mnist(home / "mnist")) EXPECT_TRUE(row.ok) << row.message;
}

}  // namespace
}  // namespace elbow::testing
