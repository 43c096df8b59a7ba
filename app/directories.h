// Where the program keeps what is not part of a run.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace elbow::app {

/// The option --data-dir.
inline constexpr const char* kDataDir = "where the data lies; it is looked for nowhere else then";

/// $XDG_CACHE_HOME/elbow, else ~/.cache/elbow, else a folder for temporary files.
inline std::filesystem::path cache_directory() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const auto cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    return std::filesystem::path(cache) / "elbow";
  }
  if (const auto home = variable("HOME"); !home.empty()) {
    return std::filesystem::path(home) / ".cache/elbow";
  }
  return std::filesystem::temp_directory_path() / "elbow-cache";
}

}  // namespace elbow::app
