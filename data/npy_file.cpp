#include "data/npy_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error("error: " + name + ": " + message, ExitCode::data);
}

struct NpyHeader {
  char order = '<', kind = 'f';
  std::size_t bytes = 8;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_begin = 0;
};

// The text after `key` in the header's dictionary, from its first character on.
std::string_view after(const std::string& name, std::string_view header, std::string_view key) {
  const auto at = header.find(key);
  if (at == std::string_view::npos) {
    fail(name, "the header has no entry " + std::string(key) + "; save the array again.");
  }
  header.remove_prefix(at + key.size());
  while (!header.empty() && (header.front() == ' ' || header.front() == ':')) {
    header.remove_prefix(1);
  }
  return header;
}

void read_type(const std::string& name, std::string_view descr, NpyHeader& header) {
  constexpr char kRemedy[] = "; save it as numbers: numpy.save(file, a.astype('float64')).";
  if (descr.empty() || (descr.front() != '\'' && descr.front() != '"')) {
    fail(name, "its elements are records" + std::string(kRemedy));
  }
  const std::string type(descr.substr(1, descr.find(descr.front(), 1) - 1));
  const auto refuse = [&] { fail(name, "elements of type '" + type + "' are not read" + kRemedy); };
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

void read_shape(const std::string& name, std::string_view text, NpyHeader& header) {
  const auto end = text.find(')');
  if (text.empty() || text.front() != '(' || end == std::string_view::npos) {
    fail(name, "the header's shape is damaged; save the array again.");
  }
  text = text.substr(1, end - 1);
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    std::uint64_t size = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{}) fail(name, "the header's shape is damaged; save the array again.");
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    header.shape.push_back(size);
  }
}

NpyHeader read_header(const std::string& name, std::string_view bytes) {
  if (bytes.size() < 10 || bytes.substr(0, 6) != "\x93NUMPY") {
    fail(name, "is no NumPy file: it does not begin with \\x93NUMPY.");
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    fail(name, "has format version " + std::to_string(version) + "; versions 1 to 3 are read.");
  }
  std::size_t begin = 10, length = byte(8) | byte(9) << 8;
  if (version > 1) {
    if (bytes.size() < 12) fail(name, "is truncated inside its header.");
    begin = 12;
    length |= byte(10) << 16 | byte(11) << 24;
  }
  if (bytes.size() - begin < length) fail(name, "is truncated inside its header.");
  NpyHeader header;
  const std::string_view text = bytes.substr(begin, length);
  header.data_begin = begin + length;
  read_type(name, after(name, text, "'descr'"), header);
  header.fortran = after(name, text, "'fortran_order'").substr(0, 4) == "True";
  read_shape(name, after(name, text, "'shape'"), header);
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

}  // namespace

Points parse_npy(const std::string& name, std::string_view bytes) {
  const NpyHeader header = read_header(name, bytes);
  const std::string shape = shape_text(header.shape);
  if (header.shape.empty() || header.shape.size() > 2) {
    fail(name, "has shape " + shape + "; points are an array [n] or [n, d]: reshape it.");
  }
  const std::uint64_t n = header.shape[0], d = header.shape.size() == 2 ? header.shape[1] : 1;
  if (n == 0 || d == 0) fail(name, "has shape " + shape + ": it holds no points.");
  const std::uint64_t held = (bytes.size() - header.data_begin) / header.bytes;
  if (n > held || d > held / n || n * d * header.bytes != bytes.size() - header.data_begin) {
    fail(name, "its header promises shape " + shape + " of " + std::to_string(header.bytes) +
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
        fail(name, "element [" + std::to_string(i) + ", " + std::to_string(j) +
                       "] is not finite; remove such rows or replace the value.");
      }
      points.row(static_cast<std::int64_t>(i))[j] = value;
    }
  }
  return points;
}

bool is_npy(std::string_view bytes) { return bytes.substr(0, 6) == "\x93NUMPY"; }

}  // namespace elbow
