// Follows "Add an objective" of CONTRIBUTING.md literally, in a copy of the tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/structure/tree.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A fenced block: ```cpp path/to/file.cpp is a file to write, ```sh a command to run.
struct Block {
  std::string language, path, text;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> found;
  std::istringstream lines(page);
  bool inside = false;
  std::size_t indent = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(' ');
    if (first != std::string::npos && line.compare(first, 3, "```") == 0) {
      inside = !inside;
      if (!inside) continue;
      indent = first;
      std::istringstream info(line.substr(first + 3));
      Block block;
      info >> block.language >> block.path;
      found.push_back(block);
    } else if (inside) {
      found.back().text += line.substr(std::min(indent, line.size())) + "\n";
    }
  }
  return found;
}

/// From the heading of that name to the next one.
std::string section(const std::string& page, const std::string& heading) {
  const auto start = page.find("## " + heading + "\n");
  if (start == std::string::npos) return {};
  return page.substr(start, page.find("\n## ", start) - start);
}

TEST(Contributing, BlocksAreReadFromThePage) {
  const auto blocks = blocks_of(
      "1. Write\n   ```cpp a/b.cpp\n   int x;\n     int y;\n   ```\n2. Run\n   ```sh\n   ls\n   "
      "```\n");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].path, "a/b.cpp");
  EXPECT_EQ(blocks[0].text, "int x;\n  int y;\n");
  EXPECT_EQ(blocks[1].language, "sh");
  EXPECT_EQ(blocks[1].text, "ls\n");
}

TEST(Contributing, TheStepsAddThreeFilesAndChangeNone) {
  const auto blocks =
      blocks_of(section(read_file(source_root() / "CONTRIBUTING.md"), "Add an objective"));
  int files = 0;
  for (const auto& block : blocks) {
    if (block.path.empty()) continue;
    ++files;
    EXPECT_FALSE(fs::exists(source_root() / block.path)) << block.path << " exists already";
  }
  EXPECT_EQ(files, 3);
}

void copy_tree(const fs::path& to) {
  for (const auto& folder : {"app", "cmake", "configs", "core", "data", "docs", "equations",
                             "instrumentation", "math", "models", "objectives", "problems",
                             "report", "scripts", "training", "tests/support", "tests/structure"}) {
    if (!fs::exists(source_root() / folder)) continue;
    fs::create_directories((to / folder).parent_path());
    fs::copy(source_root() / folder, to / folder, fs::copy_options::recursive);
  }
  for (const auto& file : {"CMakeLists.txt", "CMakePresets.json", "tests/CMakeLists.txt"}) {
    fs::copy_file(source_root() / file, to / file);
  }
}

// One build of a fresh tree: minutes without ccache, half a minute with it.
TEST(ContributingSlow, FollowingTheStepsAddsAnObjective) {
  const TempDir tree;
  copy_tree(tree.path());
  std::map<std::string, std::string> environment = {{"CCACHE_BASEDIR", tree.path().string()},
                                                    {"CCACHE_NOHASHDIR", "1"}};
  const auto blocks =
      blocks_of(section(read_file(source_root() / "CONTRIBUTING.md"), "Add an objective"));
  ASSERT_FALSE(blocks.empty());
  std::string printed;
  for (const auto& block : blocks) {
    if (!block.path.empty()) {
      tree.write(block.path, block.text);
      continue;
    }
    ASSERT_EQ(block.language, "sh") << block.text;
    const auto result = run_program(
        {"/bin/sh", "-ec", "cd '" + tree.path().string() + "'\n" + block.text}, environment);
    ASSERT_EQ(result.exit_code, 0) << block.text << result.out << result.err;
    printed += result.out;
  }
  EXPECT_THAT(printed, HasSubstr("PASSED"));
  EXPECT_THAT(printed, HasSubstr("logit"));
}

}  // namespace
}  // namespace elbow::testing
