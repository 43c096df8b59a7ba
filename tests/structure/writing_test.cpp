// What does not belong into finished sources and pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>

#include "tests/structure/tree.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

bool has_word(const std::string& line, const std::string& word) {
  for (auto at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word_character(line[at - 1])) &&
        (end == line.size() || !is_word_character(line[end]))) {
      return true;
    }
  }
  return false;
}

// Split, so that this file does not report itself.
const std::vector<std::string>& unfinished_words() {
  static const std::vector<std::string> words = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X",
      "HA"
      "CK",
      "not implem"
      "ented",
      "lorem ip"
      "sum"};
  return words;
}

std::vector<std::string> complaints(const std::string& path, const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string where = path + ":" + std::to_string(number) + ": ";
    for (const auto& word : unfinished_words()) {
      if (has_word(line, word)) found.push_back(where + "unfinished: " + word);
    }
    if (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
      found.push_back(where + "space at the end of the line");
    }
    if (line.find('\t') != std::string::npos) found.push_back(where + "a tab");
  }
  if (!text.empty() && text.back() != '\n') found.push_back(path + ": no newline at the end");
  return found;
}

std::vector<std::string> written_files() {
  auto files = code_files();
  for (const char* folder : {"docs", "configs", "scripts", "cmake", "bench", "tests", "python"}) {
    for (auto& file : files_below(folder, {".md", ".toml", ".sh", ".txt", ".cmake", ".py"})) {
      files.push_back(std::move(file));
    }
  }
  for (const char* file : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "quickstart",
                           "check", ".ci/run", "CMakeLists.txt", "CMakePresets.json"}) {
    files.push_back(file);
  }
  return files;
}

TEST(Writing, SourcesAndPagesAreFinished) {
  for (const auto& file : written_files()) {
    ASSERT_TRUE(std::filesystem::exists(source_root() / file)) << file << " is missing";
    EXPECT_THAT(complaints(file, read_file(source_root() / file)), IsEmpty());
  }
}

TEST(Writing, PlantedBlemishesAreFound) {
  EXPECT_THAT(complaints("a.cpp", "// " + unfinished_words()[0] + ": later\n"), SizeIs(1));
  EXPECT_THAT(complaints("a.cpp", "int x; \n"), SizeIs(1));
  EXPECT_THAT(complaints("a.cpp", "\tint x;\n"), SizeIs(1));
  EXPECT_THAT(complaints("a.cpp", "int x;"), SizeIs(1));
  EXPECT_THAT(complaints("a.cpp", "int hacky; // finished\n"), IsEmpty());
}

// Links between pages, and from pages to files of the tree.
TEST(Writing, LocalLinksLeadSomewhere) {
  std::vector<std::string> pages = files_below("docs", {".md"});
  for (auto& page : files_below("bench", {".md"})) pages.push_back(page);
  for (const char* page : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}) pages.push_back(page);
  for (const auto& page : pages) {
    const std::string text = read_file(source_root() / page);
    for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
      if (starts_with(target, "http") || target.find(' ') != std::string::npos) continue;
      target = target.substr(0, target.find('#'));
      if (target.empty()) continue;
      EXPECT_TRUE(std::filesystem::exists((source_root() / page).parent_path() / target))
          << page << " links to " << target;
    }
  }
}

}  // namespace
}  // namespace elbow::testing
