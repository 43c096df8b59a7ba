#include "training/environment.h"

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

TEST(Environment, GitRevisionLooseDetachedAndPacked) {
  const std::string a(40, 'a'), b(40, 'b');
  const testing::TempDir dir;
  fs::create_directories(dir.path() / "repo/sub");
  dir.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  dir.write("repo/.git/packed-refs", "# pack-refs\n" + b + " refs/heads/main\n");
  const In in(dir.path() / "repo/sub");
  EXPECT_EQ(git_revision(), b);
  dir.write("repo/.git/refs/heads/main", a + "\n");
  EXPECT_EQ(git_revision(), a);
  dir.write("repo/.git/HEAD", b + "\n");
  EXPECT_EQ(git_revision(), b);
}

}  // namespace
}  // namespace elbow
