#include "equations/parser.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/error.h"
#include "equations/functions.h"
#include "equations/lexer.h"

namespace elbow::equations {
namespace {

constexpr std::size_t kMostBytes = 65536;
constexpr std::size_t kMostMessages = 20;

std::string_view closing(std::string_view open) { return open == "(" ? ")" : "]"; }

class Parser {
 public:
  Parser(std::string_view text, std::vector<Message>& messages)
      : messages_(messages), tokens_(tokens(text, messages)) {}

  ExpressionPtr run() {
    if (peek().kind == Token::Kind::end) {
      if (messages_.empty()) error(peek().span, "there is no equation", "");
      return nullptr;
    }
    ExpressionPtr result = additive();
    while (peek().kind != Token::Kind::end && messages_.size() < kMostMessages) {
      stray();
      if (peek().kind != Token::Kind::end) additive();  // for its mistakes
    }
    return result;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  bool is(std::string_view symbol) const {
    return peek().kind == Token::Kind::symbol && peek().text == symbol;
  }
  bool take(std::string_view symbol) {
    if (!is(symbol)) return false;
    ++at_;
    return true;
  }
  void error(Span span, std::string text, std::string hint) {
    // One mistake is told once; what follows from it is not.
    if (!messages_.empty() && messages_.back().span.begin == span.begin) return;
    messages_.push_back({Message::Severity::error, span, std::move(text), std::move(hint)});
  }

  /// Something stands where an operator or the end should.
  void stray() {
    const Token& token = peek();
    if (token.kind == Token::Kind::symbol && (token.text == ")" || token.text == "]")) {
      error(token.span, "there is no bracket that this '" + token.text + "' closes", "");
    } else if (token.kind == Token::Kind::symbol && token.text == "|") {
      error(token.span, "'|' stands between what a density is of and what is given, as in p(x|z)",
            "for an absolute value write abs(...)");
    } else if (token.kind == Token::Kind::symbol) {
      error(token.span, "'" + token.text + "' does not belong here", "");
    } else {
      error(token.span, "expected an operator before '" + token.text + "'",
            "a product is written with '*'");
      return;  // it begins an expression of its own
    }
    ++at_;
  }

  /// Every step down the grammar counts, so that no text can exhaust the stack.
  class Level {
   public:
    explicit Level(int& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    int& depth_;
  };

  ExpressionPtr too_deep() {
    if (!told_depth_) {
      error(peek().span, "this is nested more than " + std::to_string(kMostDepth) + " deep",
            "give a part a name of its own");
    }
    told_depth_ = true;
    at_ = tokens_.size() - 1;
    return number(0.0);
  }

  ExpressionPtr spanned(ExpressionPtr node, std::size_t begin) const {
    return at(node, {begin, at_ > 0 ? tokens_[at_ - 1].span.end : begin});
  }

  ExpressionPtr joined(Kind kind, const ExpressionPtr& a, const ExpressionPtr& b,
                       std::size_t begin) {
    if (std::max(a->depth, b->depth) >= kMostDepth) return too_deep();
    return spanned(binary(kind, a, b), begin);
  }

  ExpressionPtr additive() {
    const Level level(depth_);
    const std::size_t begin = peek().span.begin;
    ExpressionPtr left = multiplicative();
    while (is("+") || is("-")) {
      const Kind kind = is("+") ? Kind::add : Kind::subtract;
      ++at_;
      left = joined(kind, left, multiplicative(), begin);
    }
    return left;
  }

  ExpressionPtr multiplicative() {
    const std::size_t begin = peek().span.begin;
    ExpressionPtr left = unary();
    while (is("*") || is("/")) {
      const Kind kind = is("*") ? Kind::multiply : Kind::divide;
      ++at_;
      left = joined(kind, left, unary(), begin);
    }
    return left;
  }

  ExpressionPtr unary() {
    const Level level(depth_);
    if (depth_ > kMostDepth) return too_deep();
    const std::size_t begin = peek().span.begin;
    if (take("-")) {
      const ExpressionPtr operand = unary();
      return operand->depth >= kMostDepth ? too_deep() : spanned(negate(operand), begin);
    }
    if (take("+")) return unary();
    return power();
  }

  ExpressionPtr power() {
    const std::size_t begin = peek().span.begin;
    const ExpressionPtr base = value();
    if (!take("^")) return base;
    return joined(Kind::power, base, unary(), begin);
  }

  ExpressionPtr value() {
    const Token token = peek();
    switch (token.kind) {
      case Token::Kind::number:
        ++at_;
        return at(number(token.value), token.span);
      case Token::Kind::name:
        ++at_;
        return named(token);
      case Token::Kind::symbol:
        if (token.text == "(" || token.text == "[") {
          ++at_;
          ExpressionPtr inside = additive();
          close(token);
          return inside;
        }
        break;
      case Token::Kind::end:
        break;
    }
    missing_value(token);
    return at(number(0.0), token.span);
  }

  void missing_value(const Token& token) {
    const std::string after = at_ == 0 ? "" : " after '" + tokens_[at_ - 1].text + "'";
    if (token.kind == Token::Kind::end) {
      error(token.span, "expected a value" + after + ", and the text ends here", "");
    } else {
      error(token.span, "expected a value" + after + ", found '" + token.text + "'", "");
      // Brackets and commas belong to what is around; another operator is passed over.
      if (is("*") || is("/") || is("^")) ++at_;
    }
  }

  void close(const Token& open) {
    const std::string_view bracket = closing(open.text);
    if (take(bracket)) return;
    const Token found = peek();
    if (found.kind == Token::Kind::end) {
      error(open.span, "this '" + open.text + "' is never closed", "");
      return;
    }
    if (is(")") || is("]")) {
      error(found.span, "'" + open.text + "' is closed by '" + found.text + "'",
            "expected '" + std::string(bracket) + "'");
      ++at_;
      return;
    }
    while (peek().kind != Token::Kind::end && messages_.size() < kMostMessages) {
      stray();
      if (take(bracket)) return;
      if (peek().kind != Token::Kind::end && !is(")") && !is("]")) additive();
      if (take(bracket)) return;
    }
    if (messages_.size() < kMostMessages)
      error(open.span, "this '" + open.text + "' is never closed", "");
  }

  /// The operand of a function, E or sum: in brackets, or the next power.
  ExpressionPtr operand(const Token& of) {
    if (is("(") || is("[")) {
      const Token open = peek();
      ++at_;
      ExpressionPtr inside = additive();
      close(open);
      return inside;
    }
    if (peek().kind == Token::Kind::end || peek().kind == Token::Kind::symbol) {
      error(peek().span, "expected what '" + of.text + "' is taken of", of.text + "(...)");
      return at(number(0.0), peek().span);
    }
    const Level level(depth_);
    return depth_ > kMostDepth ? too_deep() : power();
  }

  ExpressionPtr named(const Token& token) {
    const std::size_t begin = token.span.begin;
    const auto after = [&](std::string_view prefix) {
      return token.text.size() > prefix.size() ? token.text.substr(prefix.size()) : std::string();
    };
    if (token.text == "E" || token.text.starts_with("E_"))
      return spanned(expectation(after("E_"), operand(token)), begin);
    if (token.text == "sum" || token.text.starts_with("sum_")) {
      if (after("sum_").empty())
        error(token.span, "a sum says what it runs over", "sum_j(...) over latent dimensions");
      return spanned(sum(after("sum_"), operand(token)), begin);
    }
    if (is("(")) return spanned(applied(token), begin);
    if (const Function* function = find_function(token.text)) {
      if (function->arity == 1) return spanned(apply(token.text, {operand(token)}), begin);
      error(token.span, "'" + token.text + "' takes " + std::to_string(function->arity) + " values",
            token.text + "(a, b)");
    }
    return at(name(token.text), token.span);
  }

  ExpressionPtr applied(const Token& of) {
    const Token open = peek();
    ++at_;
    std::vector<ExpressionPtr> parts, given;
    if (take(")")) {
      error(of.span, "'" + of.text + "' needs something in its brackets", "");
      return apply(of.text, {number(0.0)});
    }
    const Level level(depth_);
    if (depth_ > kMostDepth) return too_deep();
    do parts.push_back(additive());
    while (take(",") || take(";") || take("||"));
    if (take("|")) {
      do given.push_back(additive());
      while (take(","));
    }
    close(open);
    int deepest = 0;
    for (const auto* all : {&parts, &given})
      for (const ExpressionPtr& part : *all) deepest = std::max(deepest, part->depth);
    if (deepest >= kMostDepth) return too_deep();
    check_arity(of, parts, given);
    return apply(of.text, std::move(parts), std::move(given));
  }

  void check_arity(const Token& of, const std::vector<ExpressionPtr>& parts,
                   const std::vector<ExpressionPtr>& given) {
    const Function* function = find_function(of.text);
    if (function == nullptr) return;
    if (!given.empty()) {
      error(of.span, "'" + of.text + "' is a function of numbers: nothing is given to it with '|'",
            "");
    } else if (static_cast<int>(parts.size()) != function->arity) {
      error(of.span,
            "'" + of.text + "' takes " +
                (function->arity == 1 ? "one value" : std::to_string(function->arity) + " values") +
                ", here are " + std::to_string(parts.size()),
            "");
    }
  }

  std::vector<Message>& messages_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool told_depth_ = false;
};

}  // namespace

ExpressionPtr parse(std::string_view text, std::vector<Message>& messages) {
  if (text.size() > kMostBytes) {
    messages.push_back({Message::Severity::error, {0, 0}, "an equation has at most 64 KiB", ""});
    return nullptr;
  }
  const std::size_t before = messages.size();
  ExpressionPtr tree = Parser(text, messages).run();
  return messages.size() > before ? nullptr : tree;
}

ExpressionPtr parse_or_throw(std::string_view text, const Place& place) {
  std::vector<Message> messages;
  ExpressionPtr tree = parse(text, messages);
  if (has_errors(messages)) throw Error(shown(messages, text, place), ExitCode::usage);
  return tree;
}

}  // namespace elbow::equations
