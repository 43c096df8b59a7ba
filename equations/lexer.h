// An equation's text as tokens. Unicode is read as what it stands for: β is beta, − is -, · is *.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "equations/message.h"

namespace elbow::equations {

struct Token {
  enum class Kind { number, name, symbol, end };
  Kind kind = Kind::end;
  std::string
      text;  ///< name in ASCII ("beta", "KL_j", "sum_j"); symbol: one of + - * / ^ ( ) [ ] | , ; ||
  double value = 0.0;
  Span span;
};

/// Ends in a token of kind `end`. What is no character of the language is left out and reported.
std::vector<Token> tokens(std::string_view text, std::vector<Message>& messages);

/// The Unicode form of a name: "beta" -> "β"; the name itself where it has none.
std::string unicode_name(const std::string& name);
/// The LaTeX form of a name: "beta" -> "\\beta", "KL_j" -> "\\mathrm{KL}_{j}".
std::string latex_name(const std::string& name);

}  // namespace elbow::equations
