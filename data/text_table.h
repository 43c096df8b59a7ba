// A text as a table of numbers under one dialect, and what is doubtful about it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/delimited_text.h"
#include "data/text_points.h"

namespace elbow {

/// What a file is under one reading. Either `failure` says why it is none, or `values` are its
/// points.
struct TextTable {
  Dialect dialect;
  std::string failure;           ///< with the place; "" where the reading holds
  std::size_t failure_line = 0;  ///< index among the lines: the later, the nearer to the truth
  std::size_t width = 0;         ///< columns of the file
  std::size_t dim = 0;           ///< columns that were chosen
  std::vector<double> values;    ///< [rows, dim]
  bool header = false;
  std::string doubtful_header;  ///< why the first line may be no point
  std::string doubtful_index;   ///< why the first column may be none of a point
  bool doubtful_thousands = false;
  std::string not_finite;       ///< place of the first such number
  bool decimal_commas = false;  ///< some number has one
  bool without_commas = false;  ///< some number has none
};

/// `lines` is not empty. Throws only what `chosen_columns` throws for usage.
TextTable read_table(const std::vector<TextLine>& lines, Dialect dialect,
                     const TextReading& reading);

}  // namespace elbow
