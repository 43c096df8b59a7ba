// Columns of a table, chosen by position or by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace elbow {

/// Indices from 0 of the columns that `text` chooses among `count`: positions from 1, ranges and
/// names, with commas between them ("2-3", "1,4", "x,y"). `names` may be empty: the table has none.
/// Error("--columns 2-3: ..."): usage for what can be no choice, data for what is not there.
std::vector<std::size_t> chosen_columns(const std::string& text,
                                        const std::vector<std::string>& names, std::size_t count);

/// How many columns `text` chooses; each name is one.
std::int64_t column_count(const std::string& text);

/// Whether some part of `text` can only be a name.
bool chooses_by_name(const std::string& text);

}  // namespace elbow
