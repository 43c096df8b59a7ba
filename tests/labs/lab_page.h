// A page of docs/labs as data: its sections, its command, and the numbers that it claims.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace elbow::testing {

/// A row of the table under "What it printed".
struct Claim {
  std::string name;                           ///< as it stands in the output, see value_in
  std::vector<std::optional<double>> values;  ///< of each part of the command; none: not printed
  std::vector<double> within;  ///< of each value; "0.1 / 2" in the table, or one for all
};

struct LabPage {
  std::string title;
  std::vector<std::string> sections;               ///< "Guess", "Run", ...
  std::vector<std::vector<std::string>> commands;  ///< words of each part between "&&"
  std::vector<Claim> claims;
};

/// "| a | b |" as {"a", "b"}.
std::vector<std::string> table_cells(const std::string& line);

/// Throws std::runtime_error for a table whose cells are no numbers.
LabPage parse_lab(const std::string& markdown);

/// The number that stands behind `name` in what a command printed: what happened behind a guess of
/// `train`, the left (or with "NAME right" the right) side of a check of `verify`, the value of a
/// row of `divergence` ("QUANTITY ESTIMATOR") or `eval`. "A − B": their difference.
std::optional<double> value_in(const std::string& output, const std::string& name);

}  // namespace elbow::testing
