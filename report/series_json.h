// The curves of a run as JSON, thinned.
#pragma once

#include <cstddef>
#include <string>

#include "report/run_reader.h"

namespace elbow::report {

/// {"train": {"records": n, "per_point": k, "step": [...], "epoch": [...], "wall": [...],
///  "keys": {KEY: {"mean": [...], "least", "largest" (k > 1), "se", "nans": count}}}, ...}:
/// at most `points` points a split, seven significant digits, null where there is no finite number.
std::string series_json(const Run& run, std::size_t points);

}  // namespace elbow::report
