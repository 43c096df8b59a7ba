// key=value arguments as layers.
#include <algorithm>
#include <charconv>
#include <optional>

#include "core/config/check_value.h"
#include "core/config/layers.h"
#include "core/config/lookup.h"
#include "core/text.h"

namespace elbow {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The spec of a dotted key. A component's parameter is looked for in every component of the kind:
// which one is chosen is not known yet, and only whether it is a text matters here.
const ParameterSpec* spec_of(const Schema& schema, const std::vector<std::string>& parts) {
  if (parts.size() < 2) return nullptr;
  std::string section = parts[0];
  const bool indexed = section == "penalty" && parts.size() == 3;
  for (std::size_t i = 1; i + 1 < parts.size() && !indexed; ++i) section += "." + parts[i];
  if (const KeySpec* key = find_key(schema, section, parts.back())) return &key->parameter;
  const auto kind = component_kind(section);
  for (const Spec& spec : schema.components) {
    if (!kind || spec.kind != *kind) continue;
    if (const auto* found = find_parameter(spec, parts.back())) return found;
  }
  return nullptr;
}

// ".5", "5." and "+1e3", which TOML does not know.
std::optional<double> loose_number(const std::string& text) {
  const char* begin = text.c_str() + (text.rfind('+', 0) == 0 ? 1 : 0);
  const char* end = text.c_str() + text.size();
  double value = 0.0;
  const auto result = std::from_chars(begin, end, value);
  if (result.ec != std::errc() || result.ptr != end) return {};
  return value;
}

void shift(Node& node, int columns) {
  node.key.column += columns;
  node.at.column += columns;
  for (Node& item : node.items) shift(item, columns);
}

// Parses "value = TEXT". Throws SyntaxError; the columns are those of TEXT, from `first_column`.
Node parse_value(const std::string& text, int first_column) {
  const std::string prefix = "value = ";
  const int columns = first_column - static_cast<int>(prefix.size()) - 1;
  try {
    if (text.find_first_of("\r\n") != std::string::npos) throw SyntaxError{{}, "a line break"};
    Node root = parse_toml(prefix + text);
    if (root.items.size() != 1) throw SyntaxError{{}, "more than one value"};
    shift(root.items[0], columns);
    return root.items[0];
  } catch (SyntaxError& error) {
    error.at.column = std::max(1, error.at.column + columns);
    throw;
  }
}

Node text_node(const std::string& text, int column) {
  // Through TOML, which refuses bytes that are not UTF-8 and would not survive being saved.
  Node node = parse_toml("value = " + to_toml(Value(text))).items[0];
  node.at = {1, column};
  return node;
}

Node read_value(const ParameterSpec* spec, const std::string& text, int column) {
  const bool quoted = !text.empty() && (text[0] == '"' || text[0] == '\'');
  if (spec != nullptr && spec->type == ValueType::text && !quoted) return text_node(text, column);
  try {
    return parse_value(text, column);
  } catch (const SyntaxError&) {
    if (spec == nullptr) return text_node(text, column);
    const bool real = spec->type == ValueType::real;
    if (const auto number = loose_number(text); real && number) {
      Node node;
      node.scalar = *number;
      node.at = {1, column};
      return node;
    }
    const bool structured = !text.empty() && (text[0] == '[' || text[0] == '{' || quoted);
    if (structured) throw;
    return text_node(text, column);
  }
}

Node nested(const std::vector<std::string>& parts, Node value) {
  for (std::size_t i = parts.size(); i-- > 0;) {
    int column = 1;
    for (std::size_t j = 0; j < i; ++j) column += static_cast<int>(parts[j].size()) + 1;
    value.name = parts[i];
    value.key = {1, column};
    Node table;
    table.kind = Node::Kind::table;
    table.at = {1, column};
    table.items.push_back(std::move(value));
    value = std::move(table);
  }
  return value;
}

}  // namespace

void add_overrides(const Schema& schema, const std::vector<std::string>& overrides, Layers& layers,
                   Diagnostics& diagnostics) {
  for (std::size_t i = overrides.size(); i-- > 0;) {
    const std::string& argument = overrides[i];
    const Source source{kCommandLine, 0, static_cast<int>(i) + 1};
    const std::size_t equals = argument.find('=');
    const auto parts = split(trimmed(argument.substr(0, equals)), '.');
    const bool empty_part = std::find(parts.begin(), parts.end(), "") != parts.end();
    if (equals == std::string::npos || empty_part || parts.size() > 8) {
      diagnostics.error(source.at({1, 1}), "an override is written section.key=value");
      continue;
    }
    const ParameterSpec* spec = spec_of(schema, parts);
    const std::size_t start = argument.find_first_not_of(" \t", equals + 1);
    const int column = static_cast<int>(std::min(start, argument.size())) + 1;
    try {
      Node value = read_value(spec, trimmed(argument.substr(equals + 1)), column);
      layers.push_back({source, nested(parts, std::move(value))});
    } catch (const SyntaxError& error) {
      const std::string expected = spec == nullptr ? "" : "; expected " + type_text(*spec);
      diagnostics.error(source.at(error.at), "cannot read the value, at column " +
                                                 std::to_string(error.at.column) + ": " +
                                                 error.message + expected);
    }
  }
}

}  // namespace elbow
