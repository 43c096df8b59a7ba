#include "equations/print.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "equations/parser.h"
#include "tests/equations/random_tree.h"

namespace elbow::equations {
namespace {

ExpressionPtr read(const std::string& text) { return parse_or_throw(text, {"test"}); }

TEST(Print, UnicodeIsWhatTheFieldWrites) {
  EXPECT_EQ(unicode(*read("-E_q[ln p(x|z)] + beta*KL(q(z|x), p(z))")),
            "−E_q[ln p(x|z)] + β · KL(q(z|x) ‖ p(z))");
  EXPECT_EQ(unicode(*read("sum_j(KL_j/j) + lambda_2*sq(t - 1)")),
            "Σ_j(KL_j / j) + λ_2 · sq(t − 1)");
}

TEST(Print, LatexIsFramedWhereItMustBe) {
  EXPECT_EQ(latex(*read("-E_q[ln p(x|z)] + beta*KL(q(z|x), p(z))")),
            "-\\mathbb{E}_{q}\\left[\\ln p\\left(x \\mid z\\right)\\right] + \\beta \\, "
            "\\mathrm{KL}\\left(q\\left(z \\mid x\\right) \\,\\Vert\\, p\\left(z\\right)\\right)");
  EXPECT_EQ(latex(*read("(a + b)/c^2")), "\\frac{a + b}{{c}^{2}}");
  EXPECT_EQ(latex(*read("abs(t - 1)/2 * 3")), "\\frac{\\left|t - 1\\right|}{2} \\cdot 3");
  EXPECT_EQ(latex(*read("1e-5*sqrt(t)")), "1 \\cdot 10^{-05} \\, \\sqrt{t}");
}

// Print, parse, print: the same tree, of 20,000 random ones.
TEST(Print, WhatIsPrintedIsReadAsTheSameTree) {
  testing::RandomTree tree(3, {"t", "beta", "lambda_2", "KL_j", "w", "mu_phi"}, false);
  for (int i = 0; i < 20000; ++i) {
    const ExpressionPtr e = tree();
    for (const std::string& text : {ascii(*e), unicode(*e)}) {
      std::vector<Message> messages;
      const ExpressionPtr again = parse(text, messages);
      ASSERT_TRUE(again) << text << "\n" << shown(messages, text, {"test"});
      ASSERT_TRUE(same(*e, *again)) << text << "\n" << ascii(*again);
    }
    EXPECT_FALSE(latex(*e).empty());
  }
}

}  // namespace
}  // namespace elbow::equations
