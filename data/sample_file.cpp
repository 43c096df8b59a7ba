#include "data/sample_file.h"

#include <cctype>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/columns.h"
#include "data/npy_file.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw Error("error: " + path + ": " + message, ExitCode::data);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

struct Place {
  std::string file, member;
};

/// FILE.npz:NAME, unless there is a file of the whole name.
Place place_of(const std::string& path) {
  constexpr std::string_view ending = ".npz:";
  const auto at = lower(path).rfind(ending);
  std::error_code ignored;
  if (at == std::string::npos || std::filesystem::exists(path, ignored)) return {path, ""};
  return {path.substr(0, at + ending.size() - 1), path.substr(at + ending.size())};
}

std::string read_bytes(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) fail(path, "there is no such file.");
  if (std::filesystem::is_directory(path, ignored)) fail(path, "is a directory, not a file.");
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) fail(path, "cannot be read.");
  if (bytes.empty()) fail(path, "is empty; it should hold one point a row.");
  return bytes;
}

/// Options about text that an array has no use for are refused, not passed over.
void require_no_text_options(const std::string& path, const TextReading& reading) {
  if (reading.decimal) fail(path, "--decimal is about text, and this file holds an array.");
  if (reading.header) fail(path, "--header is about text, and this file holds an array.");
}

Points chosen(const std::string& path, Points points, const std::string& columns) {
  if (columns.empty()) return points;
  std::vector<std::size_t> indices;
  try {
    indices = chosen_columns(columns, {}, static_cast<std::size_t>(points.dim()));
  } catch (const Error& error) {
    throw Error("error: " + path + ": " + error.what(), error.code());
  }
  Points result(points.size(), static_cast<std::int64_t>(indices.size()));
  for (std::int64_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < indices.size(); ++j) {
      result.row(i)[j] = points.row(i)[indices[j]];
    }
  }
  return result;
}

}  // namespace

bool is_sample_file(const std::string& path) {
  const std::string name = lower(path);
  for (const char* ending : {".csv", ".txt", ".tsv", ".npy", ".npz"}) {
    if (name.ends_with(ending)) return true;
  }
  return name.find(".npz:") != std::string::npos;
}

Points read_points(const std::string& path, const TextReading& reading) {
  const Place place = place_of(path);
  const std::string bytes = read_bytes(place.file);
  const std::string name = lower(place.file);
  if (is_npz(bytes) || name.ends_with(".npz")) {
    require_no_text_options(path, reading);
    return chosen(path, parse_npz(place.file, bytes, place.member), reading.columns);
  }
  if (!place.member.empty()) fail(place.file, "is no archive with arrays to choose from.");
  if (is_npy(bytes) || name.ends_with(".npy")) {
    require_no_text_options(path, reading);
    if (!is_npy(bytes)) fail(path, "is no NumPy file: it does not begin with \\x93NUMPY.");
    return chosen(path, parse_npy(path, bytes), reading.columns);
  }
  return parse_text_points(path, bytes, reading);
}

}  // namespace elbow
