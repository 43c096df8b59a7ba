// What `elbow eval` measured of several runs, as a section of a comparison.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"

namespace elbow::report {

/// A row per quantity and estimator that every run has in eval.jsonl, without differences. Measured
/// with other settings, or at different steps that are not the last record of each run, it says so
/// among its definitions; a run measured before its last record is named in `notes`. `patterns`: as
/// TermChoice.
Section evaluated_section(const std::vector<Group>& groups, std::size_t baseline,
                          const std::vector<std::string>& patterns,
                          std::vector<std::string>& notes);

}  // namespace elbow::report
