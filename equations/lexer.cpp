#include "equations/lexer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace elbow::equations {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Letters that are names, or begin or end them.
constexpr std::array<Pair, 29> kGreek = {
    {{"α", "alpha"},  {"β", "beta"},   {"γ", "gamma"}, {"δ", "delta"},   {"ε", "epsilon"},
     {"ζ", "zeta"},   {"η", "eta"},    {"θ", "theta"}, {"ι", "iota"},    {"κ", "kappa"},
     {"λ", "lambda"}, {"μ", "mu"},     {"ν", "nu"},    {"ξ", "xi"},      {"π", "pi"},
     {"ρ", "rho"},    {"σ", "sigma"},  {"τ", "tau"},   {"υ", "upsilon"}, {"φ", "phi"},
     {"χ", "chi"},    {"ψ", "psi"},    {"ω", "omega"}, {"Γ", "Gamma"},   {"Δ", "Delta"},
     {"Θ", "Theta"},  {"Λ", "Lambda"}, {"Φ", "Phi"},   {"Ω", "Omega"}}};
// Other ways to write the above, and the sum.
constexpr std::array<Pair, 5> kAlso = {
    {{"ϕ", "phi"}, {"ϵ", "epsilon"}, {"µ", "mu"}, {"Σ", "sum"}, {"∑", "sum"}}};
constexpr std::array<Pair, 15> kSubscripts = {{{"₀", "0"},
                                               {"₁", "1"},
                                               {"₂", "2"},
                                               {"₃", "3"},
                                               {"₄", "4"},
                                               {"₅", "5"},
                                               {"₆", "6"},
                                               {"₇", "7"},
                                               {"₈", "8"},
                                               {"₉", "9"},
                                               {"ⱼ", "j"},
                                               {"ₖ", "k"},
                                               {"ᵢ", "i"},
                                               {"ₚ", "p"},
                                               {"ₓ", "x"}}};
constexpr std::array<Pair, 8> kSymbols = {{{"−", "-"},
                                           {"–", "-"},
                                           {"·", "*"},
                                           {"×", "*"},
                                           {"∗", "*"},
                                           {"÷", "/"},
                                           {"‖", "||"},
                                           {"∥", "||"}}};
