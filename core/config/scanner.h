// A look over TOML text before it is parsed.
#pragma once

#include <string_view>

#include "core/config/document.h"

namespace elbow {

/// Refuses what toml++ 3.3 would not survive, none of which occurs in a correct config: keys of so
/// many parts that its recursion exhausts the stack; characters that its tables do not cover
/// (U+00A1 to U+0499 outside texts and comments is undefined behaviour there); table headers that
/// do not begin with a key, on which it asserts.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  /// Throws SyntaxError.
  void scan();

 private:
  bool done() const { return next_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return next_ + ahead < text_.size() ? text_[next_ + ahead] : '\0';
  }
  bool at_triple(char quote) const {
    return peek() == quote && peek(1) == quote && peek(2) == quote;
  }
  void advance(std::size_t bytes = 1);
  void skip_blanks();
  void header();
  void comment();
  void text(char quote);
  void long_text(char quote);
  [[noreturn]] void refuse(const char* message) const;

  std::string_view text_;
  std::size_t next_ = 0;
  Position at_{1, 1};
};

}  // namespace elbow
