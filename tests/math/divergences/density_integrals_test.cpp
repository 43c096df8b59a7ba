// Divergences by quadrature against the tabulated values, closed forms and each other.
#include "math/divergences/density_integrals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "math/densities/expression.h"
#include "math/divergences/distances.h"
#include "math/divergences/gaussian.h"
#include "math/divergences/supports.h"

namespace elbow {
namespace {

DensityDivergences between(const std::string& p, const std::string& q,
                           std::vector<double> orders = {}) {
  return integrate_divergences(*parse_density(p), *parse_density(q), orders);
}

TEST(DensityIntegrals, D1PairA) {
  const auto d = between("normal(0,1)", "normal(1,1)", {0.5});
  EXPECT_NEAR(d.kl, 0.5, 1e-10);
  EXPECT_NEAR(d.reverse_kl, 0.5, 1e-10);
  EXPECT_NEAR(d.jensen_shannon, 0.1114214822, 1e-10);
  EXPECT_NEAR(d.total_variation, 0.3829249225, 1e-10);
  EXPECT_NEAR(d.squared_hellinger, 0.1175030974, 1e-10);
  EXPECT_NEAR(d.renyi[0], 0.25, 1e-10);
  EXPECT_NEAR(d.pearson_chi2, 1.7182818285, 1e-10);
  EXPECT_NEAR(d.neyman_chi2, 1.7182818285, 1e-10);
  EXPECT_NEAR(d.le_cam, 0.4081085313, 1e-10);
}

TEST(DensityIntegrals, D1AndD3PairB) {
  const auto d = between("normal(0,1)", "normal(1,2)", {0.5});
  EXPECT_NEAR(d.kl, 0.4431471806, 1e-10);
  EXPECT_NEAR(d.reverse_kl, 1.3068528194, 1e-10);
  EXPECT_NEAR(d.jensen_shannon, 0.1281749731, 1e-10);
  EXPECT_NEAR(d.total_variation, 0.3900656601, 1e-10);
  EXPECT_NEAR(d.squared_hellinger, 0.1491945378, 1e-10);
  EXPECT_NEAR(d.renyi[0], 0.3231435513, 1e-10);
  EXPECT_NEAR(d.pearson_chi2, 0.7440263415, 1e-10);
  EXPECT_EQ(d.neyman_chi2, kInfinity);
  EXPECT_NEAR(d.le_cam, 0.4349651082, 1e-10);
}

TEST(DensityIntegrals, PairG1InThePlane) {
  const auto d =
      between("normal([0,1],[[1,0.4],[0.4,1]])", "normal([1,0],[[1.5,0],[0,0.8]])", {0.25, 0.5, 2});
  EXPECT_NEAR(d.kl, 1.09500413864, 1e-9);
  EXPECT_NEAR(d.reverse_kl, 1.85737681374, 1e-9);
  EXPECT_NEAR(d.squared_hellinger, 0.282926370748, 1e-9);
  EXPECT_NEAR(d.renyi[0], 0.384105151175, 1e-9);
  EXPECT_NEAR(d.renyi[1], 0.665153505854, 1e-9);
  EXPECT_NEAR(d.renyi[2], 1.98065712456, 1e-9);
  EXPECT_NEAR(d.pearson_chi2, 6.24750393355, 1e-8);
  EXPECT_EQ(d.neyman_chi2, kInfinity);
}

// Total variation has a kink along a curve; with one covariance it is a closed form.
TEST(DensityIntegrals, TotalVariationInThePlane) {
  const auto d = between("normal([0,0],[[1,0.3],[0.3,2]])", "normal([1,0.5],[[1,0.3],[0.3,2]])");
  const double maha = mahalanobis(*parse_density("normal([0,0],[[1,0.3],[0.3,2]])")->gaussian(),
                                  *parse_density("normal([1,0.5],[[1,0.3],[0.3,2]])")->gaussian());
  EXPECT_NEAR(d.total_variation, std::erf(maha / (2 * std::numbers::sqrt2)), 1e-9);
  const auto line = between("normal(0,1)", "normal(" + number_text(maha) + ",1)");
  EXPECT_NEAR(d.jensen_shannon, line.jensen_shannon, 1e-9);
  EXPECT_NEAR(d.le_cam, line.le_cam, 1e-9);
}

TEST(DensityIntegrals, IndependentCoordinatesFactorise) {
  const auto plane = between("laplace([0,1],[1,2])", "laplace([0.5,1],[1.5,1.2])", {0.5});
  const auto first = between("laplace(0,1)", "laplace(0.5,1.5)", {0.5});
  const auto second = between("laplace(1,2)", "laplace(1,1.2)", {0.5});
  EXPECT_NEAR(plane.kl, first.kl + second.kl, 1e-9);
  EXPECT_NEAR(plane.renyi[0], first.renyi[0] + second.renyi[0], 1e-9);
  EXPECT_NEAR(plane.pearson_chi2, (1 + first.pearson_chi2) * (1 + second.pearson_chi2) - 1, 1e-8);
}

// DW25: across kinks without breakpoints the sixth digit is wrong. Total variation of two Laplace
// densities of one scale is 1 - e^(-|d|/2b).
TEST(DensityIntegrals, DW25KinksHaveBreakpoints) {
  const auto d = between("laplace(0,1)", "laplace(1,1)");
  EXPECT_NEAR(d.total_variation, -std::expm1(-0.5), 1e-12);
  EXPECT_NEAR(d.kl, std::exp(-1.0), 1e-12);
  EXPECT_NEAR(d.squared_hellinger, 1 - 1.5 * std::exp(-0.5), 1e-12);
  double trapezoid = 0.0;  // 2000 nodes that know nothing of the kinks
  const auto p = parse_density("laplace(0,1)"), q = parse_density("laplace(1,1)");
  for (int i = 0; i < 2000; ++i) {
    const double x = -40.0 + 80.0 * i / 1999;
    trapezoid +=
        80.0 / 1999 * 0.5 * std::fabs(std::exp(p->log_density(x)) - std::exp(q->log_density(x)));
  }
  EXPECT_GT(std::fabs(trapezoid + std::expm1(-0.5)), 1e-6);
}

TEST(DensityIntegrals, D7DisjointAndUncoveredSupports) {
  const auto disjoint = between("uniform(0,1)", "uniform(2,3)", {0.5, 2});
  EXPECT_EQ(disjoint.kl, kInfinity);
  EXPECT_EQ(disjoint.reverse_kl, kInfinity);
  EXPECT_EQ(disjoint.pearson_chi2, kInfinity);
  EXPECT_EQ(disjoint.renyi[0], kInfinity);
  EXPECT_NEAR(disjoint.jensen_shannon, kLn2, 1e-14);
  EXPECT_NEAR(disjoint.total_variation, 1.0, 1e-14);
  EXPECT_NEAR(disjoint.le_cam, 2.0, 1e-14);
  EXPECT_NEAR(disjoint.squared_hellinger, 1.0, 1e-14);
  const auto inside = between("uniform(0,1)", "uniform(0,4)", {2});
  EXPECT_NEAR(inside.kl, std::log(4), 1e-13);
  EXPECT_EQ(inside.reverse_kl, kInfinity);
  EXPECT_NEAR(inside.pearson_chi2, 3.0, 1e-13);
  EXPECT_EQ(inside.neyman_chi2, kInfinity);
  EXPECT_NEAR(inside.renyi[0], std::log(4), 1e-13);
  // A hole in the support, and one that is covered.
  const std::string holed = "mixture(0.5*uniform(0,1),0.5*uniform(2,3))";
  EXPECT_EQ(between("uniform(0,3)", holed).kl, kInfinity);
  EXPECT_NEAR(between(holed, "uniform(0,3)").kl, std::log(1.5), 1e-13);
  EXPECT_EQ(between("exponential(1)", "normal(0,1)").reverse_kl, kInfinity);
  EXPECT_LT(between("exponential(1)", "normal(0,1)").kl, 2.0);
  // Boxes.
  EXPECT_NEAR(between("uniform([0,0],[1,1])", "uniform([0,0],[2,3])").kl, std::log(6), 1e-12);
  EXPECT_EQ(between("uniform([0,0],[2,3])", "uniform([0,0],[1,1])").kl, kInfinity);
}

struct TailCase {
  std::string p, q;
  bool pearson, neyman;  // infinite?
};

TEST(DensityIntegrals, DivergenceIsDecidedFromTails) {
  const std::vector<TailCase> cases = {
      {"normal(0,1)", "normal(0,1.41)", false, false},
      {"normal(0,1)", "normal(0,1.4143)", false, true},   // variance just above 2
      {"normal(0,1)", "normal(5,0.7072)", false, false},  // just above 1/2
      {"normal(0,1)", "normal(0,0.707)", true, false},
      {"normal(0,1)", "normal(0,30)", false, true},
      {"laplace(0,1)", "normal(0,100)", true, false},
      {"normal(0,1)", "laplace(0,1)", false, true},
      {"laplace(0,1)", "laplace(0,1.9)", false, false},
      {"laplace(0,1)", "laplace(0,2)", false, true},  // q²/p tends to a constant
      {"laplace(0,1)", "laplace(0,2.1)", false, true},
      {"laplace(0,1)", "logistic(0,1)", false, false},
      {"exponential(1)", "exponential(2)", true, false},
      {"exponential(1)", "exponential(1.99)", false, false},
      // One component with a wide tail decides, however light.
      {"mixture(0.999999*normal(0,1),0.000001*normal(0,2))", "normal(0,1)", true, false},
      {"normal(0,1)", "mixture(0.999999*normal(0,1),0.000001*normal(0,3))", false, true},
      {"mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(2,1)", false, false},
      {"mixture(0.5*normal([0,0],[[1,0],[0,1]]),0.5*normal([1,1],[[1,0],[0,5]]))",
       "normal([0,0],[[1,0],[0,1]])", true, false},
      {"mixture(0.5*normal([0,0],[[1,0],[0,1]]),0.5*normal([1,1],[[1,0],[0,1]]))",
       "normal([0,0],[[1,0],[0,1]])", false, false},
      {"laplace([0,0],[1,1])", "normal([0,0],[[9,0],[0,9]])", true, false},
      {"laplace([0,0],[1,1])", "laplace([0,0],[1,0.4])", true, false}};
  for (const auto& c : cases) {
    const auto p = parse_density(c.p), q = parse_density(c.q);
    EXPECT_EQ(power_integral_diverges(*p, *q, 2), c.pearson) << c.p << " " << c.q;
    EXPECT_EQ(power_integral_diverges(*p, *q, -1), c.neyman) << c.p << " " << c.q;
    EXPECT_EQ(power_integral_diverges(*q, *p, 2), c.neyman) << "swapped";
    if (p->dim() > 1) continue;
    const auto d = between(c.p, c.q);
    EXPECT_NEAR(d.mass_p + d.mass_q, 2.0, 1e-11);
    // Where it converges it may still be beyond doubles.
    EXPECT_TRUE(!c.pearson || d.pearson_chi2 == kInfinity) << c.p << " " << c.q;
    EXPECT_TRUE(!c.neyman || d.neyman_chi2 == kInfinity) << c.p << " " << c.q;
  }
}

TEST(DensityIntegrals, NearTheBoundaryTheValueIsStillExact) {
  for (const double sd : {0.7072, 0.71, 0.75}) {
    const double gap = 2 * sd * sd - 1, delta = 0.3;  // Pearson of N(0,1) from N(δ, sd²)
    const double truth = sd * sd / std::sqrt(gap) * std::exp(delta * delta / gap) - 1;
    const auto d = between("normal(0,1)", "normal(0.3," + number_text(sd) + ")");
    EXPECT_NEAR(d.pearson_chi2 / truth, 1.0, 1e-9) << sd;
  }
}

TEST(DensityIntegrals, FarApartNothingOverflowsToANumber) {
  const auto d = between("normal(0,1)", "normal(40,1)", {0.5, 2});
  EXPECT_NEAR(d.kl, 800, 1e-8);
  EXPECT_NEAR(d.jensen_shannon, kLn2, 1e-14);
  EXPECT_EQ(d.pearson_chi2, kInfinity) << "e^1600 is no double";
  EXPECT_NEAR(d.renyi[0], 200 * 2, 1e-8);
  EXPECT_NEAR(d.renyi[1], 1600, 1e-8);
  EXPECT_NEAR(between("normal(0,1)", "normal(20,1)").pearson_chi2 / std::expm1(400), 1, 1e-9);
}

TEST(DensityIntegrals, NarrowComponentsAreSeen) {
  const auto d = between("mixture(0.5*normal(0,1e-6),0.5*normal(3,1))", "normal(0,2)");
  EXPECT_NEAR(d.mass_p, 1.0, 1e-12);
  // Half of the mass at a point of q, to first order: its KL part in closed form.
  const double narrow =
      0.5 * (std::log(0.5) + gaussian_kl(*parse_density("normal(0,1e-6)")->gaussian(),
                                         *parse_density("normal(0,2)")->gaussian()));
  const double wide =
      0.5 * (std::log(0.5) + gaussian_kl(*parse_density("normal(3,1)")->gaussian(),
                                         *parse_density("normal(0,2)")->gaussian()));
  EXPECT_NEAR(d.kl, narrow + wide, 1e-3) << "the components hardly overlap";
}

TEST(DensityIntegrals, D4OrdersAreContinuousAndMonotone) {
  const auto d = between("mixture(0.3*normal(-1,1),0.7*laplace(1,1))", "logistic(0,1.2)",
                         {0.1, 0.5, 0.9, 1 - 1e-6, 1, 1 + 1e-6, 1.1, 0, 1e-6});
  for (std::size_t k = 1; k < 7; ++k) EXPECT_GE(d.renyi[k], d.renyi[k - 1] - 1e-9);
  EXPECT_NEAR(d.renyi[3], d.renyi[4], 1e-6);
  EXPECT_NEAR(d.renyi[5], d.renyi[4], 1e-6);
  EXPECT_NEAR(d.alpha[3], d.alpha[4], 1e-5);
  EXPECT_NEAR(d.alpha[7], d.reverse_kl, 1e-12);
  EXPECT_NEAR(d.alpha[8], d.reverse_kl, 1e-5);
  EXPECT_TRUE(std::isnan(d.renyi[7])) << "no divergence of order 0 here";
  EXPECT_NEAR(d.renyi[1], -2 * std::log1p(-d.squared_hellinger), 1e-11);
}

TEST(DensityIntegrals, D8ADroppedModeCostsTheReverseKlLittle) {
  const std::string whole = "mixture(0.3*normal(0,1),0.7*normal(9,1))";
  const auto d = between(whole, "normal(0,1)");
  EXPECT_LE(d.reverse_kl, -std::log(0.3));
  EXPECT_GT(d.kl, 20.0);
}

// D5, the chain of inequalities of section 3, on mixtures with pseudo-random parameters.
TEST(DensityIntegrals, D5TheInequalityChain) {
  CounterStream random(11, 0);
  for (int i = 0; i < 40; ++i) {
    const auto draw_mixture = [&] {
      std::string text = "mixture(";
      const double w = random.uniform(0.05, 0.95);
      for (int k = 0; k < 2; ++k) {
        text += (k ? "," : "") + number_text(k ? 1 - w : w) + "*normal(" +
                number_text(random.uniform(-3, 3)) + "," + number_text(random.uniform(0.2, 2)) +
                ")";
      }
      return text + ")";
    };
    const std::string p = draw_mixture(), q = draw_mixture();
    const auto d = between(p, q, {2});
    const auto line = line_distances(*parse_density(p), *parse_density(q));
    constexpr double e = 1e-9;
    const double tv = d.total_variation, h = d.squared_hellinger;
    EXPECT_LE(d.le_cam / 4, d.jensen_shannon + e) << p << " " << q;
    EXPECT_LE(d.jensen_shannon, kLn2 / 2 * d.le_cam + e);
    EXPECT_LE(h, tv + e);
    EXPECT_LE(tv, std::sqrt(h * (2 - h)) + e);
    EXPECT_LE(tv * tv, d.kl / 2 + e);
    EXPECT_LE(tv * tv, -std::expm1(-d.kl) + e);
    EXPECT_LE(d.jensen_shannon, kLn2 * tv + e);
    EXPECT_LE(d.kl, std::log1p(d.pearson_chi2) + e);
    EXPECT_LE(line.wasserstein1, std::sqrt(line.wasserstein2_squared) + e);
  }
}

// D11: the bounded divergences as averages over the mixture M = (P + Q) / 2.
TEST(DensityIntegrals, D11FormulasUnderTheMixture) {
  const auto p = parse_density("laplace(0,1)"), q = parse_density("normal(1,0.8)");
  const auto d = integrate_divergences(*p, *q, {});
  auto points = density_breakpoints({*p, *q});
  for (int i = -200; i <= 200; ++i) points.push_back(0.1 * i);
  double js = kLn2, tv = 0, le_cam = 0, h2 = 1;
  // A plain composite rule, so that nothing is shared with the code under test.
  std::sort(points.begin(), points.end());
  for (std::size_t i = 1; i < points.size(); ++i) {
    constexpr int kPieces = 40;
    const double width = (points[i] - points[i - 1]) / kPieces;
    for (int k = 0; k < kPieces; ++k) {
      const double x = points[i - 1] + (k + 0.5) * width;
      const double a = std::exp(p->log_density(x)), b = std::exp(q->log_density(x));
      const double m = 0.5 * (a + b) * width, D = a / (a + b);
      if (a + b == 0) continue;
      js += m * (x_log_x(D) + x_log_x(1 - D));
      tv += m * std::fabs(2 * D - 1);
      le_cam += 2 * m * (2 * D - 1) * (2 * D - 1);
      h2 -= m * 2 * std::sqrt(D * (1 - D));
    }
  }
  EXPECT_NEAR(js, d.jensen_shannon, 1e-6);
  EXPECT_NEAR(tv, d.total_variation, 1e-6);
  EXPECT_NEAR(le_cam, d.le_cam, 1e-6);
  EXPECT_NEAR(h2, d.squared_hellinger, 1e-6);
}

TEST(DensityIntegrals, DW21AnInfiniteValueIsNeverNanOrALargeNumber) {
  const auto d = between("normal(0,1)", "uniform(-1,1)", {0.5, 1, 2, -1, 0});
  EXPECT_EQ(d.kl, kInfinity);
  EXPECT_EQ(d.pearson_chi2, kInfinity);
  EXPECT_TRUE(std::isfinite(d.reverse_kl));
  EXPECT_TRUE(std::isfinite(d.neyman_chi2));
  EXPECT_TRUE(std::isfinite(d.alpha[0]));
  EXPECT_EQ(d.alpha[1], kInfinity);
  EXPECT_EQ(d.alpha[2], kInfinity);
  EXPECT_TRUE(std::isfinite(d.alpha[3]));
  EXPECT_NEAR(d.alpha[4], d.reverse_kl, 1e-12);
}

TEST(DensityIntegrals, ThreeDimensionsAreRefused) {
  const auto p = parse_density("uniform([0,0,0],[1,1,1])");
  EXPECT_THROW(integrate_divergences(*p, *p, {}), Error);
  EXPECT_THROW(between("normal(0,1)", "uniform([0,0],[1,1])"), Error);
}

}  // namespace
}  // namespace elbow
