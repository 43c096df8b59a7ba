// Collects everything that is wrong with a config, to be reported at once.
#pragma once

#include <string>
#include <vector>

#include "core/config/config.h"

namespace elbow {

/// Name of the file that overrides come from, in Origin.
inline constexpr const char* kCommandLine = "command line";

class Diagnostics {
 public:
  explicit Diagnostics(std::vector<std::string> overrides) : overrides_(std::move(overrides)) {}

  void error(const Origin& at, const std::string& message);
  std::size_t count() const { return problems_.size(); }
  /// Throws one Error(usage) with a line for each problem, compiler style: files in the order in
  /// which `rank` was called, each by line and column, overrides last.
  void throw_if_any() const;
  void rank(const std::string& file) { files_.push_back(file); }

 private:
  struct Problem {
    Origin at;
    std::string message;
  };
  std::string line(const Problem& problem) const;
  std::size_t file_rank(const Origin& at) const;

  std::vector<std::string> overrides_;
  std::vector<std::string> files_;
  std::vector<Problem> problems_;
};

}  // namespace elbow
