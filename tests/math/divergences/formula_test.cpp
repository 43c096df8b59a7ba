#include "math/divergences/formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/densities/discrete_law.h"
#include "math/densities/expression.h"
#include "math/divergences/density_integrals.h"
#include "math/divergences/enumeration.h"
#include "math/divergences/exact.h"
#include "math/numeric.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

FormulaDivergence of(const std::string& text) { return formula_divergence(text, "--f"); }

std::string refused(const std::string& text) {
  try {
    of(text);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    return e.what();
  }
  return "";
}

TEST(Formula, IsHeldToBeADivergence) {
  EXPECT_THAT(refused("t*log(t)"), HasSubstr("--f:1:3: error: 'log' is unknown here"));
  EXPECT_THAT(refused("t^2"), HasSubstr("f(1) is 1"));
  EXPECT_THAT(refused("ln(t)"), HasSubstr("not convex"));
  EXPECT_THAT(refused("sin(t)"), HasSubstr("no function 'sin'"));
  EXPECT_THAT(refused("t - 1 +"), HasSubstr("the text ends here"));
  EXPECT_THAT(refused("(t-1)^3"), HasSubstr("not convex"));
  // A dent away from 1.
  EXPECT_THAT(refused("(t-1)^2 - 3*exp(-8*sq(t-3)) + 3*exp(-32)"), HasSubstr("not convex"));
}

TEST(Formula, KnowsWhatItIs) {
  EXPECT_EQ(of("t*ln(t)").known, "kl");
  EXPECT_EQ(of("t*ln(t) - 5*(t - 1)").known, "kl");
  EXPECT_EQ(of("−ln t").known, "reverse_kl");
  EXPECT_EQ(of("abs(t-1)/2").known, "total_variation");
  EXPECT_EQ(of("abs(t-1)").known, "2 · total_variation");
  EXPECT_EQ(of("(√t − 1)²").known, "2 · squared_hellinger");
  EXPECT_EQ(of("t*ln(t)/2 - (t+1)/2*ln((t+1)/2)").known, "jensen_shannon");
  EXPECT_EQ(of("(t-1)^2/(t+1)").known, "le_cam");
  EXPECT_EQ(of("t^3 - 1").known, "");
  EXPECT_EQ(of("t*ln(t)").formula, "t · ln(t)");
  EXPECT_EQ(of("t*ln(t)").slope, "ln(t) + t / t");
}

TEST(Formula, Limits) {
  EXPECT_NEAR(of("t*ln(t)").at_zero, 0.0, 1e-70);
  EXPECT_EQ(of("t*ln(t)").slope_at_infinity, kInfinity);
  EXPECT_EQ(of("-ln(t)").at_zero, kInfinity);
  EXPECT_NEAR(of("-ln(t)").slope_at_infinity, 0.0, 1e-70);
  EXPECT_DOUBLE_EQ(of("abs(t-1)/2").at_zero, 0.5);
  EXPECT_DOUBLE_EQ(of("abs(t-1)/2").slope_at_infinity, 0.5);
  EXPECT_EQ(of("1/t - 1").at_zero, kInfinity);
  EXPECT_EQ(of("t*ln(t) + 7*(t - 1)").highest, 1.0);
  EXPECT_EQ(of("-3*ln(t)").lowest, 0.0);
  EXPECT_NEAR(of("t^3 - 1").highest, 3.0, 0.1);
  EXPECT_NEAR(of("1/t^2 - 1").lowest, -2.0, 0.1);
  EXPECT_EQ(of("exp(t) - exp(1)").highest, kInfinity);
}

/// D_f of a formula that no table knows, so that its own route is taken.
double value(const std::string& p, const std::string& q, FormulaDivergence f) {
  return integrate_f_divergence(*parse_density(p), *parse_density(q), f).value;
}

TEST(Formula, ValuesByOtherRoutes) {
  // int p^3 / q^2 - 1 = e^(3 s^2) - 1 of N(s, 1) and N(0, 1).
  EXPECT_NEAR(value("normal(0.5,1)", "normal(0,1)", of("t^3 - 1")), std::expm1(0.75), 1e-10);
  // A mixture of two that are known: KL + 3 chi-squared, of N(s, 1) and N(0, 1).
  EXPECT_NEAR(value("normal(0.5,1)", "normal(0,1)", of("t*ln(t) + 3*(t-1)^2")),
              0.125 + 3.0 * std::expm1(0.25), 1e-10);
  // relu(t - 2): q-mass above twice: P(A) - 2 Q(A), A = {x > 0.5 + 2 ln 2} of shift 1/2... in
  // closed form with the normal distribution.
  const double s = 0.5, edge = s / 2.0 + std::log(2.0) / s;
  const auto above = [](double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); };
  EXPECT_NEAR(value("normal(0.5,1)", "normal(0,1)", of("relu(t - 2)")),
              above(edge - s) - 2.0 * above(edge), 1e-9);
  // Half of uniform(0,2) lies outside uniform(0,1): t = 1/2 inside, and the slope at infinity.
  EXPECT_NEAR(value("uniform(0,2)", "uniform(0,1)", of("abs(t-1)/2 + relu(t-3)/5")),
              0.25 + 0.5 * 0.7, 1e-9);
  EXPECT_NEAR(value("uniform(0,1)", "uniform(0,2)", of("abs(t-1)/2 + (t-1)^2")),
              0.25 * 2.0 + 0.5 * (1.0 + 1.0), 1e-9);
}

