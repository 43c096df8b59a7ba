#include "data/sample_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& message) {
  throw Error("error: " + path.string() + ": " + message, ExitCode::data);
}

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

std::string read_bytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) fail(path, "there is no such file.");
  if (std::filesystem::is_directory(path, ignored)) fail(path, "is a directory, not a file.");
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) fail(path, "cannot be read.");
  if (bytes.empty()) fail(path, "is empty; it should hold one point a row.");
  return bytes;
}

// --- text

bool is_separator(char c) { return c == ',' || c == ';' || c == '\t' || c == ' ' || c == '\r'; }

// The pieces of a line. Blanks around another separator belong to it; two separators in a row
// enclose an empty piece.
std::vector<std::string_view> pieces(std::string_view line) {
  std::vector<std::string_view> result;
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  std::size_t at = 0;
  while (at < line.size() && blank(line[at])) ++at;
  while (true) {
    const std::size_t begin = at;
    while (at < line.size() && !is_separator(line[at])) ++at;
    result.push_back(line.substr(begin, at - begin));
    if (at >= line.size()) return result;
    bool found = false;
    while (at < line.size() && is_separator(line[at]) && !(found && !blank(line[at]))) {
      found = found || !blank(line[at]);
      ++at;
    }
  }
}

std::optional<double> number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::nullopt;
  if (error != std::errc{}) return std::nullopt;
  return value;
}

Points read_text(const std::filesystem::path& path, std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<double> values;
  std::size_t dim = 0, first_row = 0;
  bool header_allowed = true;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto items = pieces(line);
    if ((items.size() == 1 && items[0].empty()) || line.front() == '#') continue;
    const bool has_number = std::any_of(
        items.begin(), items.end(), [](std::string_view item) { return number(item).has_value(); });
    const bool header = header_allowed && !has_number;
    header_allowed = false;
    if (header) continue;
    const std::string where = "line " + std::to_string(line_number);
    if (dim == 0) {
      dim = items.size();
      first_row = line_number;
    }
    if (items.size() != dim) {
      fail(path, where + " has " + std::to_string(items.size()) + " numbers, but line " +
                     std::to_string(first_row) + " has " + std::to_string(dim) +
                     "; every row needs the same count.");
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto value = number(items[i]);
      const std::string place = where + ", column " + std::to_string(i + 1) + ": ";
      if (!value) fail(path, place + "'" + std::string(items[i].substr(0, 40)) + "' is no number.");
      if (!std::isfinite(*value)) {
        fail(path, place + std::string(items[i]) +
                       " is not finite; remove such rows or replace the value.");
      }
      values.push_back(*value);
    }
  }
  if (values.empty()) fail(path, "holds no rows of numbers.");
  return {std::move(values), static_cast<std::int64_t>(dim)};
}

// --- NumPy

struct NpyHeader {
  char order = '<', kind = 'f';
  std::size_t bytes = 8;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_begin = 0;
};

// The text after `key` in the header's dictionary, from its first character on.
std::string_view after(const std::filesystem::path& path, std::string_view header,
                       std::string_view key) {
  const auto at = header.find(key);
  if (at == std::string_view::npos) {
    fail(path, "the header has no entry " + std::string(key) + "; save the array again.");
  }
  header.remove_prefix(at + key.size());
  while (!header.empty() && (header.front() == ' ' || header.front() == ':')) {
    header.remove_prefix(1);
  }
  return header;
}

void read_type(const std::filesystem::path& path, std::string_view descr, NpyHeader& header) {
  constexpr char kRemedy[] = "; save it as numbers: numpy.save(file, a.astype('float64')).";
  if (descr.empty() || (descr.front() != '\'' && descr.front() != '"')) {
    fail(path, "its elements are records" + std::string(kRemedy));
  }
  const std::string type(descr.substr(1, descr.find(descr.front(), 1) - 1));
  const auto refuse = [&] { fail(path, "elements of type '" + type + "' are not read" + kRemedy); };
  if (type.size() < 3) refuse();
  header.order = type[0];
  header.kind = type[1];
  const auto [end, error] =
      std::from_chars(type.data() + 2, type.data() + type.size(), header.bytes);
  const bool whole = error == std::errc{} && end == type.data() + type.size();
  const bool real = header.kind == 'f' && (header.bytes == 4 || header.bytes == 8);
  const bool integer =
      (header.kind == 'i' || header.kind == 'u') &&
      (header.bytes == 1 || header.bytes == 2 || header.bytes == 4 || header.bytes == 8);
  const bool known_order = header.order == '<' || header.order == '>' || header.order == '|';
  if (!whole || !known_order || !(real || integer)) refuse();
}

