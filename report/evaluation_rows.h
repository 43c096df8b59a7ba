// What `elbow eval` measured of several runs, as rows of a comparison.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"

namespace elbow::report {

/// A row per quantity and estimator that every run has in eval.jsonl; measured with other settings,
/// it says so among its definitions. Without differences. `patterns`: as TermChoice.
std::vector<Row> evaluation_rows(const std::vector<Group>& groups, std::size_t baseline,
                                 const std::vector<std::string>& patterns);

}  // namespace elbow::report
