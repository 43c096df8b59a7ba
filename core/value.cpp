#include "core/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace elbow {
namespace {

// Shortest text that reads back to the same double, and never looks like an integer.
std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string key_text(const std::string& key) {
  constexpr std::string_view bare =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const bool plain = !key.empty() && key.find_first_not_of(bare) == std::string::npos;
  return plain ? key : quoted(key);
}

struct Writer {
  std::string operator()(std::monostate) const { return "\"\""; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return real_text(v); }
  std::string operator()(const std::string& v) const { return quoted(v); }
  std::string operator()(const ValueList& list) const {
    std::string out = "[";
    for (const Value& item : list) out += (out.size() > 1 ? ", " : "") + to_toml(item);
    return out + "]";
  }
  std::string operator()(const ValueTable& table) const {
    if (table.empty()) return "{}";
    std::string out = "{ ";
    for (const auto& [key, item] : table) {
      out += (out.size() > 2 ? ", " : "") + key_text(key) + " = " + to_toml(item);
    }
    return out + " }";
  }
};

}  // namespace

std::string to_toml(const Value& value) { return std::visit(Writer{}, value.data); }

}  // namespace elbow
