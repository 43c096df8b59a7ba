#include "equations/print.h"

#include <charconv>
#include <cstddef>
#include <string_view>

#include "equations/functions.h"
#include "equations/lexer.h"

namespace elbow::equations {
namespace {

/// How tightly a form binds, as in the grammar of the parser.
enum Level { kSum = 1, kProduct, kUnary, kPower, kValue };

std::string digits(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

bool is_divergence(const Expression& e) {
  // Two laws side by side, whatever the divergence is called.
  const auto law = [](const ExpressionPtr& part) {
    return part->kind == Kind::apply && find_function(part->name) == nullptr;
  };
  return e.parts.size() == 2 && e.given.empty() && e.name == "KL" && law(e.parts[0]) &&
         law(e.parts[1]);
}

/// ln p(x|z): a function of one value that is itself applied needs no brackets.
bool is_bare(const Expression& e) {
  const Function* function = e.kind == Kind::apply ? find_function(e.name) : nullptr;
  if (function == nullptr || function->arity != 1 || e.name != "ln") return false;
  const Expression& inside = *e.parts[0];
  return inside.kind == Kind::apply && find_function(inside.name) == nullptr;
}

Level level(const Expression& e) {
  switch (e.kind) {
    case Kind::add:
    case Kind::subtract:
      return kSum;
    case Kind::multiply:
    case Kind::divide:
      return kProduct;
    case Kind::negate:
      return kUnary;
    case Kind::power:
      return kPower;
    default:
      return is_bare(e) ? kPower : kValue;
  }
}

/// The signs of a line of text.
struct Line {
  bool unicode;
  std::string_view minus, times, bar;

  std::string name(const std::string& text) const { return unicode ? unicode_name(text) : text; }

  std::string at_least(Level least, const Expression& e) const {
    return level(e) < least ? "(" + print(e) + ")" : print(e);
  }

  std::string list(const std::vector<ExpressionPtr>& parts, std::string_view between) const {
    std::string text;
    for (const ExpressionPtr& part : parts)
      text += (text.empty() ? "" : std::string(between)) + print(*part);
    return text;
  }

  std::string print(const Expression& e) const {
    const auto part = [&](std::size_t i, Level least) { return at_least(least, *e.parts[i]); };
    switch (e.kind) {
      case Kind::number:
        return digits(e.number);
      case Kind::name:
        return name(e.name);
      case Kind::negate:
        return std::string(minus) + part(0, kUnary);
      case Kind::add:
        return part(0, kSum) + " + " + part(1, kProduct);
      case Kind::subtract:
        return part(0, kSum) + " " + std::string(minus) + " " + part(1, kProduct);
      case Kind::multiply:
        return part(0, kProduct) + " " + std::string(times) + " " + part(1, kUnary);
      case Kind::divide:
        return part(0, kProduct) + " / " + part(1, kUnary);
      case Kind::power:
        return part(0, kValue) + "^" + part(1, kUnary);
      case Kind::apply: {
        if (is_bare(e)) return e.name + " " + print(*e.parts[0]);
        const std::string inside = list(e.parts, is_divergence(e) ? bar : std::string_view(", ")) +
                                   (e.given.empty() ? "" : "|" + list(e.given, ", "));
        return name(e.name) + "(" + inside + ")";
      }
      case Kind::expectation:
        return (e.name.empty() ? "E" : "E_" + e.name) + "[" + print(*e.parts[0]) + "]";
      case Kind::sum:
        return (unicode ? "Σ_" : "sum_") + e.name + "(" + print(*e.parts[0]) + ")";
    }
    return {};
  }
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string tex(const Expression& e);

std::string tex_at_least(Level least, const Expression& e) {
  // A fraction and a power of a bracket carry their own frame.
  const bool framed = e.kind == Kind::divide && least <= kUnary;
  return level(e) < least && !framed ? "\\left(" + tex(e) + "\\right)" : tex(e);
}

std::string tex_list(const std::vector<ExpressionPtr>& parts, const std::string& between) {
  std::string text;
  for (const ExpressionPtr& part : parts) text += (text.empty() ? "" : between) + tex(*part);
  return text;
}

std::string tex_number(double value) {
  const std::string text = digits(value);
  const auto e = text.find('e');
  if (e == std::string::npos) return text;
  std::string exponent = text.substr(e + 1);
  if (exponent[0] == '+') exponent.erase(0, 1);
  return text.substr(0, e) + " \\cdot 10^{" + exponent + "}";
}

std::string tex(const Expression& e) {
  const auto part = [&](std::size_t i, Level least) { return tex_at_least(least, *e.parts[i]); };
  switch (e.kind) {
    case Kind::number:
      return tex_number(e.number);
    case Kind::name:
      return latex_name(e.name);
    case Kind::negate:
      return "-" + part(0, kUnary);
    case Kind::add:
      return part(0, kSum) + " + " + part(1, kProduct);
    case Kind::subtract:
      return part(0, kSum) + " - " + part(1, kProduct);
    case Kind::multiply: {
      const bool numbers = e.parts[1]->kind == Kind::number || e.parts[1]->kind == Kind::negate;
      return part(0, kProduct) + (numbers ? " \\cdot " : " \\, ") + part(1, kUnary);
    }
    case Kind::divide:
      return "\\frac{" + tex(*e.parts[0]) + "}{" + tex(*e.parts[1]) + "}";
    case Kind::power:
      return "{" + part(0, kValue) + "}^{" + tex(*e.parts[1]) + "}";
    case Kind::apply: {
      const Function* function = find_function(e.name);
      if (function != nullptr && function->latex.find("#1") != std::string::npos)
        return replaced(function->latex, "#1", tex(*e.parts[0]));
      const std::string head = function != nullptr ? function->latex : latex_name(e.name);
      if (is_bare(e)) return head + " " + tex(*e.parts[0]);
      return head + "\\left(" + tex_list(e.parts, is_divergence(e) ? " \\,\\Vert\\, " : ", ") +
             (e.given.empty() ? "" : " \\mid " + tex_list(e.given, ", ")) + "\\right)";
    }
    case Kind::expectation:
      return "\\mathbb{E}" + (e.name.empty() ? "" : "_{" + latex_name(e.name) + "}") + "\\left[" +
             tex(*e.parts[0]) + "\\right]";
    case Kind::sum:
      return "\\sum_{" + latex_name(e.name) + "} \\left(" + tex(*e.parts[0]) + "\\right)";
  }
  return {};
}

}  // namespace

std::string ascii(const Expression& e) { return Line{false, "-", "*", ", "}.print(e); }
std::string unicode(const Expression& e) { return Line{true, "−", "·", " ‖ "}.print(e); }
std::string latex(const Expression& e) { return tex(e); }

}  // namespace elbow::equations
