// A config value: what TOML can say, without TOML.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace elbow {

struct Value;
using ValueList = std::vector<Value>;
using ValueTable = std::vector<std::pair<std::string, Value>>;  ///< keeps the order of the file

/// Boolean, integer, real, text, list or table. Integers are accepted where reals are expected, not
/// the other way round.
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, ValueList, ValueTable> data;

  Value() = default;
  Value(bool v) : data(v) {}
  Value(int v) : data(static_cast<std::int64_t>(v)) {}
  Value(std::int64_t v) : data(v) {}
  Value(double v) : data(v) {}
  Value(const char* v) : data(std::string(v)) {}
  Value(std::string v) : data(std::move(v)) {}
  Value(ValueList v) : data(std::move(v)) {}
  Value(ValueTable v) : data(std::move(v)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  friend bool operator==(const Value&, const Value&) = default;
};

/// `value` as TOML source: 4.0, "adam", [400, 200], { name = "r1", gamma = 1.0 }.
std::string to_toml(const Value& value);

}  // namespace elbow
