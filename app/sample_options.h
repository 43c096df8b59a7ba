// The options of every command that reads sample files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/sample_file.h"

namespace CLI {
class App;
}

namespace elbow::app {

/// --decimal, --header and --columns: once for all files, or once for each in their order.
struct SampleOptions {
  std::vector<std::string> decimal, header, columns;
};

void add_sample_options(CLI::App& command, SampleOptions& options);

/// Reads the sample files of a command, in the order of its arguments. An option given once may fit
/// only some of them: the others are read without it, where they can be read in one way and have as
/// many columns, and standard error says so. One that fits none is an error.
class SampleReader {
 public:
  SampleReader(const SampleOptions& options, std::size_t files);
  Points read(const std::string& file);
  /// After all files: throws where the options fitted none.
  void require_fit() const;

 private:
  TextReading reading_of(std::size_t file) const;
  SampleOptions options_;
  std::size_t files_, next_ = 0, fitted_ = 0;
  std::string misfit_;
};

}  // namespace elbow::app
