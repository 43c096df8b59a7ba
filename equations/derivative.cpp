#include "equations/derivative.h"

#include <cmath>
#include <optional>
#include <utility>

#include "equations/functions.h"

namespace elbow::equations {
namespace {

bool is(const ExpressionPtr& e, double value) {
  return e->kind == Kind::number && e->number == value;
}

/// The value of a number with its sign.
std::optional<double> constant(const ExpressionPtr& e) {
  if (e->kind == Kind::number) return e->number;
  if (e->kind == Kind::negate && e->parts[0]->kind == Kind::number) return -e->parts[0]->number;
  return std::nullopt;
}

ExpressionPtr product(ExpressionPtr a, ExpressionPtr b);

ExpressionPtr minus(const ExpressionPtr& a) {
  if (is(a, 0.0)) return a;
  return a->kind == Kind::negate ? a->parts[0] : negate(a);
}

ExpressionPtr total(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (is(a, 0.0)) return b;
  if (is(b, 0.0)) return a;
  const auto x = constant(a), y = constant(b);
  if (x && y) return number(*x + *y);
  if (b->kind == Kind::negate) return binary(Kind::subtract, a, b->parts[0]);
  return binary(Kind::add, a, b);
}

ExpressionPtr difference(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (is(b, 0.0)) return a;
  if (is(a, 0.0)) return minus(b);
  const auto x = constant(a), y = constant(b);
  if (x && y) return number(*x - *y);
  if (b->kind == Kind::negate) return binary(Kind::add, a, b->parts[0]);
  return binary(Kind::subtract, a, b);
}

ExpressionPtr product(ExpressionPtr a, ExpressionPtr b) {
  bool negative = false;
  for (ExpressionPtr* factor : {&a, &b}) {
    if ((*factor)->kind != Kind::negate) continue;
    negative = !negative;
    *factor = (*factor)->parts[0];
  }
  const auto signed_as = [&](const ExpressionPtr& e) { return negative ? minus(e) : e; };
  if (is(a, 0.0) || is(b, 0.0)) return number(0.0);
  if (is(a, 1.0)) return signed_as(b);
  if (is(b, 1.0)) return signed_as(a);
  const auto x = constant(a), y = constant(b);
  if (x && y) return signed_as(number(*x * *y));
  if (y) std::swap(a, b);  // numbers first
  if (b->kind == Kind::divide && is(b->parts[0], 1.0))
    return signed_as(binary(Kind::divide, a, b->parts[1]));
  return signed_as(binary(Kind::multiply, a, b));
}

ExpressionPtr ratio(ExpressionPtr a, ExpressionPtr b) {
  bool negative = false;
  for (ExpressionPtr* factor : {&a, &b}) {
    if ((*factor)->kind != Kind::negate) continue;
    negative = !negative;
    *factor = (*factor)->parts[0];
  }
  const auto signed_as = [&](const ExpressionPtr& e) { return negative ? minus(e) : e; };
  if (is(b, 1.0)) return signed_as(a);
  const auto x = constant(a), y = constant(b);
  if (x && y && *y != 0.0) return signed_as(number(*x / *y));
  return signed_as(binary(Kind::divide, a, b));
}

ExpressionPtr raised(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (is(b, 1.0)) return a;
  const auto x = constant(a), y = constant(b);
  if (x && y) {
    const double value = std::pow(*x, *y);
    if (std::isfinite(value)) return number(value);
  }
  return binary(Kind::power, a, b);
}

class Differentiation {
 public:
  explicit Differentiation(const Expression& variable) : variable_(variable) {}

  ExpressionPtr of(const ExpressionPtr& e) const {
    if (same(*e, variable_)) return number(1.0);
    if (!contains(*e, variable_)) return number(0.0);
    const auto part = [&](std::size_t i) { return e->parts[i]; };
    switch (e->kind) {
      case Kind::number:
      case Kind::name:
        return number(0.0);
      case Kind::negate:
        return minus(of(part(0)));
      case Kind::add:
        return total(of(part(0)), of(part(1)));
      case Kind::subtract:
        return difference(of(part(0)), of(part(1)));
      case Kind::multiply:
        return total(product(of(part(0)), part(1)), product(part(0), of(part(1))));
      case Kind::divide:
        return of_ratio(part(0), part(1));
      case Kind::power:
        return of_power(e);
      case Kind::apply:
        return of_function(e);
      case Kind::expectation:
        return with_body(*e, of(part(0)));
      case Kind::sum:
        return with_body(*e, of(part(0)));
    }
    return number(0.0);
  }

 private:
  /// E and sum are linear; of what does not depend on the variable nothing is left.
  static ExpressionPtr with_body(const Expression& e, const ExpressionPtr& body) {
    if (is(body, 0.0)) return body;
    return e.kind == Kind::sum ? sum(e.name, body) : expectation(e.name, body);
  }

  // (a/b)' = a'/b − a b'/b².
  ExpressionPtr of_ratio(const ExpressionPtr& a, const ExpressionPtr& b) const {
    return difference(ratio(of(a), b), ratio(product(a, of(b)), raised(b, number(2.0))));
  }

  ExpressionPtr of_power(const ExpressionPtr& e) const {
    const ExpressionPtr &base = e->parts[0], &exponent = e->parts[1];
    if (!contains(*exponent, variable_)) {
      const ExpressionPtr lower = simplified(binary(Kind::subtract, exponent, number(1.0)));
      return product(product(exponent, raised(base, lower)), of(base));
    }
    // (a^b)' = a^b (b' ln a + b a'/a).
    return product(e, total(product(of(exponent), apply("ln", {base})),
                            ratio(product(exponent, of(base)), base)));
  }

  ExpressionPtr of_function(const ExpressionPtr& e) const {
    const Function* function = find_function(e->name);
    if (function == nullptr) return number(0.0);
    const ExpressionPtr second = function->arity > 1 ? e->parts[1] : number(0.0);
    const std::vector<ExpressionPtr> slopes = function->slopes(e->parts[0], second);
    ExpressionPtr result = number(0.0);
    for (std::size_t i = 0; i < slopes.size(); ++i)
      result = total(result, product(slopes[i], of(e->parts[i])));
    return result;
  }

  const Expression& variable_;
};

}  // namespace

ExpressionPtr derivative(const ExpressionPtr& e, const Expression& variable) {
  return simplified(Differentiation(variable).of(e));
}

ExpressionPtr simplified(const ExpressionPtr& e) {
  const auto part = [&](std::size_t i) { return simplified(e->parts[i]); };
  switch (e->kind) {
    case Kind::number:
    case Kind::name:
      return e;
    case Kind::negate:
      return minus(part(0));
    case Kind::add:
      return total(part(0), part(1));
    case Kind::subtract:
      return difference(part(0), part(1));
    case Kind::multiply:
      return product(part(0), part(1));
    case Kind::divide:
      return ratio(part(0), part(1));
    case Kind::power:
      return raised(part(0), part(1));
    case Kind::apply: {
      std::vector<ExpressionPtr> parts, given;
      for (const ExpressionPtr& p : e->parts) parts.push_back(simplified(p));
      for (const ExpressionPtr& g : e->given) given.push_back(simplified(g));
      return apply(e->name, std::move(parts), std::move(given));
    }
    case Kind::expectation:
      return expectation(e->name, part(0));
    case Kind::sum:
      return sum(e->name, part(0));
  }
  return e;
}

}  // namespace elbow::equations
