// Small runs, written to disk and read back.
#pragma once

#include <vector>

#include "report/run_reader.h"
#include "tests/report/run_files.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {

inline std::vector<report::Run> runs_of(const TempDir& dir, const std::vector<SmallRun>& all) {
  std::vector<report::Run> runs;
  for (const SmallRun& run : all) runs.push_back(report::read_run(write_run(dir.path(), run)));
  return runs;
}

}  // namespace elbow::testing
