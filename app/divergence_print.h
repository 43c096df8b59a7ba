// How elbow divergence shows its rows: a table that grows, or one JSON object a line; and what it
// is at meanwhile, on standard error.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "math/divergences/exact.h"

namespace elbow::app {

class DivergencePrinter {
 public:
  DivergencePrinter(bool json, bool terminal) : json_(json), terminal_(terminal) {}

  /// Of the columns whose cells are known beforehand; those of numbers are as wide as they can be.
  void set_widths(int quantity, int estimator, int unit);
  /// One line on standard output, at once. Before the first one of a table: its header.
  void row(const Finding& finding);
  /// "left out: WHAT: WHY" on standard error.
  void left_out(const std::string& what, const std::string& why);
  /// On a terminal, once the command has taken a second: a line that the next one replaces.
  /// Elsewhere a line after every ten seconds.
  void begins(const std::string& what, std::size_t index, std::size_t of);
  /// Removes the line of the work in progress.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void table_line(const std::vector<std::string>& cells);

  bool json_, terminal_, has_header_ = false, has_status_ = false;
  std::vector<int> widths_;
  Clock::time_point start_ = Clock::now(), told_ = start_;
};

}  // namespace elbow::app