void read_shape(const std::filesystem::path& path, std::string_view text, NpyHeader& header) {
  const auto end = text.find(')');
  if (text.empty() || text.front() != '(' || end == std::string_view::npos) {
    fail(path, "the header's shape is damaged; save the array again.");
  }
  text = text.substr(1, end - 1);
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    std::uint64_t size = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{}) fail(path, "the header's shape is damaged; save the array again.");
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    header.shape.push_back(size);
  }
}

NpyHeader read_header(const std::filesystem::path& path, std::string_view bytes) {
  if (bytes.size() < 10 || bytes.substr(0, 6) != "\x93NUMPY") {
    fail(path, "is no NumPy file: it does not begin with \\x93NUMPY.");
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    fail(path, "has format version " + std::to_string(version) + "; versions 1 to 3 are read.");
  }
  std::size_t begin = 10, length = byte(8) | byte(9) << 8;
  if (version > 1) {
    if (bytes.size() < 12) fail(path, "is truncated inside its header.");
    begin = 12;
    length |= byte(10) << 16 | byte(11) << 24;
  }
  if (bytes.size() - begin < length) fail(path, "is truncated inside its header.");
  NpyHeader header;
  const std::string_view text = bytes.substr(begin, length);
  header.data_begin = begin + length;
  read_type(path, after(path, text, "'descr'"), header);
  header.fortran = after(path, text, "'fortran_order'").substr(0, 4) == "True";
  read_shape(path, after(path, text, "'shape'"), header);
  return header;
}

template <class Number>
double decode(const char* at, bool swapped) {
  std::array<char, sizeof(Number)> bytes;
  std::memcpy(bytes.data(), at, bytes.size());
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  Number value;
  std::memcpy(&value, bytes.data(), bytes.size());
  return static_cast<double>(value);
}

double element(const NpyHeader& header, const char* at) {
  const bool swapped =
      header.bytes > 1 && (header.order == '>') == (std::endian::native == std::endian::little);
  if (header.kind == 'f') {
    return header.bytes == 4 ? decode<float>(at, swapped) : decode<double>(at, swapped);
  }
  const bool is_signed = header.kind == 'i';
  switch (header.bytes) {
    case 1:
      return is_signed ? decode<std::int8_t>(at, swapped) : decode<std::uint8_t>(at, swapped);
    case 2:
      return is_signed ? decode<std::int16_t>(at, swapped) : decode<std::uint16_t>(at, swapped);
    case 4:
      return is_signed ? decode<std::int32_t>(at, swapped) : decode<std::uint32_t>(at, swapped);
    default:
      return is_signed ? decode<std::int64_t>(at, swapped) : decode<std::uint64_t>(at, swapped);
  }
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

Points read_npy(const std::filesystem::path& path, std::string_view bytes) {
  const NpyHeader header = read_header(path, bytes);
  const std::string shape = shape_text(header.shape);
  if (header.shape.empty() || header.shape.size() > 2) {
    fail(path, "has shape " + shape + "; points are an array [n] or [n, d]: reshape it.");
  }
  const std::uint64_t n = header.shape[0], d = header.shape.size() == 2 ? header.shape[1] : 1;
  if (n == 0 || d == 0) fail(path, "has shape " + shape + ": it holds no points.");
  const std::uint64_t held = (bytes.size() - header.data_begin) / header.bytes;
  if (n > held || d > held / n || n * d * header.bytes != bytes.size() - header.data_begin) {
    fail(path, "its header promises shape " + shape + " of " + std::to_string(header.bytes) +
                   " bytes each, but " + std::to_string(bytes.size() - header.data_begin) +
                   " bytes follow; the file is truncated or damaged.");
  }
  Points points(static_cast<std::int64_t>(n), static_cast<std::int64_t>(d));
  const char* data = bytes.data() + header.data_begin;
  for (std::uint64_t i = 0; i < n; ++i) {
    for (std::uint64_t j = 0; j < d; ++j) {
      const std::uint64_t index = header.fortran ? j * n + i : i * d + j;
      const double value = element(header, data + index * header.bytes);
      if (!std::isfinite(value)) {
        fail(path, "element [" + std::to_string(i) + ", " + std::to_string(j) +
                       "] is not finite; remove such rows or replace the value.");
      }
      points.row(static_cast<std::int64_t>(i))[j] = value;
    }
  }
  return points;
}

}  // namespace

bool is_sample_file(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".csv" || extension == ".txt" || extension == ".tsv" || extension == ".npy";
}

Points read_points(const std::filesystem::path& path) {
  const std::string bytes = read_bytes(path);
  if (bytes.compare(0, 6, "\x93NUMPY") == 0 || lower_extension(path) == ".npy") {
    return read_npy(path, bytes);
  }
  return read_text(path, bytes);
}

}  // namespace elbow
