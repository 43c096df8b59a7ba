#include "math/divergences/f_divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "math/densities/families.h"
#include "math/divergences/quadrature.h"
#include "math/numeric.h"

namespace elbow {
namespace {

std::vector<FDivergence> all_rows() {
  auto rows = f_divergences();
  for (const double a : {-1.0, 0.0, 0.3, 0.5, 1.0, 2.0, 3.5}) {
    rows.push_back(alpha_divergence(a));
    rows.back().name += " " + std::to_string(a);
  }
  return rows;
}

struct FDivergenceRow : ::testing::TestWithParam<int> {
  FDivergence row = all_rows()[static_cast<std::size_t>(GetParam())];
};

TEST_P(FDivergenceRow, TheConjugateIsTheSupremumOverU) {
  for (const double v : {-3.0, -1.0, -0.2, 0.0, 0.4, 1.5}) {
    const double t = row.activation(v), conjugate = row.conjugate(t);
    ASSERT_LE(t, row.domain_end) << row.name;
    double best = -kInfinity;
    for (double log_u = -14; log_u <= 14; log_u += 1e-3) {
      const double u = std::exp(log_u);
      best = std::fmax(best, u * t - row.f(u));
    }
    EXPECT_GE(conjugate, best - 1e-9 * (1 + std::fabs(best))) << row.name << " v " << v;
    EXPECT_LE(conjugate, best + 1e-5 * (1 + std::fabs(best))) << row.name << " v " << v;
  }
}

TEST_P(FDivergenceRow, TheStableFormIsTheConjugateOfTheActivation) {
  for (const double v : {-5.0, -0.7, 0.0, 0.3, 2.0, 6.0}) {
    const double plain = row.conjugate(row.activation(v));
    EXPECT_NEAR(row.conjugate_of_output(v), plain, 1e-10 * (1 + std::fabs(plain)))
        << row.name << " v " << v;
  }
}

TEST_P(FDivergenceRow, ValueSlopeAndCurvatureAtOneAreThoseOfTheGenerator) {
  EXPECT_NEAR(row.f(1.0), row.at_one, 1e-15) << row.name;
  if (!row.curvature_at_one) return;
  const double h = 1e-4, up = row.f(1 + h), down = row.f(1 - h);
  EXPECT_NEAR((up - down) / (2 * h), row.slope_at_one, 1e-7) << row.name;
  EXPECT_NEAR((up - 2 * row.f(1) + down) / (h * h), *row.curvature_at_one, 1e-6) << row.name;
}

// Directly from f(u), with the linear part taken off.
TEST_P(FDivergenceRow, TheExcessIsTheGeneratorWithoutItsLinearPart) {
  for (const double log_p : {-40.0, -2.0, 0.3}) {
    for (const double r : {-6.0, -0.6, -0.4, -1e-3, 2e-4, 0.0, 0.3, 0.7, 5.0}) {
      const double u = std::exp(r), q = std::exp(log_p - r);
      const double direct = q * (row.f(u) - row.at_one - row.slope_at_one * (u - 1));
      EXPECT_NEAR(row.excess(log_p, log_p - r), direct, 1e-13 * q * (1 + std::pow(u, 3.5) + 1 / u))
          << row.name << " r " << r;
      EXPECT_GE(row.excess(log_p, log_p - r), 0.0);
    }
  }
}

TEST_P(FDivergenceRow, NearEqualityAllAreOneGame) {
  if (!row.curvature_at_one) return;
  for (const double r : {1e-3, 1e-6, 1e-9}) {  // D_f -> f''(1) / 2 chi^2
    EXPECT_NEAR(row.excess(0.0, -r) / (0.5 * *row.curvature_at_one * r * r), 1.0, 5 * r + 1e-6)
        << row.name << " " << r;
  }
}

// Young: u t <= f(u) + f*(t), with equality at t = f'(u), here by a finite difference.
TEST_P(FDivergenceRow, YoungsInequalityIsTightAtTheDerivative) {
  if (!row.curvature_at_one) return;
  for (const double u : {0.3, 0.9, 1.7}) {
    const double t = (row.f(u + 1e-6) - row.f(u - 1e-6)) / 2e-6;
    EXPECT_NEAR(u * t, row.f(u) + row.conjugate(t), 1e-8) << row.name << " " << u;
    EXPECT_LE(u * (t - 0.05), row.f(u) + row.conjugate(t - 0.05) + 1e-12) << row.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, FDivergenceRow,
                         ::testing::Range(0, static_cast<int>(all_rows().size())));

// Column A of the table: p = N(0,1), q = N(1,1), by the generator itself.
TEST(FDivergence, TheColumnOfPairA) {
  const std::map<std::string, double> truth = {
      {"kl", 0.5},
      {"reverse_kl", 0.5},
      {"pearson_chi2", std::exp(1) - 1},
      {"neyman_chi2", std::exp(1) - 1},
      {"jeffreys", 1.0},
      {"squared_hellinger_2", 2 * (1 - std::exp(-0.125))},
      {"jensen_shannon", 2 * 0.1114214821854},
      {"gan", -1.16345139675},
      {"total_variation", std::erf(0.5 / std::numbers::sqrt2)},
      {"le_cam", 0.408108531267}};
  const auto p = make_normal(0, 1), q = make_normal(1, 1);
  for (const FDivergence& row : f_divergences()) {
    const auto integrand = [&](double x) {
      const double log_q = q->log_density(x);
      return std::exp(log_q) * row.f(std::exp(p->log_density(x) - log_q));
    };
    const double by_generator = integrate(integrand, {-12, -3, 0, 0.5, 1, 4, 13});
    const double by_excess =
        row.at_one +
        integrate([&](double x) { return row.excess(p->log_density(x), q->log_density(x)); },
                  {-12, -3, 0, 0.5, 1, 4, 13});
    EXPECT_NEAR(by_generator, truth.at(row.name), 1e-10) << row.name;
    EXPECT_NEAR(by_excess, truth.at(row.name), 1e-10) << row.name;
  }
}

// The variational bound is tight at T = g(v) with g(v) = f'(p/q), and below for other critics.
TEST(FDivergence, NoCriticGoesBeyondTheDivergence) {
  const auto p = make_normal(0, 1), q = make_normal(1, 1);
  for (const FDivergence& row : all_rows()) {
    const auto bound = [&](double slope) {
      return integrate(
          [&](double x) {
            const double v = slope * (0.5 - x);  // ln p/q = 1/2 - x
            return std::exp(p->log_density(x)) * row.activation(v) -
                   std::exp(q->log_density(x)) * row.conjugate_of_output(v);
          },
          {-8, -2, 0, 0.5, 1, 3, 9});
    };
    const double truth =
        row.at_one +
        integrate([&](double x) { return row.excess(p->log_density(x), q->log_density(x)); },
                  {-12, -3, 0, 0.5, 1, 4, 13});
    for (const double slope : {-1.0, 0.3, 1.0, 2.0}) {
      EXPECT_LE(bound(slope), truth + 1e-9) << row.name << " slope " << slope;
    }
  }
}

TEST(FDivergence, AlphaMeetsItsNeighbours) {
  const double p = -1.0, q = -1.7;
  EXPECT_NEAR(alpha_divergence(2).excess(p, q), 0.5 * f_divergence("pearson_chi2").excess(p, q),
              1e-16);
  EXPECT_NEAR(alpha_divergence(-1).excess(p, q), 0.5 * f_divergence("neyman_chi2").excess(p, q),
              1e-15);
  EXPECT_NEAR(alpha_divergence(0.5).excess(p, q),
              2 * f_divergence("squared_hellinger_2").excess(p, q), 1e-15);
  EXPECT_NEAR(alpha_divergence(1 + 1e-6).excess(p, q), f_divergence("kl").excess(p, q), 1e-6);
  EXPECT_NEAR(alpha_divergence(-1e-6).excess(p, q), f_divergence("reverse_kl").excess(p, q), 1e-6);
  EXPECT_THROW(alpha_divergence(kInfinity), Error);
  EXPECT_THROW(f_divergence("pearson"), Error);
}

TEST(FDivergence, OutsideTheSupportEachHasItsLimit) {
  const double log_p = std::log(0.7), none = -kInfinity;
  const std::map<std::string, std::pair<double, double>> limits = {
      // p > 0 = q: p f'(inf) without the linear part; q > 0 = p: q f(0) likewise
      {"kl", {kInfinity, 0.7}},
      {"reverse_kl", {0.7, kInfinity}},
      {"pearson_chi2", {kInfinity, 0.7}},
      {"neyman_chi2", {0.7, kInfinity}},
      {"jeffreys", {kInfinity, kInfinity}},
      {"squared_hellinger_2", {0.7, 0.7}},
      {"jensen_shannon", {0.7 * kLn2, 0.7 * kLn2}},
      {"gan", {0.7 * kLn2, 0.7 * kLn2}},
      {"total_variation", {0.35, 0.35}},
      {"le_cam", {0.7, 0.7}}};
  for (const FDivergence& row : f_divergences()) {
    const double first = row.excess(log_p, none), second = row.excess(none, log_p);
    const auto [a, b] = limits.at(row.name);
    EXPECT_TRUE(first == a || std::fabs(first - a) < 1e-15) << row.name << " " << first;
    EXPECT_TRUE(second == b || std::fabs(second - b) < 1e-15) << row.name << " " << second;
  }
  EXPECT_NEAR(alpha_divergence(0.5).excess(log_p, none), 1.4, 1e-15);
  EXPECT_EQ(alpha_divergence(2).excess(log_p, none), kInfinity);
  EXPECT_EQ(alpha_divergence(-1).excess(none, log_p), kInfinity);
}

TEST(FDivergence, LambertsEquationIsSolvedAtAnySize) {
  for (const double s : {-700.0, -30.0, -1.0, 0.0, 1.0, 1e3, 1e9}) {
    const double w = lambert_w_exp(s);
    EXPECT_NEAR(w + std::log(w), s, 1e-12 * std::fmax(1, std::fabs(s))) << s;
  }
  EXPECT_EQ(f_divergence("jeffreys").conjugate(2000), kInfinity);
  EXPECT_NEAR(f_divergence("jeffreys").conjugate(0), 0.0, 1e-15);
}

// Wrong variants of the table: what must tell them apart from ours.
TEST(FDivergence, PlantedErrorsAreCaught) {
  // Pearson with p in the denominator is Neyman: they differ on pair B.
  const double p = 0.0, q = -1.2;
  EXPECT_GT(std::fabs(f_divergence("pearson_chi2").excess(p, q) -
                      f_divergence("neyman_chi2").excess(p, q)),
            0.1);
  // The row called JS is twice the divergence of this program.
  const double disjoint = f_divergence("jensen_shannon").excess(0.0, -kInfinity);
  EXPECT_NEAR(disjoint, kLn2, 1e-15) << "each side gives ln 2: 2 ln 2 in all";
  // A conjugate without its constant is no supremum.
  const auto wrong = [](double t) { return std::exp(t); };
  EXPECT_GT(std::fabs(wrong(1.0) - f_divergence("kl").conjugate(1.0)), 1.0);
}

}  // namespace
}  // namespace elbow
