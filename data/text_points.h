// Points from text: which dialect, which line is a header, which column an index. What can be read
// in two ways is not guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "math/points.h"

namespace elbow {

/// How a text is to be read, where its user says so.
struct TextReading {
  std::optional<char> decimal = {};  ///< '.' or ','
  std::optional<bool> header = {};   ///< whether the first line is no point
  std::string columns = {};          ///< "2-3", "1,4", "x,y"; "": all
};

/// One point a line, in their order.
///   numbers     separated by commas, semicolons, tabs or blanks, all lines alike; with decimal
///               points, or decimal commas where another separator stands between them; maybe
///               quoted; an empty cell at the end of every line is none
///   skipped     blank lines and comments (#)
///   header      a first line of names, as many as there are columns
///   two ways    Error that names both readings and the option that decides: 1,5 (two numbers or a
///               decimal comma); a first line of whole numbers above others (0,1,2 of a data frame,
///               a count of lines); a column that counts the rows; 1.234;5.678 and 12,345.6
///               (thousands)
/// Error(data) about `name` with line, column and remedy: no numbers, not finite, ragged, no text.
Points parse_text_points(const std::string& name, std::string_view text,
                         const TextReading& reading = {});

}  // namespace elbow