// (t-1)^2 ln-free and near P = Q: 13 digits, though the terms are 10^12 times the value.
TEST(Formula, KeepsItsDigitsWherePIsNearlyQ) {
  const double s = 1e-6;
  const double exact = std::expm1(s * s) + 0.5 * s * s;
  EXPECT_NEAR(value("normal(1e-6,1)", "normal(0,1)", of("(t-1)^2 + t*ln(t)")) / exact, 1.0, 1e-9);
}

TEST(Formula, InfinityIsToldFromSupportsAndLeftOutWhereItCannotBe) {
  EXPECT_EQ(value("uniform(0,2)", "uniform(0,1)", of("t*ln(t) + abs(t-1)")), kInfinity);
  EXPECT_TRUE(std::isfinite(value("uniform(0,1)", "uniform(0,2)", of("t*ln(t) + abs(t-1)"))));
  // int p^3/q^2 of N(0, 2) and N(0, 1) diverges; of the formula only so much is known.
  const Approximate left = integrate_f_divergence(*parse_density("normal(0,2)"),
                                                  *parse_density("normal(0,1)"), of("t^3 - 1"));
  EXPECT_TRUE(std::isnan(left.value));
  EXPECT_THAT(left.why, HasSubstr("could not be told"));
  EXPECT_FALSE(integrate_f_divergence(*parse_density("normal(0,1)"), *parse_density("normal(0,2)"),
                                      of("exp(t) - exp(1)"))
                   .why.empty());
}

// Each quantity's own formula gives its value on laws of all kinds.
TEST(Formula, AgreesWithTheTable) {
  const std::vector<std::pair<std::string, std::string>> formulas = {
      {"kl", "t*ln(t)"},           {"reverse_kl", "-ln(t)"},    {"total_variation", "abs(t-1)/2"},
      {"pearson_chi2", "(t-1)^2"}, {"le_cam", "(t-1)^2/(t+1)"},
  };
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"normal(0,1)", "laplace(0.3,1)"},
      {"mixture(0.5*normal(-1,1),0.5*normal(1,1))", "normal(0,1.5)"},
      {"normal([0,0],[[1,0],[0,1]])", "normal([0.5,0],[[1,0.3],[0.3,1]])"}};
  for (const auto& [p, q] : pairs) {
    const auto rows = exact_divergences(*parse_density(p), *parse_density(q), {});
    for (const auto& [quantity, text] : formulas) {
      FormulaDivergence f = of(text);
      ASSERT_EQ(f.known, quantity);
      // The same with a term that integrates to nothing and hides what it is from nobody.
      DivergenceSettings settings;
      settings.formulas = {of(text + " + 2*(t-1)")};
      std::vector<LeftOut> left_out;
      const auto mine =
          exact_divergences(*parse_density(p), *parse_density(q), settings, &left_out);
      const auto row = std::find_if(mine.begin(), mine.end(), [](const Finding& finding) {
        return finding.quantity == "f_divergence";
      });
      ASSERT_NE(row, mine.end()) << quantity << " of " << p
                                 << (left_out.empty() ? "" : left_out[0].why);
      for (const Finding& other : rows) {
        if (other.quantity != quantity) continue;
        EXPECT_NEAR(row->estimate.value, other.estimate.value, 1e-8 * other.estimate.value)
            << quantity << " of " << p;
      }
    }
  }
}

TEST(Formula, OfDiscreteLaws) {
  const auto p = parse_discrete_law("bernoulli(0.5)"), q = parse_discrete_law("bernoulli(0.7)");
  ASSERT_TRUE(p && q);
  DivergenceSettings settings;
  settings.formulas = {of("t^3 - 1")};
  for (const Finding& row : enumerated_divergences(*p, *q, settings)) {
    if (row.quantity != "f_divergence") continue;
    EXPECT_NEAR(row.estimate.value, 0.125 / 0.49 + 0.125 / 0.09 - 1.0, 1e-12);
    EXPECT_THAT(row.estimate.note, HasSubstr("t^3"));
    return;
  }
  FAIL() << "no row";
}

}  // namespace
}  // namespace elbow
