#include "report/json_lines.h"

#include <fstream>
#include <iterator>
#include <limits>
#include <system_error>

#include "core/error.h"

namespace elbow::report {

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw Error("error: cannot read " + path.string() + ".", ExitCode::data);
  return text;
}

void damaged(const std::string& file, std::size_t line, const std::string& what) {
  const std::string place = line == 0 ? file : file + ":" + std::to_string(line);
  throw Error("error: " + place + ": " + what +
                  ". The file is damaged: take it from a copy, or repeat the run from its "
                  "config.toml.",
              ExitCode::data);
}

void each_line(std::string_view text,
               const std::function<void(std::string_view line, std::size_t number)>& take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool whole = end != std::string_view::npos;
    text.remove_prefix(whole ? end + 1 : text.size());
    if (line.empty()) continue;
    try {
      take(line, number);
    } catch (const Error&) {
      if (whole) throw;
    }
  }
}

std::optional<double> special_number(std::string_view text) {
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

}  // namespace elbow::report
