// Exact values where double precision cancels: nearly equal laws, orders near 0 and 1, powers whose
// mass lies where neither law has any. Truths: tests/oracles/near_equal_laws.py.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"

namespace elbow {
namespace {

struct Case {
  std::string p, q, quantity, order;
  double truth;
};

const std::vector<Case> kCases = {
    {"normal(0,1)", "normal(1e-6,1)", "kl", "", 5.000000000e-13},
    {"normal(0,1)", "normal(1e-6,1)", "squared_hellinger", "", 1.250000000e-13},
    {"normal(0,1)", "normal(1e-6,1)", "pearson_chi2", "", 1.000000000e-12},
    {"normal(0,1)", "normal(1e-6,1)", "renyi", "1e-09", 5.000000000e-22},
    {"normal(0,1)", "normal(1e-6,1)", "energy", "", 5.641895835e-13},
    {"normal(0,1)", "normal(1e-8,1)", "kl", "", 5.000000000e-17},
    {"normal(0,1)", "normal(1e-8,1)", "squared_hellinger", "", 1.250000000e-17},
    {"normal(0,1)", "normal(1e-8,1)", "pearson_chi2", "", 1.000000000e-16},
    {"normal(0,1)", "normal(1e-8,1)", "renyi", "1e-09", 5.000000000e-26},
    {"normal(0,1)", "normal(1e-8,1)", "energy", "", 5.641895835e-17},
    {"normal(0,1)", "normal(1e-3,1.0000001)", "kl", "", 4.999999100e-7},
    {"normal(0,1)", "normal(1e-3,1.0000001)", "squared_hellinger", "", 1.249999822e-7},
    {"normal(0,1)", "normal(1e-3,1.0000001)", "pearson_chi2", "", 1.000000120e-6},
    {"normal(0,1)", "normal(1e-3,1.0000001)", "renyi", "1e-09", 5.000000100e-16},
    {"normal(0,1)", "normal(1e-3,1.0000001)", "energy", "", 5.641895347e-7},
    {"normal(3e-8,1e-8)", "normal(3.00001e-8,1.000001e-8)", "kl", "", 5.099989834e-11},
    {"normal(3e-8,1e-8)", "normal(3.00001e-8,1.000001e-8)", "squared_hellinger", "",
     1.274998725e-11},
    {"normal(3e-8,1e-8)", "normal(3.00001e-8,1.000001e-8)", "pearson_chi2", "", 1.019995940e-10},
    {"normal(3e-8,1e-8)", "normal(3.00001e-8,1.000001e-8)", "renyi", "1e-09", 5.099999967e-20},
    {"normal(3e-8,1e-8)", "normal(3.00001e-8,1.000001e-8)", "energy", "", 5.670102480e-19},
    {"normal(1e8,1)", "normal(100000000.000001,1)", "kl", "", 4.983791158e-13},
    {"normal(1e8,1)", "normal(100000000.000001,1)", "squared_hellinger", "", 1.245947789e-13},
    {"normal(1e8,1)", "normal(100000000.000001,1)", "pearson_chi2", "", 9.967582315e-13},
    {"normal(1e8,1)", "normal(100000000.000001,1)", "renyi", "1e-09", 4.983791158e-22},
    {"normal(1e8,1)", "normal(100000000.000001,1)", "energy", "", 5.623606115e-13},
    {"normal(0,1)", "normal(1e-6,1)", "total_variation", "", 3.989422804e-7},
    {"normal(0,1)", "normal(1,2)", "renyi", "0.999999999999", 4.431471806e-1},
    {"normal(0,1)", "normal(1,2)", "renyi", "1e-12", 1.306852819e-12},
    {"normal(0,1)", "normal(1,2)", "renyi", "50", 8.216592223e-1},
    {"laplace(0,1)", "laplace(1e-7,1.00001)", "kl", "", 5.000433329e-11},
    {"laplace([0],[1])", "mixture(1*laplace(1e-7,1.00001))", "kl", "", 5.000433329e-11},
    {"exponential(1)", "exponential(1.000000000001)", "kl", "", 5.000889045e-25},
    {"uniform(0,1)", "uniform(0,1.000000001)", "kl", "", 1.000000082e-9},
    {"uniform(0,1)", "uniform(0,1.000000001)", "total_variation", "", 1.000000082e-9},
    {"normal([0,0],[[1,0.98],[0.98,1]])", "normal([1,0],[[1,0],[0,1]])", "pearson_chi2", "",
     2.340653812e+12},
    {"mixture(0.5*normal([0,0],[[1,0.98],[0.98,1]]),0.5*normal([0,0],[[1,-0.98],[-0.98,1]]))",
     "normal([1,0],[[1,0],[0,1]])", "pearson_chi2", "", 1.170326906e+12},
    {"mixture(0.5*normal(-1e-3,1),0.5*normal(1e-3,1))", "normal(0,1)", "pearson_chi2", "",
     5.000000000e-13},
};

std::vector<Finding> between(const std::string& p, const std::string& q,
                             const std::vector<double>& orders = {0.5},
                             std::vector<LeftOut>* left_out = nullptr) {
  const DensityPtr a = parse_density(p), b = parse_density(q);
  DivergenceSettings settings;
  settings.orders = orders;
  return exact_divergences(*a, *b, settings, left_out);
}

// Each row has the digits that it shows, and at least 6 of them.
TEST(NearEqualLaws, AllDigitsShownAreRight) {
  for (const Case& c : kCases) {
    const bool ordered = !c.order.empty();
    int rows = 0;
    for (const Finding& f :
         between(c.p, c.q, ordered ? std::vector{std::stod(c.order)} : std::vector<double>{})) {
      if (f.quantity != c.quantity) continue;
      ++rows;
      const double off = std::fabs(f.estimate.value - c.truth);
      constexpr double kOfTable = 5.1e-10;  // the table has ten digits
      EXPECT_LE(off, f.error + kOfTable * c.truth) << c.quantity << " " << f.estimator << " "
                                                   << f.estimate.value << " " << c.p << " " << c.q;
      const int digits = digits_of(f, 10);
      EXPECT_GE(digits, 6) << c.quantity << " " << f.estimator << " " << c.p << " " << c.q;
      EXPECT_LE(off, (0.5 * std::pow(10.0, 1 - digits) + kOfTable) * c.truth);
    }
    EXPECT_GE(rows, 1) << c.quantity << " " << c.p << " " << c.q;
  }
}

// However they are written: nothing is below 0, or above it by rounding.
TEST(NearEqualLaws, OneLawWrittenInTwoWaysHasZeros) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"normal(0,1)", "normal([0],[[1]])"},
      {"mixture(0.5*normal(0,1),0.5*normal(0,1))", "normal(0,1)"},
      {"mixture(0.3*normal(0,1),0.7*laplace(2,1))",
       "mixture(0.7*laplace(2,1),0.1*normal(0,1),0.2*normal(0,1))"},
      {"laplace([0,0],[1,1])", "mixture(0.4*laplace([0,0],[1,1]),0.6*laplace([0,0],[1,1]))"},
      {"mixture(0.5*uniform(0,1),0.5*uniform(1,2))", "uniform(0,2)"}};
  for (const auto& [p, q] : pairs) {
    const auto rows = between(p, q, {1e-12, 0.5, 1 - 1e-12, 3, -2});
    EXPECT_GE(rows.size(), divergence_quantities().size());
    for (const Finding& f : rows)
      EXPECT_EQ(f.estimate.value, 0.0) << f.quantity << " " << f.estimator << " " << p << " " << q;
  }
}

