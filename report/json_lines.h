// Reading of .jsonl files that may still be written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace elbow::report {

/// The whole file, or nothing where there is none. Throws Error(data) where it cannot be read.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Throws Error(data) that names file, line and remedy.
[[noreturn]] void damaged(const std::string& file, std::size_t line, const std::string& what);

/// Calls `take` with each line that is not empty and its number. What `take` throws about the last
/// line is ignored where that line has no end: its writing was cut short.
void each_line(std::string_view text,
               const std::function<void(std::string_view line, std::size_t number)>& take);

/// What the texts "nan", "inf" and "-inf" stand for; nothing for any other.
std::optional<double> special_number(std::string_view text);

}  // namespace elbow::report
