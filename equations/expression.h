// The tree of an equation: what is parsed, printed, differentiated and evaluated.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace elbow::equations {

/// Bytes of the text that a piece of a tree was read from; empty for one that was made.
struct Span {
  std::size_t begin = 0, end = 0;
};

enum class Kind {
  number,       ///< `number` >= 0
  name,         ///< a parameter, a variable, an index
  negate,       ///< −a
  add,          ///< a + b
  subtract,     ///< a − b
  multiply,     ///< a b
  divide,       ///< a / b
  power,        ///< a^b
  apply,        ///< ln(x), p(x|z), KL(q(z|x), p(z)): `name` of `parts`, given `given`
  expectation,  ///< E_q[a]: `name` "" | "p" | "q" | "k" ...
  sum,          ///< sum_j(a): `name` the index
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// Immutable; equal pieces may be shared.
struct Expression {
  Kind kind = Kind::number;
  double number = 0.0;
  std::string name;
  std::vector<ExpressionPtr> parts;  ///< operands, arguments, or what stands under E or sum
  std::vector<ExpressionPtr> given;  ///< right of the bar of p(x|z)
  Span span;
  int depth = 1;  ///< of the tree below, this included
};

/// Deeper trees are refused by the parser, so that recursion over a tree is safe.
inline constexpr int kMostDepth = 200;

ExpressionPtr number(double value);  ///< −(5) for −5: a tree is what its text reads as
ExpressionPtr name(const std::string& text);
ExpressionPtr negate(ExpressionPtr a);
ExpressionPtr binary(Kind kind, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr apply(const std::string& function, std::vector<ExpressionPtr> arguments,
                    std::vector<ExpressionPtr> given = {});
ExpressionPtr expectation(const std::string& law, ExpressionPtr body);
ExpressionPtr sum(const std::string& index, ExpressionPtr body);

/// The same node at another place of the text.
ExpressionPtr at(const ExpressionPtr& node, Span span);

/// Equal but for where they stand in a text.
bool same(const Expression& a, const Expression& b);
/// Whether `part` occurs in `whole`.
bool contains(const Expression& whole, const Expression& part);

}  // namespace elbow::equations
