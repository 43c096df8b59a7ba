// Lines, cells and numbers of a text file, under one dialect.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// How numbers are separated and written.
struct Dialect {
  char separator = ',';  ///< ',' ';' tab; ' ': any blanks; 0: one number a line
  char decimal = '.';    ///< '.' or ','
};

struct TextLine {
  std::size_t number = 0;  ///< from 1, in the file
  std::string_view text;   ///< without blanks at its ends
};

/// The lines that hold something, ended by LF, CRLF or CR. A byte-order mark, blank lines and
/// comments (from '#' at the beginning or behind a blank) are left out.
std::vector<TextLine> lines_of(std::string_view text);

/// The cells of a line, without the quotes and blanks around them. Between quotes nothing
/// separates. nullopt where a quote is not closed, or has text behind it.
std::optional<std::vector<std::string_view>> cells_of(std::string_view line, char separator);

/// The number that a cell is, not finite ones included. With decimal commas, points may group
/// thousands beside a comma or twice: 1.234,5 or 1.234.567.
std::optional<double> number_in(std::string_view cell, char decimal);

/// 0, 7 or 12, without sign, point or leading zero.
std::optional<long long> plain_integer(std::string_view cell);

/// Whether 1,234 and 1,234,567 may be meant by `cell` as thousands, with `group` between them.
bool looks_grouped(std::string_view cell, char group);

}  // namespace elbow
