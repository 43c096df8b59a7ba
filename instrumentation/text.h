// Small text functions that the sinks and the terminal share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/identity.h"
#include "core/record.h"

namespace elbow {

/// Appends `value` as JSON: shortest digits that read back to the same double; the strings "nan",
/// "inf" and "-inf" where it is not finite.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, std::int64_t value);

/// Appends `text` quoted, controls escaped; UTF-8 passes unchanged, other bytes become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// `value` with `digits` significant digits, "nan" and "inf" included.
std::string significant(double value, int digits);

/// 9380 -> "9,380".
std::string with_commas(std::int64_t value);

/// Seconds as "0:48", "12:05" or "3:07:09".
std::string duration(double seconds);

/// Columns that UTF-8 text takes on a terminal: 2 for East Asian wide characters, 0 for combining
/// marks. Bytes that are no UTF-8 count as one column each.
int display_width(std::string_view text);

/// `text` cut to at most `columns`, with "…" as its last column when something was cut. Control
/// characters become '?', so that no name can move the cursor.
std::string fit(std::string_view text, int columns);

/// A failed check in full: id, step, statement, both sides, residual and tolerance, on one line.
std::string describe_failure(const StepRecord& record, const CheckResult& check);

}  // namespace elbow
