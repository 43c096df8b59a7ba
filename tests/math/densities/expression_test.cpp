#include "math/densities/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;

TEST(DensityExpression, ReadsEveryForm) {
  EXPECT_EQ(parse_density("normal(0,1)")->expression(), "normal(0,1)");
  EXPECT_EQ(parse_density("  normal ( -0.5 , +2e-1 ) ")->expression(), "normal(-0.5,0.2)");
  EXPECT_EQ(parse_density("mixture(0.5*normal(-2,1),0.5*normal(2,1))")->expression(),
            "mixture(0.5*normal(-2,1),0.5*normal(2,1))");
  EXPECT_EQ(parse_density("normal([0,0],[[1,0.5],[0.5,1]])")->expression(),
            "normal([0,0],[[1,0.5],[0.5,1]])");
  EXPECT_EQ(parse_density("laplace([0, 1],[1, 2])")->expression(), "laplace([0,1],[1,2])");
  EXPECT_EQ(parse_density("uniform([0,0,0],[1,2,3])")->dim(), 3);
  EXPECT_EQ(parse_density("mixture(1*mixture(0.5*uniform(0,1),0.5*exponential(1)))")->dim(), 1);
  EXPECT_EQ(parse_density("normal([3],[[4]])")->expression(), "normal(3,2)") << "a covariance";
  EXPECT_EQ(
      parse_density("mixture(0.5*normal([0,0],[[1,0],[0,1]]),0.5*laplace([1,1],[1,1]))")->dim(), 2);
}

TEST(DensityExpression, TheSecondArgumentIsTheDeviationOnALineAndTheCovarianceBeyond) {
  EXPECT_DOUBLE_EQ(parse_density("normal(0,3)")->covariance()(0, 0), 9.0);
  EXPECT_DOUBLE_EQ(parse_density("normal([0,0],[[3,0],[0,3]])")->covariance()(0, 0), 3.0);
}

struct Mistake {
  std::string text, message;
  std::size_t column, length;  // of the caret and its tail
};

struct Mistakes : ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, HaveACaretUnderThem) {
  try {
    parse_density(GetParam().text);
    FAIL() << "accepted " << GetParam().text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    std::istringstream lines(error.what());
    std::string first, shown, caret;
    std::getline(lines, first);
    std::getline(lines, shown);
    std::getline(lines, caret);
    EXPECT_THAT(first, HasSubstr(GetParam().message));
    EXPECT_EQ(shown, "  " + GetParam().text);
    EXPECT_EQ(caret, std::string(2 + GetParam().column, ' ') + "^" +
                         std::string(GetParam().length - 1, '~'))
        << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistakes,
    ::testing::Values(Mistake{"norml(0,1)", "did you mean 'normal'?", 0, 5},
                      Mistake{"", "expected a density", 0, 1},
                      Mistake{"(0,1)", "expected a density", 0, 1},
                      Mistake{"normal", "expected '('", 6, 1},
                      Mistake{"normal(0,1", "the expression ends", 10, 1},
                      Mistake{"normal(0 1)", "expected ')'", 9, 1},
                      Mistake{"normal(0,)", "expected a number", 9, 1},
                      Mistake{"normal(0,one)", "expected a number", 9, 1},
                      Mistake{"normal(0,inf)", "finite number", 9, 3},
                      Mistake{"normal(0,1e999)", "finite number", 9, 5},
                      Mistake{"normal(0)", "takes 2 arguments; there are 1", 7, 1},
                      Mistake{"normal(0,1,2)", "takes 2 arguments; there are 3", 7, 5},
                      Mistake{"normal(0,-1)", "must be positive", 9, 2},
                      Mistake{"normal(0,[1])", "not a list", 9, 3},
                      Mistake{"normal(0,1) x", "nothing may follow", 12, 1},
                      Mistake{"exponential(0)", "must be positive", 12, 1},
                      Mistake{"uniform(2,1)", "upper end", 10, 1},
                      Mistake{"uniform([0,0],[1,-1])", "upper end", 17, 2},
                      Mistake{"normal([0,0],1)", "covariance matrix", 13, 1},
                      Mistake{"normal([0,0],[1,1])", "covariance matrix", 13, 5},
                      Mistake{"normal([0,0],[[1,0],[0]])", "expected 2 numbers", 20, 3},
                      Mistake{"normal([0,0],[[1,0]])", "2 coordinates", 13, 7},
                      Mistake{"normal([0,0],[[1,2],[2,1]])", "not positive definite", 13, 13},
                      Mistake{"normal([0,0],[[1,1],[0,1]])", "not symmetric", 13, 13},
                      Mistake{"laplace([0,0],[1,1,1])", "expected 2 numbers", 14, 7},
                      Mistake{"mixture(normal(0,1))", "expected a number", 8, 1},
                      Mistake{"mixture(0.5 normal(0,1))", "expected '*'", 12, 1},
                      Mistake{"mixture(0.5*normal(0,1))", "sum to 0.5", 8, 15},
                      Mistake{"mixture(0.5*normal(0,1),0.5*normal([0,0],[[1,0],[0,1]]))",
                              "same dimension", 8, 47},
                      Mistake{"mixture(0.5*normal(0,1),0.5*gauss(0,1))", "no density 'gauss'", 28,
                              5}));

TEST(DensityExpression, ControlCharactersNeverReachTheTerminal) {
  try {
    parse_density("norm\x1b[2J(0,1)");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\x1b'), std::string::npos);
  }
}

TEST(DensityExpression, DeepNestingIsRefusedNotACrash) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "mixture(1*";
  EXPECT_THROW(parse_density(text), Error);
}

TEST(DensityExpression, EveryExampleOfTheHelpIsRead) {
  std::string examples = density_examples();
  int depth = 0;
  std::size_t begin = 0, count = 0;
  for (std::size_t i = 0; i <= examples.size(); ++i) {
    if (i == examples.size() || (depth == 0 && examples[i] == ',')) {
      EXPECT_NO_THROW(parse_density(examples.substr(begin, i - begin)));
      begin = i + 2;
      ++count;
    } else {
      depth += examples[i] == '(' || examples[i] == '[';
      depth -= examples[i] == ')' || examples[i] == ']';
    }
  }
  EXPECT_GE(count, 6u);
}

}  // namespace
}  // namespace elbow
