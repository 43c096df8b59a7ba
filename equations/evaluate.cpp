#include "equations/evaluate.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "equations/functions.h"

namespace elbow::equations {
namespace {

void check(const Expression& e, const std::vector<std::string>& variables,
           std::vector<Message>& messages) {
  const auto error = [&](std::string text, std::string hint) {
    messages.push_back({Message::Severity::error, e.span, std::move(text), std::move(hint)});
  };
  const auto known = [&] {
    std::vector<std::string> names = variables;
    for (const Function& f : functions()) names.push_back(f.name);
    return names;
  };
  const std::string of = "it is a formula of " + in_words(variables, "and");
  switch (e.kind) {
    case Kind::name:
      if (std::find(variables.begin(), variables.end(), e.name) == variables.end())
        error("'" + e.name + "' is unknown here" + did_you_mean(e.name, known()), of);
      break;
    case Kind::apply:
      if (find_function(e.name) == nullptr) {
        const bool variable =
            std::find(variables.begin(), variables.end(), e.name) != variables.end();
        if (e.name == "log") {
          error("'log' is unknown here; the natural logarithm is 'ln'", "");
        } else if (variable) {
          error("'" + e.name + "' is no function", "a product is written with '*'");
        } else {
          error("there is no function '" + e.name + "' here" + did_you_mean(e.name, known()), of);
        }
      }
      break;
    case Kind::expectation:
      error("there is nothing to take an expectation over here", of);
      break;
    case Kind::sum:
      error("there is nothing to sum over here", of);
      break;
    default:
      break;
  }
  for (const auto* below : {&e.parts, &e.given})
    for (const ExpressionPtr& part : *below) check(*part, variables, messages);
}

}  // namespace

double evaluate(const Expression& e, const Leaves& leaf) {
  const auto of = [&](std::size_t i) { return evaluate(*e.parts[i], leaf); };
  switch (e.kind) {
    case Kind::number:
      return e.number;
    case Kind::name:
      return leaf(e);
    case Kind::negate:
      return -of(0);
    case Kind::add:
      return of(0) + of(1);
    case Kind::subtract:
      return of(0) - of(1);
    case Kind::multiply:
      return of(0) * of(1);
    case Kind::divide:
      return of(0) / of(1);
    case Kind::power:
      return std::pow(of(0), of(1));
    case Kind::apply: {
      const Function* function = find_function(e.name);
      if (function == nullptr) return leaf(e);
      return function->value(of(0), function->arity > 1 ? of(1) : 0.0);
    }
    case Kind::expectation:
    case Kind::sum:
      return of(0);
  }
  return std::nan("");
}

std::vector<Message> check_scalar(const Expression& e, const std::vector<std::string>& variables) {
  std::vector<Message> messages;
  check(e, variables, messages);
  return messages;
}

}  // namespace elbow::equations
