#include "core/config/document.h"

namespace elbow {
namespace {
[[noreturn]] void malformed() { throw SyntaxError{{1, 1}, "malformed TOML"}; }
}  // namespace
}  // namespace elbow

// toml++ asserts on some malformed input. Here, and in every build type, that is a syntax error.
#undef NDEBUG
#define TOML_ASSERT(condition) (static_cast<bool>(condition) ? void() : ::elbow::malformed())
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "core/config/scanner.h"

namespace elbow {
namespace {

// A config is a page of text; larger or deeper input is not one, and could exhaust the stack.
constexpr std::size_t kMaxBytes = 256 * 1024;

Position place(const toml::source_position& position) {
  return {static_cast<int>(position.line), static_cast<int>(position.column)};
}

Node convert(const toml::node& source) {
  Node node;
  node.at = place(source.source().begin);
  if (const toml::table* table = source.as_table()) {
    node.kind = Node::Kind::table;
    for (const auto& [key, value] : *table) {
      Node member = convert(value);
      member.name = std::string(key.str());
      member.key = place(key.source().begin);
      node.items.push_back(std::move(member));
    }
    std::stable_sort(node.items.begin(), node.items.end(),
                     [](const Node& a, const Node& b) { return a.key < b.key; });
  } else if (const toml::array* array = source.as_array()) {
    node.kind = Node::Kind::list;
    for (const toml::node& item : *array) node.items.push_back(convert(item));
  } else if (const auto* text = source.as_string()) {
    node.scalar = text->get();
  } else if (const auto* flag = source.as_boolean()) {
    node.scalar = flag->get();
  } else if (const auto* whole = source.as_integer()) {
    node.scalar = whole->get();
  } else if (const auto* real = source.as_floating_point()) {
    node.scalar = real->get();
  } else {
    node.kind = Node::Kind::unsupported;
  }
  return node;
}

}  // namespace

const Node* Node::find(std::string_view member) const {
  for (const Node& item : items) {
    if (kind == Kind::table && item.name == member) return &item;
  }
  return nullptr;
}

Value Node::value() const {
  if (kind == Kind::list) {
    ValueList list;
    for (const Node& item : items) list.push_back(item.value());
    return list;
  }
  if (kind == Kind::table) {
    ValueTable table;
    for (const Node& item : items) table.emplace_back(item.name, item.value());
    return table;
  }
  return scalar;
}

Node parse_toml(std::string_view text) {
  if (text.size() > kMaxBytes) throw SyntaxError{{1, 1}, "a config may have at most 256 KiB"};
  Scanner(text).scan();
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    throw SyntaxError{place(error.source().begin), std::string(error.description())};
  }
}

std::string what_it_is(const Node& node) {
  switch (node.kind) {
    case Node::Kind::list:
      return "a list";
    case Node::Kind::table:
      return "a table";
    case Node::Kind::unsupported:
      return "a date or time";
    case Node::Kind::scalar:
      break;
  }
  const std::string text = to_toml(node.scalar);
  if (std::holds_alternative<std::string>(node.scalar.data)) return "the text " + text;
  if (std::holds_alternative<bool>(node.scalar.data)) return text;
  if (std::holds_alternative<std::int64_t>(node.scalar.data)) return "the integer " + text;
  return "the number " + text;
}

}  // namespace elbow
