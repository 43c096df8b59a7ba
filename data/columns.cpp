#include "data/columns.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& text, const std::string& why,
                       ExitCode code = ExitCode::data) {
  throw Error("--columns " + text + ": " + why, code);
}

std::optional<std::size_t> position(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// First and last of "3" or "2-5".
std::optional<std::pair<std::size_t, std::size_t>> range(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = position(std::string_view(text).substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : position(std::string_view(text).substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return std::pair(*first, *last);
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

bool chooses_by_name(const std::string& text) {
  const auto parts = split(text, ',');
  return std::any_of(parts.begin(), parts.end(),
                     [](const std::string& part) { return !range(trimmed(part)); });
}

std::int64_t column_count(const std::string& text) {
  std::int64_t count = 0;
  for (const std::string& part : split(text, ',')) {
    const auto found = range(trimmed(part));
    count += found && found->first <= found->second
                 ? static_cast<std::int64_t>(found->second - found->first) + 1
                 : 1;
  }
  return count;
}

std::vector<std::size_t> chosen_columns(const std::string& text,
                                        const std::vector<std::string>& names, std::size_t count) {
  std::vector<std::size_t> indices;
  const auto add = [&](std::size_t index) {
    if (std::find(indices.begin(), indices.end(), index) != indices.end()) {
      fail(text, "names a column twice.", ExitCode::usage);
    }
    indices.push_back(index);
  };
  for (const std::string& part : split(text, ',')) {
    const std::string wanted = trimmed(part);
    if (const auto found = range(wanted)) {
      const auto [first, last] = *found;
      if (first < 1 || last < first) {
        fail(text, "columns are counted from 1, and a range goes up: 2-3.", ExitCode::usage);
      }
      if (last > count) {
        fail(text,
             "the rows have " + std::to_string(count) + (count == 1 ? " column." : " columns."));
      }
      for (std::size_t i = first; i <= last; ++i) add(i - 1);
      continue;
    }
    const auto times = std::count(names.begin(), names.end(), wanted);
    if (times > 1) fail(text, "several columns are called '" + wanted + "'; give a position.");
    if (times == 0) {
      fail(text, names.empty() ? "no line names the columns; give positions: 2-3."
                               : "no column is called '" + wanted + "'" +
                                     (did_you_mean(wanted, names).empty() ? "." : "") +
                                     did_you_mean(wanted, names) + " There are " +
                                     in_words(names, "and") + ".");
    }
    add(static_cast<std::size_t>(std::find(names.begin(), names.end(), wanted) - names.begin()));
  }
  return indices;
}

}  // namespace elbow
