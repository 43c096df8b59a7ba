// result.json: what came out of a run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/record.h"

namespace elbow {

/// A check that failed in a run, a decisive or a statistical one.
struct FailedCheck {
  std::string id, kind, statement;
  std::string page;  ///< where the statement is explained
  std::int64_t fails = 0, evaluations = 0;
  std::int64_t first_step = 0;
  std::string first_split;
  double lhs = 0.0, rhs = 0.0;  ///< at the first failure
};

struct RunResult {
  RunSummary summary;
  double epoch = 0.0;
  std::map<std::string, Values> splits;        ///< last record of train, valid, test
  std::map<std::string, std::int64_t> checks;  ///< counts by verdict
  std::vector<FailedCheck> failed_checks = {};
  double samples_per_second_median = 0.0;  ///< over blocks of steps; 0: none was long enough
  double step_ms_median = 0.0;
  std::optional<double> probe_share;  ///< of the training time of this session
};

/// Final values with standard errors per split, check counts and what failed, timings. Non-finite
/// numbers are the strings "nan", "inf", "-inf".
std::string result_json(const RunResult& result);

/// Values with their moments, without weights, as JSON that reads back to the same bits.
std::string values_to_json(const Values& values);
Values values_from_json(const std::string& json);

/// What status.json says: running, finished, interrupted, diverged or failed.
std::string status_of(Outcome outcome);
ExitCode exit_code(Outcome outcome);

}  // namespace elbow
