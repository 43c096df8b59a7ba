#include "equations/expression.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace elbow::equations {
namespace {

ExpressionPtr node(Kind kind, std::string name, std::vector<ExpressionPtr> parts,
                   std::vector<ExpressionPtr> given = {}, double value = 0.0) {
  Expression e;
  e.kind = kind;
  e.name = std::move(name);
  e.parts = std::move(parts);
  e.given = std::move(given);
  e.number = value;
  for (const auto* below : {&e.parts, &e.given})
    for (const ExpressionPtr& part : *below) e.depth = std::max(e.depth, part->depth + 1);
  return std::make_shared<const Expression>(std::move(e));
}

bool all_same(const std::vector<ExpressionPtr>& a, const std::vector<ExpressionPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return same(*x, *y); });
}

}  // namespace

ExpressionPtr number(double value) {
  if (std::signbit(value)) return negate(number(-value));
  return node(Kind::number, "", {}, {}, value);
}

ExpressionPtr name(const std::string& text) { return node(Kind::name, text, {}); }

ExpressionPtr negate(ExpressionPtr a) { return node(Kind::negate, "", {std::move(a)}); }

ExpressionPtr binary(Kind kind, ExpressionPtr a, ExpressionPtr b) {
  return node(kind, "", {std::move(a), std::move(b)});
}

ExpressionPtr apply(const std::string& function, std::vector<ExpressionPtr> arguments,
                    std::vector<ExpressionPtr> given) {
  return node(Kind::apply, function, std::move(arguments), std::move(given));
}

ExpressionPtr expectation(const std::string& law, ExpressionPtr body) {
  return node(Kind::expectation, law, {std::move(body)});
}

ExpressionPtr sum(const std::string& index, ExpressionPtr body) {
  return node(Kind::sum, index, {std::move(body)});
}

ExpressionPtr at(const ExpressionPtr& node, Span span) {
  Expression copy = *node;
  copy.span = span;
  return std::make_shared<const Expression>(std::move(copy));
}

bool same(const Expression& a, const Expression& b) {
  return &a == &b || (a.kind == b.kind && a.depth == b.depth && a.number == b.number &&
                      a.name == b.name && all_same(a.parts, b.parts) && all_same(a.given, b.given));
}

bool contains(const Expression& whole, const Expression& part) {
  if (whole.depth < part.depth) return false;
  if (same(whole, part)) return true;
  const auto below = [&](const std::vector<ExpressionPtr>& all) {
    return std::any_of(all.begin(), all.end(), [&](const auto& e) { return contains(*e, part); });
  };
  return below(whole.parts) || below(whole.given);
}

}  // namespace elbow::equations
