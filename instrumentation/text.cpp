#include "instrumentation/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/identity_page.h"

namespace elbow {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// The code point at the front of `text`; a byte that starts none is returned as U+FFFD.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (bytes == 0 || first > 0xF4 || text.size() < bytes) return {0xFFFD, 1};
  char32_t value = first & (0x7F >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xFFFD, 1};
    value = value << 6 | (byte(i) & 0x3F);
  }
  return {value, bytes};
}

int columns_of(char32_t c) {
  if (c == 0x200B || c == 0x200D || (c >= 0x300 && c <= 0x36F) || (c >= 0x20D0 && c <= 0x20FF) ||
      (c >= 0xFE00 && c <= 0xFE0F)) {
    return 0;
  }
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                    (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                    (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

template <class Number>
void append_chars(std::string& out, Number value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_json_number(std::string& out, double value) {
  if (std::isfinite(value)) {
    append_chars(out, value);
  } else {
    out += std::isnan(value) ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"";
  }
}

void append_json_number(std::string& out, std::int64_t value) { append_chars(out, value); }

void append_json_string(std::string& out, std::string_view text) {
  const auto special = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '"' || c == '\\' || byte < 0x20 || byte >= 0x7F;
  };
  out += '"';
  if (std::none_of(text.begin(), text.end(), special)) {
    out += text;
    out += '"';
    return;
  }
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const bool not_utf8 = point.value == 0xFFFD && point.bytes == 1;
    if (text[0] == '"' || text[0] == '\\') {
      out += '\\';
      out += text[0];
    } else if (is_control(point.value) || not_utf8) {
      std::array<char, 12> escape;
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(point.value));
      out += escape.data();
    } else {
      out += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  out += '"';
}

std::string significant(double value, int digits) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return text.data();
}

std::string with_commas(std::int64_t value) {
  const std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string duration(double seconds) {
  const std::int64_t total = std::isfinite(seconds) && seconds > 0 ? std::llround(seconds) : 0;
  const long long hours = total / 3600, minutes = total / 60 % 60, rest = total % 60;
  std::array<char, 64> text;
  if (hours > 0) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", hours, minutes, rest);
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", minutes, rest);
  }
  return text.data();
}

int display_width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    columns += columns_of(point.value);
    text.remove_prefix(point.bytes);
  }
  return columns;
}

std::string fit(std::string_view text, int columns) {
  std::string out;
  if (columns <= 0) return out;
  const bool cut = display_width(text) > columns;
  int left = cut ? columns - 1 : columns;
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const int width = columns_of(point.value);
    if (width > left) break;
    if (is_control(point.value)) {
      out += '?';
    } else {
      out += text.substr(0, point.bytes);
    }
    left -= width;
    text.remove_prefix(point.bytes);
  }
  if (cut) out += "…";
  return out;
}

std::string describe_failure(const StepRecord& record, const CheckResult& check) {
  std::string text = "check " + check.id + " failed at step " + std::to_string(record.step) + " (" +
                     record.split + "): " + check.statement;
  text += "; left " + significant(check.lhs, 9) + ", right " + significant(check.rhs, 9);
  text += ", residual " + significant(check.residual, 3) + ", tolerance " +
          significant(check.tolerance, 3);
  return text + "; see " + identity_page(check.id);
}

}  // namespace elbow
