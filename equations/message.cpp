#include "equations/message.h"

#include <algorithm>
#include <cstddef>

#include "core/text.h"

namespace elbow::equations {
namespace {

constexpr std::size_t kWidth = 100;  // characters of a line that are shown

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// The bytes from the character `from` on, `count` characters of them.
std::string_view cut(std::string_view text, std::size_t from, std::size_t count) {
  std::size_t at = 0;
  const auto skip = [&](std::size_t many) {
    while (many > 0 && at < text.size()) {
      ++at;
      while (at < text.size() && !begins_character(text[at])) ++at;
      --many;
    }
  };
  skip(from);
  const std::size_t begin = at;
  skip(count);
  return text.substr(begin, at - begin);
}

/// One line of a terminal: no controls, each character one column wide.
std::string one_line(std::string_view text) {
  std::string line = printable(text);
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

}  // namespace

std::string shown(const Message& message, std::string_view text, const Place& place) {
  const std::size_t begin = std::min(message.span.begin, text.size());
  const std::size_t break_before =
      begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t line_begin = break_before == std::string_view::npos ? 0 : break_before + 1;
  const std::size_t line_end = std::min(text.find('\n', begin), text.size());
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const std::string_view line = text.substr(line_begin, line_end - line_begin);
  const std::size_t column = characters(text.substr(line_begin, begin - line_begin));
  const std::size_t end = std::clamp(message.span.end, begin, std::max(line_end, begin));
  const std::size_t marked = std::max<std::size_t>(1, characters(text.substr(begin, end - begin)));

  // Around the mark, which stands a third from the left where there is more than a line.
  const std::size_t whole = characters(line);
  const std::size_t left = whole <= kWidth ? 0
                                           : std::min(column - std::min(column, kWidth / 3),
                                                      whole - std::min(whole, kWidth));
  const bool cut_left = left > 0, cut_right = left + kWidth < whole;
  const std::string before = one_line(cut(line, left, column - left));
  const std::string rest = one_line(cut(line, column, kWidth - (column - left)));
  const std::size_t room = std::max<std::size_t>(1, characters(rest));

  std::string out =
      place.file + ':' + std::to_string(place.line + lines) + ':' +
      std::to_string((lines == 0 ? static_cast<std::size_t>(place.column) : 1) + column) +
      (message.severity == Message::Severity::error ? ": error: " : ": warning: ") +
      printable(message.text) + "\n  ";
  out += (cut_left ? "…" : "") + before + rest + (cut_right ? "…" : "") + "\n  ";
  out += std::string(characters(before) + (cut_left ? 1 : 0), ' ');
  out += '^' + std::string(std::min(marked, room) - 1, '~');
  if (!message.hint.empty()) out += "\n  " + printable(message.hint);
  return out;
}

std::string shown(std::vector<Message> messages, std::string_view text, const Place& place) {
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Message& a, const Message& b) { return a.span.begin < b.span.begin; });
  std::string out;
  for (const Message& message : messages)
    out += (out.empty() ? "" : "\n") + shown(message, text, place);
  return out;
}

bool has_errors(const std::vector<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(),
                     [](const Message& m) { return m.severity == Message::Severity::error; });
}

}  // namespace elbow::equations
