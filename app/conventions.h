// The statements of docs/conventions.md, as `elbow explain` says them.
#pragma once

#include <optional>
#include <string>

namespace elbow::app {

/// The page.
extern const char* const kConventions;

/// A row of its tables.
struct ConventionRow {
  std::string id, statement;
};

/// The row of a check by its id, or of the part of a path that is one: "G65" of "G65/hinge/re".
/// Nothing where no part of it has a row.
std::optional<ConventionRow> convention_row(const std::string& path);

}  // namespace elbow::app
