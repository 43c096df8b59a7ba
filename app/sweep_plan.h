// What a sweep has to do: its runs, their directories, and which of them are done.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/sweep.h"

namespace elbow::app {

struct SweepPlanRequest {
  SweepRequest values;
  std::string config;
  std::string dir;       ///< of all runs; "": runs/sweep-<stem of config>
  std::string data_dir;  ///< "" : searched
};

struct PlannedRun {
  SweepPoint point;
  std::filesystem::path directory;
  bool begun = false;             ///< it holds a config
  bool resumable = false;         ///< and a checkpoint: it is resumed, and otherwise begun anew
  std::optional<int> ended = {};  ///< the exit code of a run that is through; not trained again
};

/// All runs in the order of sweep_points. Throws one Error(usage) with a line for each mistake in
/// any of their configs, for each run whose config is that of one before it, and for each directory
/// that holds a run with another config.
std::vector<PlannedRun> plan_sweep(const SweepPlanRequest& request);

/// Throws Error(data) where a run that has begun was trained on other bytes than its config's data
/// set has now: the runs of a sweep are compared with each other. Nothing is read where none has
/// begun.
void require_data_of_begun(const SweepPlanRequest& request, const std::vector<PlannedRun>& runs);

/// The command that trains or resumes one run; `threads` 0: as train chooses.
std::vector<std::string> train_line(const SweepPlanRequest& request, const PlannedRun& run,
                                    int threads);

/// The words as one line for a POSIX shell.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace elbow::app
