// The source tree as the structure tests read it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace elbow::testing {

inline const std::filesystem::path& source_root() {
  static const std::filesystem::path root = ELBOW_SOURCE_DIR;
  return root;
}

/// Every file below `folder` of the tree whose name ends in one of `extensions`, sorted.
inline std::vector<std::string> files_below(const std::string& folder,
                                            const std::vector<std::string>& extensions) {
  std::vector<std::string> found;
  if (!std::filesystem::exists(source_root() / folder)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_root() / folder)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() ||
        std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) {
      continue;
    }
    found.push_back(std::filesystem::relative(entry.path(), source_root()).generic_string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline const std::vector<std::string>& code_folders() {
  static const std::vector<std::string> folders = {
      "app",    "bench",      "core",     "data",     "instrumentation", "math",
      "models", "objectives", "problems", "training", "tests",           "report"};
  return folders;
}

/// All C++ files of the project.
inline std::vector<std::string> code_files() {
  std::vector<std::string> all;
  for (const auto& folder : code_folders()) {
    for (auto& file : files_below(folder, {".h", ".cpp"})) all.push_back(std::move(file));
  }
  return all;
}

inline std::string first_part(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

inline bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

inline bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

}  // namespace elbow::testing
