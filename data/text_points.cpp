#include "data/text_points.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/delimited_text.h"
#include "data/text_table.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error("error: " + name + ": " + message, ExitCode::data);
}

/// Bytes that no text has would be shown as such, or read as names.
void require_text(const std::string& name, std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    fail(name, "is text in UTF-16; save it as UTF-8.");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r') continue;
    std::array<char, 8> hex;
    std::snprintf(hex.data(), hex.size(), "0x%02x", static_cast<unsigned>(byte));
    fail(name, "is no text: byte " + std::to_string(i + 1) + " is " + hex.data() +
                   ". Read are text, and arrays of numpy.save and numpy.savez.");
  }
}

/// Those that the first lines allow, the likeliest first.
std::vector<Dialect> dialects(const std::vector<TextLine>& lines, bool commas,
                              const TextReading& reading) {
  std::string beginning(lines[0].text);
  if (lines.size() > 1) beginning.append("\n").append(lines[1].text);
  std::vector<Dialect> found;
  for (const char separator : {',', ';', '\t', ' ', '\0'}) {
    if (separator != 0 && beginning.find(separator) == std::string::npos) continue;
    for (const char decimal : {'.', ','}) {
      if (reading.decimal && *reading.decimal != decimal) continue;
      if (!reading.decimal && decimal == ',' && !commas) continue;
      // Between commas, only quotes keep a decimal comma together.
      const bool quoted = beginning.find('"') != std::string::npos;
      if (decimal == ',' && separator == ',' && !quoted) continue;
      found.push_back({separator, decimal});
    }
  }
  return found;
}

std::string describe(const TextTable& table) {
  const std::string count = std::to_string(table.dim);
  const std::string decimals =
      table.dialect.decimal == ',' ? "a decimal comma" : "decimal points (--decimal .)";
  const std::string option = table.dialect.decimal == ',' ? " (--decimal ,)" : "";
  if (table.dim == 1) return "one number with " + decimals + option;
  return count + " numbers with " + decimals + option;
}

/// The numbers of the first row as one line.
std::string_view first_row(const std::vector<TextLine>& lines, const TextTable& table) {
  return lines[table.header && lines.size() > 1 ? 1 : 0].text.substr(0, 60);
}

void require_one_reading(const std::string& name, const std::vector<TextLine>& lines,
                         const std::vector<TextTable>& tables) {
  if (tables.size() < 2) return;
  const TextLine& line = lines[lines.size() > 1 ? 1 : 0];
  fail(name, "line " + std::to_string(line.number) + ", '" + std::string(line.text.substr(0, 60)) +
                 "', can be read in two ways: " + describe(tables[0]) + " or " +
                 describe(tables[1]) + ". Say which.");
}

void require_no_doubt(const std::string& name, const std::vector<TextLine>& lines,
                      const TextTable& table) {
  const std::string width = std::to_string(table.width);
  if (table.doubtful_thousands) {
    const bool one = table.dialect.separator == ',' || table.dialect.separator == ' ';
    const std::string row = "'" + std::string(first_row(lines, table)) + "'";
    if (one && table.width > 1) {
      fail(name, row + " can be read in two ways: " + width + " numbers (--columns 1-" + width +
                     "), or one with marks between its thousands (remove them).");
    }
    const std::string sign(1, table.decimal_commas ? ',' : '.');
    const std::string other = table.decimal_commas ? "." : ",";
    fail(name, row + " can be read in two ways: with decimal " +
                   (table.decimal_commas ? "commas" : "points") + " (--decimal " + sign +
                   "), or with marks between thousands (" +
                   (table.decimal_commas ? "remove them" : "--decimal ,") + ").");
  }
  if (!table.doubtful_header.empty()) {
    fail(name, "line " + std::to_string(lines[0].number) + ", '" +
                   std::string(lines[0].text.substr(0, 60)) +
                   "', can be read in two ways: a point (--header no), or " +
                   table.doubtful_header + " (--header yes leaves it out). Say which.");
  }
  if (!table.doubtful_index.empty()) {
    fail(name, "the first column " + table.doubtful_index +
                   " and can be read in two ways: an index (--columns 2-" + width +
                   " leaves it out), or a coordinate (--columns 1-" + width + "). Say which.");
  }
}

std::string options_text(const TextReading& reading) {
  std::string text;
  if (reading.decimal) text += std::string(" --decimal ") + *reading.decimal;
  if (reading.header) text += std::string(" --header ") + (*reading.header ? "yes" : "no");
  if (!reading.columns.empty()) text += " --columns " + reading.columns;
  return text.empty() ? "" : " (read with" + text + ")";
}

}  // namespace

Points parse_text_points(const std::string& name, std::string_view text,
                         const TextReading& reading) {
  require_text(name, text);
  std::vector<TextLine> lines = lines_of(text);
  if (lines.empty()) fail(name, "holds no rows of numbers.");
  std::vector<TextTable> tables;
  TextTable nearest;
  for (const Dialect& dialect :
       dialects(lines, text.find(',') != std::string_view::npos, reading)) {
    TextTable table = read_table(lines, dialect, reading);
    if (!table.failure.empty()) {
      if (nearest.failure.empty() || table.failure_line > nearest.failure_line) {
        nearest = std::move(table);
      }
      continue;
    }
    const bool known = std::any_of(tables.begin(), tables.end(), [&](const TextTable& other) {
      return other.dim == table.dim && other.header == table.header && other.values == table.values;
    });
    if (!known) tables.push_back(std::move(table));
  }
  if (tables.empty()) fail(name, nearest.failure + options_text(reading));
  require_one_reading(name, lines, tables);
  TextTable& table = tables.front();
  // A column of decimal commas where some are missing is as well a damaged one of two numbers.
  if (!reading.decimal && !table.header && table.dialect.separator == 0 && table.decimal_commas &&
      table.without_commas) {
    fail(name, nearest.failure + " Where the comma is a decimal mark: --decimal ,.");
  }
  require_no_doubt(name, lines, table);
  if (!table.not_finite.empty()) {
    fail(name, table.not_finite + " is not finite; remove such rows or replace the value.");
  }
  return {std::move(table.values), static_cast<std::int64_t>(table.dim)};
}

}  // namespace elbow
