// TOML text as a tree in which every key and value knows its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace elbow {

struct Position {
  int line = 0;  ///< from 1
  int column = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Node {
  enum class Kind { scalar, list, table, unsupported };  ///< unsupported: dates and times
  Kind kind = Kind::scalar;
  Value scalar;
  std::string name;         ///< key of a table's member
  std::vector<Node> items;  ///< of a list, or a table's members in the order of the file
  Position key;             ///< of a member's key
  Position at;              ///< of the value

  const Node* find(std::string_view member) const;
  Value value() const;
};

struct SyntaxError {
  Position at;
  std::string message;
};

/// The root table of a TOML document. Throws SyntaxError.
Node parse_toml(std::string_view text);

/// "the text "four"", "the integer 4", "a table": for messages about a wrong type.
std::string what_it_is(const Node& node);

}  // namespace elbow
