#include "training/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/temp_dir.h"
#include "tests/training/small_run.h"

namespace elbow {
namespace {

namespace fs = std::filesystem;

TEST(Environment, NamesWhatARunDependsOn) {
  const auto session = testing::small_session(testing::kVae);
  ThreadReport threads;
  threads.threads = 2;
  const auto json = nlohmann::json::parse(
      environment_json(*session, threads, "1.2.3", {"elbow", "train", "bad \xff byte"}));
  EXPECT_EQ(json["elbow"], "1.2.3");
  EXPECT_EQ(json["threads"]["libtorch"], 2);
  EXPECT_EQ(json["data"]["name"], "glyphs");
  EXPECT_EQ(json["data"]["sha256"], session->data().sha256);
  EXPECT_EQ(json["seed"], 1);
  EXPECT_LT(json["data"]["baselines"]["independent_pixels"].get<double>(), -100.0);
  EXPECT_FALSE(json["libtorch"].get<std::string>().empty());
  EXPECT_FALSE(json["compiler"].get<std::string>().empty());
}

/// Stands in another directory while it lives.
class In {
 public:
  explicit In(const fs::path& path) : before_(fs::current_path()) { fs::current_path(path); }
  ~In() { fs::current_path(before_); }

 private:
  fs::path before_;
};

// The revision is that of the program, wherever it is started.
TEST(Environment, TheRevisionIsThatOfTheProgram) {
  const std::string other(40, 'a');
  const testing::TempDir dir;
  dir.write("repo/.git/HEAD", other + "\n");
  const auto session = testing::small_session(testing::kVae);
  const In in(dir.path() / "repo");
  const auto json = nlohmann::json::parse(environment_json(*session, {}, "1", {}));
  EXPECT_EQ(json["git_revision"], program_revision());
  EXPECT_NE(json["git_revision"], other);
  EXPECT_TRUE(program_revision().empty() || program_revision().size() == 40);
}

TEST(Environment, ResumingKeepsTheFirstCommandLine) {
  const auto session = testing::small_session(testing::kVae);
  const std::string first = environment_json(*session, {}, "1", {"elbow", "first"});
  const std::string second = environment_json(*session, {}, "2", {"elbow", "second"}, first);
  const auto json =
      nlohmann::json::parse(environment_json(*session, {}, "3", {"elbow", "third"}, second));
  EXPECT_EQ(json["command_line"], (nlohmann::json{"elbow", "first"}));
  ASSERT_EQ(json["resumed"].size(), 2u);
  EXPECT_EQ(json["resumed"][0]["command_line"], (nlohmann::json{"elbow", "second"}));
  EXPECT_EQ(json["resumed"][1]["command_line"], (nlohmann::json{"elbow", "third"}));
  EXPECT_EQ(json["elbow"], "3");
  EXPECT_FALSE(nlohmann::json::parse(first).contains("resumed"));
  // A damaged file is no reason not to resume.
  EXPECT_TRUE(nlohmann::json::parse(environment_json(*session, {}, "1", {}, "{half"))
                  .contains("command_line"));
}

TEST(Environment, OtherThreadsAreSaid) {
  const auto session = testing::small_session(testing::kVae);
  ThreadReport two;
  two.threads = 2;
  const std::string earlier = environment_json(*session, two, "1", {});
  EXPECT_THAT(environment_changes(earlier, two), ::testing::IsEmpty());
  ThreadReport four = two;
  four.threads = 4;
  const auto changes = environment_changes(earlier, four);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_THAT(changes[0], ::testing::HasSubstr("2 threads and now has 4"));
  four.onednn_matmul = !two.onednn_matmul;
  EXPECT_EQ(environment_changes(earlier, four).size(), 2u);
  EXPECT_THAT(environment_changes("", four), ::testing::IsEmpty());
  EXPECT_THAT(environment_changes("[1]", four), ::testing::IsEmpty());
}

}  // namespace
}  // namespace elbow
