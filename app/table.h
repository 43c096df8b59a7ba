// Aligned columns of text.
#pragma once

#include <string>
#include <vector>

namespace elbow::app {

/// Rows of cells; a column is as wide as its widest cell, and two spaces stand between columns.
class Table {
 public:
  /// One character a column: 'l' or 'r'. Cells beyond it are aligned to the left.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  /// Each row on a line of its own behind `indent`, without spaces at its end.
  std::string text(const std::string& indent = "") const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace elbow::app
