#include "equations/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "equations/print.h"

namespace elbow::equations {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string canonical(const std::string& text) {
  std::vector<Message> messages;
  const ExpressionPtr e = parse(text, messages);
  return e ? ascii(*e) : "error: " + (messages.empty() ? "none" : messages[0].text);
}

TEST(Parser, ReadsTheObjectivesOfTheLiterature) {
  EXPECT_EQ(canonical("-E_q[ln p(x|z)] + beta * KL(q(z|x), p(z))"),
            "-E_q[ln p(x|z)] + beta * KL(q(z|x), p(z))");
  EXPECT_EQ(canonical("−E_q ln p(x|z) + β·KL(q(z|x) ‖ p(z))"),
            "-E_q[ln p(x|z)] + beta * KL(q(z|x), p(z))");
  EXPECT_EQ(canonical("E_p[relu(1 - C(x))] + E_q[relu(1 + C(x))]"),
            "E_p[relu(1 - C(x))] + E_q[relu(1 + C(x))]");
  EXPECT_EQ(canonical("-ln E_k w"), "-ln(E_k[w])");
  EXPECT_EQ(canonical("Σ_j(KL_j / j) + Σⱼ KLⱼ"), "sum_j(KL_j / j) + sum_j(KL_j)");
  EXPECT_EQ(canonical("0.1*TC(q(z)) + I_q(x;z)"), "0.1 * TC(q(z)) + I_q(x, z)");
  EXPECT_EQ(canonical("λ * sq(G(F(a)) − a)"), "lambda * sq(G(F(a)) - a)");
  EXPECT_EQ(canonical("(t − 1)²"), "(t - 1)^2");
  EXPECT_EQ(canonical("√t"), "sqrt(t)");
}

TEST(Parser, BindsAsIsUsual) {
  EXPECT_EQ(canonical("1-2-3"), "1 - 2 - 3");
  EXPECT_EQ(canonical("1-(2-3)"), "1 - (2 - 3)");
  EXPECT_EQ(canonical("a/b/c"), "a / b / c");
  EXPECT_EQ(canonical("a/(b*c)"), "a / (b * c)");
  EXPECT_EQ(canonical("2^3^2"), "2^3^2");
  EXPECT_EQ(canonical("-a^2"), "-a^2");
  EXPECT_EQ(canonical("(-a)^2"), "(-a)^2");
  EXPECT_EQ(canonical("a*-b"), "a * -b");
  EXPECT_EQ(canonical("2^-1"), "2^-1");
  EXPECT_EQ(canonical("ln x^2"), "ln(x^2)");
  EXPECT_EQ(canonical("ln(x)^2"), "ln(x)^2");
  EXPECT_EQ(canonical("(ln p(x))^2"), "(ln p(x))^2");
  EXPECT_EQ(canonical("{a + b} * [c]"), "(a + b) * c");
  EXPECT_EQ(canonical("1e-3 + .5 + 2E2"), "0.001 + 0.5 + 200");
  EXPECT_EQ(canonical("+t"), "t");
}

/// All messages of a text as they are shown.
std::string complaints(const std::string& text) {
  std::vector<Message> messages;
  EXPECT_EQ(parse(text, messages), nullptr) << text;
  return shown(messages, text, {"mine", 3, 11});
}

// Each message once, at its place.
TEST(Parser, MistakesAreShownWhereTheyAre) {
  EXPECT_EQ(complaints("ln(t) + "),
            "mine:3:19: error: expected a value after '+', and the text ends here\n"
            "  ln(t) + \n"
            "          ^");
  EXPECT_EQ(complaints("2 * (a + b"),
            "mine:3:15: error: this '(' is never closed\n"
            "  2 * (a + b\n"
            "      ^");
  EXPECT_EQ(complaints("β beta2"),
            "mine:3:13: error: expected an operator before 'beta2'\n"
            "  β beta2\n"
            "    ^~~~~\n"
            "  a product is written with '*'");
  EXPECT_THAT(complaints(""), HasSubstr("there is no equation"));
  EXPECT_THAT(complaints("a + * b"),
              HasSubstr("3:15: error: expected a value after '+', found '*'"));
  EXPECT_THAT(complaints("a)"), HasSubstr("there is no bracket that this ')' closes"));
  EXPECT_THAT(complaints("(a]"), HasSubstr("'(' is closed by ']'"));
  EXPECT_THAT(complaints("|x|"), HasSubstr("found '|'"));
  EXPECT_THAT(complaints("x | y"), HasSubstr("write abs(...)"));
  EXPECT_THAT(complaints("a, b"), HasSubstr("',' does not belong here"));
  EXPECT_THAT(complaints("1.2.3"), HasSubstr("a number has one decimal point"));
  EXPECT_THAT(complaints("1e999"), HasSubstr("beyond double precision"));
  EXPECT_THAT(complaints("a $ b"), HasSubstr("'$' is no part of an equation"));
  EXPECT_THAT(complaints("E_q"), HasSubstr("expected what 'E_q' is taken of"));
  EXPECT_THAT(complaints("sum(a)"), HasSubstr("sum_j(...)"));
  EXPECT_THAT(complaints("min(a)"), HasSubstr("'min' takes 2 values, here are 1"));
  EXPECT_THAT(complaints("ln(a, b)"), HasSubstr("'ln' takes one value, here are 2"));
  EXPECT_THAT(complaints("max + 1"), HasSubstr("max(a, b)"));
  EXPECT_THAT(complaints("ln(a|b)"), HasSubstr("nothing is given to it"));
  EXPECT_THAT(complaints("C()"), HasSubstr("needs something in its brackets"));
  EXPECT_THAT(complaints(std::string(70000, '1')), HasSubstr("64 KiB"));
  EXPECT_THAT(complaints(std::string(5000, '(')), HasSubstr("deep"));
  EXPECT_THAT(complaints(std::string(5000, '-') + "1"), HasSubstr("deep"));
  std::string chain = "a";
  for (int i = 0; i < 1000; ++i) chain += "+a";
  EXPECT_THAT(complaints(chain), HasSubstr("deep"));
}

TEST(Parser, AllMistakesAtOnce) {
  const std::string all = complaints("(a + ) * ln(b, c) + $ + min(d)");
  EXPECT_THAT(all, HasSubstr("expected a value after '+', found ')'"));
  EXPECT_THAT(all, HasSubstr("'ln' takes one value"));
  EXPECT_THAT(all, HasSubstr("'$'"));
  EXPECT_THAT(all, HasSubstr("'min' takes 2 values"));
}

TEST(Parser, ShowsTheLineOfTheMistakeAndCommandsNoTerminal) {
  EXPECT_EQ(complaints("a +\n  b c"),
            "mine:4:5: error: expected an operator before 'c'\n"
            "    b c\n"
            "      ^\n"
            "  a product is written with '*'");
  EXPECT_THAT(complaints("a \x1b[31m"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(complaints("a \xff"), HasSubstr("\\xff"));
  const std::string wide = complaints(std::string(300, ' ') + "a b" + std::string(300, ' '));
  EXPECT_THAT(wide, HasSubstr("…"));
  EXPECT_LT(wide.size(), 400u);
}

TEST(Parser, ThrowsForTextThatMustBeRight) {
  try {
    parse_or_throw("a +", {"--f"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_THAT(e.what(), HasSubstr("--f:1:4: error"));
  }
}

// Mutated texts are read or refused, in bounded depth and time.
TEST(ParserSlow, AMillionMutatedTexts) {
  const std::vector<std::string> seeds = {
      "-E_q[ln p(x|z)] + beta * KL(q(z|x), p(z))",
      "E_p[relu(1 - C(x))] + E_q[relu(1 + C(x))]",
      "Σ_j(KL_j / j) + 0.5·(t − 1)² − √(ln E_k w)",
      "max(abs(t - 1), 2^-t) / (1 + exp(-t))",
  };
  const std::string alphabet = "abtxz01.,;|()[]{}+-*/^_ \n\"$\xce\xb2\xe2\x88\x92\xff";
  std::mt19937_64 random(7);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::size_t read = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    std::string text = seeds[below(seeds.size())];
    for (std::size_t k = 1 + below(4); k > 0; --k) {
      const std::size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0:
          text.insert(at, 1, alphabet[below(alphabet.size())]);
          break;
        case 1:
          if (at < text.size()) text.erase(at, 1 + below(3));
          break;
        case 2:
          if (at < text.size()) text[at] = alphabet[below(alphabet.size())];
          break;
        default:
          text.insert(at, text.substr(below(text.size() + 1), below(8)));
      }
    }
    std::vector<Message> messages;
    const ExpressionPtr e = parse(text, messages);
    ASSERT_EQ(e == nullptr, !messages.empty()) << text;
    ASSERT_LE(messages.size(), 40u) << text;
    if (e) {
      ++read;
      ASSERT_LE(e->depth, kMostDepth);
    } else if (i % 100 == 0) {
      shown(messages, text, {"f"});
    }
  }
  EXPECT_GT(read, 10'000u);
}

}  // namespace
}  // namespace elbow::equations
