// Records as comma-separated values (RFC 4180), for spreadsheets and data frames.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/run_reader.h"

namespace elbow::report {

/// Quoted where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);
/// The shortest digits that read back to the same double; "nan", "inf", "-inf".
std::string csv_number(double value);
std::string csv_number(const std::optional<double>& value);  ///< "" where there is none

/// A line per record: step, epoch, wall, split, then every key of the run in the order of its first
/// appearance; empty where the record lacks it. Records by step, then train, valid, test.
std::string wide_csv(const Run& run);

/// A line per record and term: step, epoch, wall, split, term, value, se, unit.
std::string long_csv(const Run& run);

}  // namespace elbow::report