TEST(NearEqualLaws, AnErrorLeavesFewerDigits) {
  Finding f{"kl", "quadrature", Estimate{.value = 2.0, .exact = true}, 3e-5};
  EXPECT_EQ(digits_of(f, 10), 4);
  f.error = 0.0;
  EXPECT_EQ(digits_of(f, 10), 10);
  f.error = 0.4;
  EXPECT_EQ(digits_of(f, 10), 1);
}

TEST(NearEqualLaws, NothingIsNegative) {
  for (const char* q : {"normal(1e-9,1)", "normal(0,1.0000000001)", "normal(1e-15,1)",
                        "mixture(0.5*normal(-1e-7,1),0.5*normal(1e-7,1))"}) {
    for (const Finding& f : between("normal(0,1)", q, {0.5, 1 - 1e-12, 1e-12, 2, -1}))
      EXPECT_GE(f.estimate.value, 0.0) << f.quantity << " " << f.estimator << " " << q;
  }
}

// An integral that is not seen ends its own row alone.
TEST(NearEqualLaws, RowsOfOtherQuantitiesStand) {
  std::vector<LeftOut> left_out;
  const auto rows = between("mixture(0.5*normal(0,1e-7),0.5*laplace(1e3,1e-7))", "logistic(5,1e-6)",
                            {0.5, 2}, &left_out);
  bool w1 = false;
  for (const Finding& f : rows) {
    EXPECT_FALSE(std::isnan(f.estimate.value)) << f.quantity;
    w1 = w1 || f.quantity == "wasserstein1";
  }
  EXPECT_TRUE(w1);
}

}  // namespace
}  // namespace elbow
