#include "data/delimited_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

namespace elbow {
namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') return line;  // what is quoted is no comment
    if (line[i] == '#' && (i == 0 || blank(line[i - 1]))) return line.substr(0, i);
  }
  return line;
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text;
}

/// In the notation of C.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  // Too large: infinite, which is refused; too small: nearly zero.
  if (error == std::errc::result_out_of_range)
    return std::strtod(std::string(text).c_str(), nullptr);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

std::vector<TextLine> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = trimmed(without_comment(text.substr(0, end)));
    if (!line.empty()) lines.push_back({number, line});
    const bool both = text.substr(end, 2) == "\r\n";
    text.remove_prefix(std::min(end + (both ? 2 : 1), text.size()));
  }
  return lines;
}

std::optional<std::vector<std::string_view>> cells_of(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  const auto ends = [separator](char c) {
    return separator == ' ' ? blank(c) : separator != 0 && c == separator;
  };
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && blank(line[at]) && (separator == ' ' || !ends(line[at]))) ++at;
    std::size_t end = at;
    if (at < line.size() && line[at] == '"') {
      for (end = at + 1; end < line.size(); ++end) {
        if (line[end] != '"') continue;
        if (line.substr(end, 2) != "\"\"") break;
        ++end;
      }
      if (end >= line.size()) return std::nullopt;
      cells.push_back(trimmed(line.substr(at + 1, end - at - 1)));
      for (++end; end < line.size() && !ends(line[end]); ++end) {
        if (!blank(line[end])) return std::nullopt;
      }
    } else {
      while (end < line.size() && !ends(line[end])) ++end;
      cells.push_back(trimmed(line.substr(at, end - at)));
    }
    if (end >= line.size()) return cells;
    at = end + 1;
  }
}

std::optional<double> number_in(std::string_view cell, char decimal) {
  if (decimal == '.') return number(cell);
  const auto comma = cell.find(',');
  const std::string_view whole = cell.substr(0, comma);
  const bool groups = whole.find('.') != std::string_view::npos;
  const bool twice = std::count(whole.begin(), whole.end(), '.') > 1;
  if (groups && !(looks_grouped(whole, '.') && (comma != std::string_view::npos || twice))) {
    return std::nullopt;
  }
  std::string text;
  for (const char c : whole) {
    if (c != '.') text += c;
  }
  if (comma == std::string_view::npos) return number(text);
  const std::string_view rest = cell.substr(comma + 1);
  if (text.empty() || !digit(text.back()) || rest.empty() || !digit(rest.front())) {
    return std::nullopt;
  }
  if (rest.find_first_of(".,") != std::string_view::npos) return std::nullopt;
  return number(text + "." + std::string(rest));
}

std::optional<long long> plain_integer(std::string_view cell) {
  if (cell.empty() || cell.size() > 18 || !std::all_of(cell.begin(), cell.end(), digit)) {
    return std::nullopt;
  }
  if (cell.size() > 1 && cell.front() == '0') return std::nullopt;
  long long value = 0;
  std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return value;
}

bool looks_grouped(std::string_view cell, char group) {
  std::string_view rest = without_sign(cell);
  const std::size_t first = std::min(rest.find(group), rest.size());
  if (first < 1 || first > 3 || first == rest.size() || rest.front() == '0') return false;
  if (!std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(first), digit)) {
    return false;
  }
  for (rest.remove_prefix(first); !rest.empty(); rest.remove_prefix(4)) {
    if (rest.size() < 4 || rest.front() != group) return false;
    if (!digit(rest[1]) || !digit(rest[2]) || !digit(rest[3])) return false;
  }
  return true;
}

}  // namespace elbow
