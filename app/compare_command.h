// What `elbow compare` does, for commands that end in a comparison.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.h"

namespace elbow::app {

/// Reads the runs, compares them and prints in `format` (table, csv, json); `html`: file of a page,
/// "" for none. Returns the exit code.
int compare_and_print(const std::vector<std::filesystem::path>& runs,
                      const report::CompareOptions& options, const std::string& format,
                      const std::string& html);

}  // namespace elbow::app
