// What is wrong with an equation, where it is wrong, and how that is shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "equations/expression.h"

namespace elbow::equations {

struct Message {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  Span span;
  std::string text;  ///< "expected a value after '+'"
  std::string hint;  ///< what to write instead; may be empty
};

/// Where an equation stands: a file, or what it was given as ("--f"), and the line and column of
/// its first byte there, from 1.
struct Place {
  std::string file;
  int line = 1, column = 1;
};

/// As a compiler shows it:
///   FILE:1:5: error: expected a value after '+'
///     ln(t +)
///          ^
///     hint
/// The line is cut around the mark where it is long. Nothing in it commands a terminal.
std::string shown(const Message& message, std::string_view text, const Place& place);
/// All of them, in the order of the text.
std::string shown(std::vector<Message> messages, std::string_view text, const Place& place);

bool has_errors(const std::vector<Message>& messages);

}  // namespace elbow::equations