constexpr std::array<Pair, 3> kPowers = {{{"²", "2"}, {"³", "3"}, {"⁴", "4"}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Bytes of the UTF-8 character at `at`; 1 for a byte that begins none.
std::size_t length_of(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::size_t length = byte < 0xc2   ? 1
                             : byte < 0xe0 ? 2
                             : byte < 0xf0 ? 3
                             : byte < 0xf5 ? 4
                                           : 1;
  if (at + length > text.size()) return 1;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 1;
  return length;
}

template <std::size_t n>
std::string_view find(const std::array<Pair, n>& table, std::string_view character) {
  for (const auto& [from, to] : table)
    if (from == character) return to;
  return {};
}

class Lexer {
 public:
  Lexer(std::string_view text, std::vector<Message>& messages) : text_(text), messages_(messages) {}

  std::vector<Token> run() {
    while (skip_space()) {
      const std::size_t begin = at_;
      if (is_digit(text_[at_]) ||
          (text_[at_] == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
        number();
      } else if (const std::string word = name_text(); !word.empty()) {
        tokens_.push_back({Token::Kind::name, word, 0.0, {begin, at_}});
      } else {
        other();
      }
    }
    tokens_.push_back({Token::Kind::end, "", 0.0, {text_.size(), text_.size()}});
    return std::move(tokens_);
  }

 private:
  std::string_view character() const { return text_.substr(at_, length_of(text_, at_)); }

  bool skip_space() {
    while (at_ < text_.size()) {
      const std::string_view c = character();
      // No-break and thin spaces come with text that is pasted.
      if (c != " " && c != "\t" && c != "\n" && c != "\r" && c != "\u00a0" && c != "\u2009" &&
          c != "\u202f")
        return true;
      at_ += c.size();
    }
    return false;
  }

  void number() {
    const std::size_t begin = at_;
    const auto digits = [&] {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    };
    digits();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      std::size_t exponent = at_ + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && is_digit(text_[exponent])) {
        at_ = exponent;
        digits();
      }
    }
    Token token{
        Token::Kind::number, std::string(text_.substr(begin, at_ - begin)), 0.0, {begin, at_}};
    const char* end = text_.data() + at_;
    const auto [parsed, failed] = std::from_chars(text_.data() + begin, end, token.value);
    if (failed == std::errc::result_out_of_range) {
      messages_.push_back(
          {Message::Severity::error, token.span, "this number is beyond double precision", ""});
      token.value = 1.0;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
      token.span.end = at_;
      messages_.push_back(
          {Message::Severity::error, token.span, "a number has one decimal point", ""});
    }
    tokens_.push_back(std::move(token));
  }

  /// Letters, digits, '_' and primes, Greek letters by their names; "" where no name begins.
  std::string name_text() {
    std::string word;
    bool in_subscript = false;
    while (at_ < text_.size()) {
      const std::string_view c = character();
      std::string_view add;
      if (c.size() == 1) {
        if (!is_letter(c[0]) && !(is_digit(c[0]) && !word.empty()) &&
            !(c[0] == '\'' && !word.empty()))
          break;
        add = c;
        in_subscript = false;
      } else if (!(add = find(kGreek, c)).empty() || !(add = find(kAlso, c)).empty()) {
        // "βx" would read as a name that nobody has.
        if (!word.empty() && word.back() != '_') break;
        in_subscript = false;
      } else if (!word.empty() && !(add = find(kSubscripts, c)).empty()) {
        if (!in_subscript) word += '_';
        in_subscript = true;
      } else {
        break;
      }
      word += add;
      at_ += c.size();
      // A Greek letter is a whole name but for what hangs below it.
      if (c.size() > 1 && !in_subscript && at_ < text_.size() && text_[at_] != '_' &&
          find(kSubscripts, character()).empty())
        break;
    }
    return word;
  }

  void symbol(std::string_view text, Span span) {
    tokens_.push_back({Token::Kind::symbol, std::string(text), 0.0, span});
  }

  void other() {
    const std::size_t begin = at_;
    const std::string_view c = character();
    at_ += c.size();
    const Span span{begin, at_};
    if (c == "|" && at_ < text_.size() && text_[at_] == '|') {
      ++at_;
      return symbol("||", {begin, at_});
    }
    if (c.size() == 1 && std::string_view("+-*/^()[]|,;").find(c[0]) != std::string_view::npos)
      return symbol(c, span);
    if (c == "{" || c == "}") return symbol(c == "{" ? "(" : ")", span);
    if (const auto s = find(kSymbols, c); !s.empty()) return symbol(s, span);
    if (const auto p = find(kPowers, c); !p.empty()) {
      symbol("^", span);
      tokens_.push_back(
          {Token::Kind::number, std::string(p), static_cast<double>(p[0] - '0'), span});
      return;
    }
    if (c == "√") {
      tokens_.push_back({Token::Kind::name, "sqrt", 0.0, span});
      return;
    }
    messages_.push_back(
        {Message::Severity::error, span, "'" + std::string(c) + "' is no part of an equation", ""});
  }

  std::string_view text_;
  std::vector<Message>& messages_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

/// "KL_j" -> {"KL", "j"}; the second empty without an underscore inside.
std::pair<std::string, std::string> stem_and_index(const std::string& name) {
  const auto at = name.find('_');
  if (at == std::string::npos || at == 0 || at + 1 == name.size()) return {name, ""};
  return {name.substr(0, at), name.substr(at + 1)};
}

std::string greek_of(const std::string& name, const std::string& prefix) {
  for (const auto& [letter, word] : kGreek)
    if (word == name) return prefix.empty() ? std::string(letter) : prefix + name;
  return {};
}

std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '_' ? std::string("\\_") : std::string(1, c);
  return out;
}

}  // namespace

std::vector<Token> tokens(std::string_view text, std::vector<Message>& messages) {
  return Lexer(text, messages).run();
}

std::string unicode_name(const std::string& name) {
  const auto [stem, index] = stem_and_index(name);
  const std::string letter = greek_of(stem, "");
  return letter.empty() ? name : letter + name.substr(stem.size());
}

std::string latex_name(const std::string& name) {
  const auto [stem, index] = stem_and_index(name);
  const std::string letter = greek_of(stem, "\\");
  const std::string head = !letter.empty()    ? letter
                           : stem.size() == 1 ? stem
                                              : "\\mathrm{" + escaped(stem) + "}";
  return index.empty()
             ? head
             : head + "_{" + (index.size() == 1 ? index : "\\mathrm{" + escaped(index) + "}") + "}";
}

}  // namespace elbow::equations
