// Runs as groups: seeds of one config belong together.
#pragma once

#include <string>
#include <vector>

#include "report/run_reader.h"

namespace elbow::report {

/// Runs that differ in their seed only, and in what does not enter the training: names, pictures,
/// probes, rhythm of records and checkpoints.
struct Group {
  std::string letter;  ///< "A", "B", ...
  std::string label;   ///< name of its first run's directory, or its path where two are alike
  std::vector<const Run*> runs;
  std::vector<std::string> seeds;

  const Run& first() const { return *runs.front(); }
};

/// A config key that has not the same value everywhere; "" where a group does not use it.
struct SettingDifference {
  std::string key;
  std::vector<std::string> values;  ///< per group
};

/// Groups in order of appearance. A second run with a seed that its group has is no independent
/// run: it is left out, and `notes` says so.
std::vector<Group> group_by_seed(const std::vector<Run>& runs, std::vector<std::string>& notes);

/// Every config key with more than one value over the groups; names and seeds aside.
std::vector<SettingDifference> setting_differences(const std::vector<Group>& groups);

}  // namespace elbow::report
