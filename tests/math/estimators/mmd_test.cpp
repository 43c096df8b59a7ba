#include "math/estimators/mmd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/error.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

std::vector<Kernel> all_kernels() {
  return {Kernel::rbf({0.7, 2.0}), Kernel::inverse_multiquadric({1.0, 4.0}), Kernel::polynomial(3),
          Kernel::negative_distance()};
}

/// The U-statistic as it is written, without the cross term's diagonal if `drop` (DW3), and with
/// the traces put back over m(m-1) if `trace` (DW1).
double plain_u(const Points& x, const Points& y, const Kernel& k, bool drop = false,
               bool trace = false) {
  const std::int64_t n = x.size(), m = y.size(), d = x.dim();
  double xx = 0.0, yy = 0.0, xy = 0.0, pairs = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) xx += i != j || trace ? k(x.row(i), x.row(j), d) : 0.0;
  }
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < m; ++j) yy += i != j || trace ? k(y.row(i), y.row(j), d) : 0.0;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < m; ++j) {
      if (drop && i == j) continue;
      xy += k(x.row(i), y.row(j), d);
      pairs += 1.0;
    }
  }
  const auto count = [](std::int64_t c) { return static_cast<double>(c * (c - 1)); };
  return xx / count(n) + yy / count(m) - 2.0 * xy / pairs;
}

TEST(Mmd, D40FixturesF2F3F4) {
  const Kernel k = Kernel::rbf({1.0});
  const Points a({0, 1, 3}, 1), b({.5, 2, 5}, 1);
  EXPECT_NEAR(mmd2_biased(a, b, k).value, 0.176838812158, 1e-12);
  EXPECT_NEAR(mmd2_unbiased(a, b, k).value, -0.368852691322, 1e-12);
  EXPECT_NEAR(plain_u(a, b, k, true), -0.193287499919, 1e-12);  // DW3
  const Points c({0, 1, 3, 4.5}, 1), d({.5, 2, 5, 7}, 1);
  EXPECT_NEAR(mmd2_unbiased(c, d, k).value, -0.274506190037, 1e-12);
  EXPECT_NEAR(mmd2_biased(c, d, k).value, 0.160868997338, 1e-12);
  EXPECT_NEAR(u_variance(gram_sums(c, d, k)), -0.0691699073403, 1e-12);
  const Points x({0, 0, 1, 0, 0, 2}, 2), y({1, 1, 2, 0, 0, 0}, 2);
  EXPECT_NEAR(mmd2_biased(x, y, k).value, 0.18904623118, 1e-11);
  EXPECT_NEAR(mmd2_unbiased(x, y, k).value, -0.289282090248, 1e-12);
}

TEST(Mmd, D40FixtureF6) {
  const Points a({0, 1, 2}, 1), b({-1, 1, 3}, 1);
  EXPECT_NEAR(kernel_distance(a, b).value, -211.0 / 3.0, 1e-10);
  const Points x({0, 0, 1, 0, 0, 2}, 2), y({1, 1, 2, 0, 0, 0, 1, -1}, 2);
  EXPECT_NEAR(kernel_distance(x, y).value, -0.625, 1e-12);
}

TEST(Mmd, EveryKernelAgainstTheWrittenSums) {
  for (const Kernel& kernel : all_kernels()) {
    for (const std::int64_t d : {1, 3}) {
      const Points x = normal_points(37, d, 1, 1), y = normal_points(20, d, 1, 2, 0.5);
      const double plain = plain_u(x, y, kernel);
      EXPECT_NEAR(mmd2_unbiased(x, y, kernel).value, plain, 1e-12 * (1.0 + std::fabs(plain)));
    }
  }
}

TEST(Mmd, KernelsByTheirFormulas) {
  const double x[] = {1.0, 2.0}, y[] = {0.0, 4.0};  // ‖x - y‖² = 5, x·y = 8
  EXPECT_NEAR(Kernel::rbf({1.0, 2.0})(x, y, 2), std::exp(-2.5) + std::exp(-0.625), 1e-15);
  EXPECT_NEAR(Kernel::inverse_multiquadric({2.0})(x, y, 2), 2.0 / 7.0, 1e-15);
  EXPECT_NEAR(Kernel::polynomial(3)(x, y, 2), 125.0, 1e-12);
  EXPECT_NEAR(Kernel::negative_distance()(x, y, 2), -std::sqrt(5.0), 1e-15);
}

TEST(Mmd, D41BiasedIsNotNegativeAndConverts) {
  for (const Kernel& kernel : {Kernel::rbf({0.5, 1.0}), Kernel::inverse_multiquadric({1.0})}) {
    const Points x = normal_points(15, 2, 2, 1), y = normal_points(23, 2, 2, 2);
    EXPECT_GE(mmd2_biased(x, y, kernel).value, 0.0);
    EXPECT_NEAR(mmd2_biased(x, x, kernel).value, 0.0, 1e-12);
    const GramSums s = gram_sums(x, y, kernel);
    const double n = 15.0, k0 = s.diagonal_xx / n;
    const double v = (s.total_xx + s.diagonal_xx) / (n * n), u = s.total_xx / (n * (n - 1.0));
    EXPECT_NEAR(u, (n * v - k0) / (n - 1.0), 1e-12);
  }
}

/// U² minus the average of h h' over disjoint index sets: the unbiased variance by its definition.
double variance_by_enumeration(const Points& x, const Points& y, const Kernel& k) {
  const std::int64_t n = x.size(), m = y.size(), d = x.dim();
  const auto xx = [&](std::int64_t i, std::int64_t j) { return k(x.row(i), x.row(j), d); };
  const auto yy = [&](std::int64_t i, std::int64_t j) { return k(y.row(i), y.row(j), d); };
  const auto h = [&](std::int64_t i, std::int64_t j, std::int64_t a, std::int64_t b) {
    const auto xy = [&](std::int64_t p, std::int64_t q) { return k(x.row(p), y.row(q), d); };
    return xx(i, j) + yy(a, b) - 0.5 * (xy(i, a) + xy(i, b) + xy(j, a) + xy(j, b));
  };
  const auto distinct = [](std::int64_t count) {
    std::vector<std::array<std::int64_t, 4>> all;
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < count; ++j) {
        for (std::int64_t p = 0; p < count; ++p) {
          for (std::int64_t q = 0; q < count; ++q) {
            if (i != j && i != p && i != q && j != p && j != q && p != q)
              all.push_back({i, j, p, q});
          }
        }
      }
    }
    return all;
  };
  double product = 0.0, count = 0.0;
  for (const auto& [i, j, p, q] : distinct(n)) {
    for (const auto& [a, b, e, f] : distinct(m)) {
      product += h(i, j, a, b) * h(p, q, e, f);
      count += 1.0;
    }
  }
  const double u = plain_u(x, y, k);
  return u * u - product / count;
}

TEST(Mmd, D43VarianceByEnumeration) {
  for (const Kernel& kernel : all_kernels()) {
    for (const auto& [n, m] :
         {std::pair<std::int64_t, std::int64_t>{4, 4}, {5, 4}, {4, 6}, {5, 5}}) {
      for (const std::int64_t d : {1, 2}) {
        const Points x = normal_points(n, d, 3, 1), y = normal_points(m, d, 3, 2, 1.0);
        const double expected = variance_by_enumeration(x, y, kernel);
        EXPECT_NEAR(u_variance(gram_sums(x, y, kernel)), expected,
                    1e-10 * (1.0 + std::fabs(expected)));
      }
    }
  }
}

TEST(Mmd, LinearTimeByHand) {
  const Kernel k = Kernel::negative_distance();
  const Points x({0, 1, 5, 2, 9}, 1), y({3, 7, 4, 4, 1, 2}, 1);
  // Pairs (0,1 | 3,7) and (5,2 | 4,4); the fifth points are left over.
  // -1 - 4 + 7 + 2 = 4; -3 - 0 + 1 + 2 = 0.
  const Estimate e = mmd2_linear(x, y, k);
  EXPECT_NEAR(e.value, 2.0, 1e-14);
  EXPECT_NEAR(*e.se, 2.0, 1e-14);
  EXPECT_FALSE(mmd2_linear(Points({0, 1}, 1), Points({3, 4}, 1), k).se.has_value());
}

TEST(Mmd, MedianDistance) {
  EXPECT_DOUBLE_EQ(median_distance(Points({0, 1, 3}, 1)), 2.0);
  const Points x = normal_points(500, 50, 4, 1);
  EXPECT_NEAR(median_distance(x), std::sqrt(2.0 * 50.0), 0.2);
  EXPECT_THROW(median_distance(Points({1, 1, 1}, 1)), Error);
  EXPECT_THROW(median_distance(Points(std::vector{1.0}, 1)), Error);
}

TEST(Mmd, D72LargeOffsetChangesNothing) {
  const Points x = normal_points(30, 2, 5, 1), y = normal_points(30, 2, 5, 2, 0.3);
  const Kernel k = Kernel::rbf({1.0});
  EXPECT_NEAR(mmd2_unbiased(moved(x, 1e6), moved(y, 1e6), k).value, mmd2_unbiased(x, y, k).value,
              1e-9);
}

TEST(Mmd, ExtremesAndErrors) {
  const Kernel k = Kernel::rbf({1.0});
  const Points one(std::vector{1.0}, 1), two({0, 4}, 1), three({0, 1, 3}, 1);
  EXPECT_THROW(mmd2_unbiased(one, two, k), Error);
  EXPECT_NEAR(mmd2_biased(one, one, k).value, 0.0, 1e-15);
  const Estimate few = mmd2_unbiased(two, three, k);
  EXPECT_FALSE(few.se.has_value());
  EXPECT_FALSE(few.note.empty());
  EXPECT_EQ(few.bias, Bias::none);
  EXPECT_EQ(mmd2_biased(two, three, k).bias, Bias::upper);
  // F3's variance estimate is negative: no error is claimed.
  EXPECT_FALSE(
      mmd2_unbiased(Points({0, 1, 3, 4.5}, 1), Points({.5, 2, 5, 7}, 1), k).se.has_value());
  const Points same({1, 1, 1, 1, 1}, 1);
  EXPECT_NEAR(mmd2_unbiased(same, same, k).value, 0.0, 1e-14);
  const Points far = moved(same, 1e200);
  EXPECT_NEAR(mmd2_unbiased(same, far, k).value, 2.0, 1e-14);
  EXPECT_THROW(mmd2_unbiased(same, far, Kernel::polynomial(3)), Error);
  EXPECT_FALSE(mmd2_biased(moved(three, 0.0), three, Kernel::polynomial(3)).se.has_value());
  EXPECT_THROW(mmd2_unbiased(two, normal_points(2, 2, 1, 1), k), Error);
  EXPECT_THROW(mmd2_unbiased(Points({0, NAN}, 1), two, k), Error);
  EXPECT_THROW(Kernel::rbf({}), Error);
  EXPECT_THROW(Kernel::rbf({0.0}), Error);
  EXPECT_THROW(Kernel::inverse_multiquadric({-1.0}), Error);
  EXPECT_THROW(Kernel::polynomial(0), Error);
}

TEST(Mmd, PermutationStatisticsAreThoseOfTheRelabelledSets) {
  const Points x = normal_points(9, 2, 6, 1), y = normal_points(5, 2, 6, 2, 2.0);
  for (const Kernel& kernel : all_kernels()) {
    CounterStream random(7, 1);
    const PermutationTest test = mmd_permutation_test(x, y, kernel, 99, random);
    EXPECT_NEAR(test.observed, plain_u(x, y, kernel), 1e-11 * (1.0 + std::fabs(test.observed)));
    EXPECT_EQ(test.null_values.size(), 99u);
  }
  // On a line by sorting: the same as in the plane with a constant second coordinate.
  Points line(9, 1), other(5, 1), flat(9, 2), other_flat(5, 2);
  for (std::int64_t i = 0; i < 9; ++i) *line.row(i) = flat.row(i)[0] = x.row(i)[0];
  for (std::int64_t i = 0; i < 5; ++i) *other.row(i) = other_flat.row(i)[0] = y.row(i)[0];
  *line.row(3) = flat.row(3)[0] = *line.row(4) = flat.row(4)[0];
  CounterStream one(7, 4), two(7, 4);
  const Kernel energy = Kernel::negative_distance();
  const PermutationTest sorted = mmd_permutation_test(line, other, energy, 50, one);
  const PermutationTest pairs = mmd_permutation_test(flat, other_flat, energy, 50, two);
  EXPECT_NEAR(sorted.observed, pairs.observed, 1e-13);
  for (std::size_t r = 0; r < 50; ++r) {
    EXPECT_NEAR(sorted.null_values[r], pairs.null_values[r], 1e-13);
  }
  CounterStream random(7, 2);
  const Points apart = moved(x, 50.0);
  EXPECT_NEAR(mmd_permutation_test(x, apart, Kernel::rbf({1.0}), 999, random).p_value, 0.001,
              1e-12);
  CounterStream ties(7, 3);
  const Points same({1, 1, 1, 1}, 1);
  EXPECT_EQ(mmd_permutation_test(same, same, Kernel::rbf({1.0}), 50, ties).p_value, 1.0);
  EXPECT_THROW(mmd_permutation_test(x, y, Kernel::rbf({1.0}), 0, random), Error);
}

// --- in expectation ---

/// MMD² of N(m1, s1² I) and N(m2, s2² I) with distance² of the means, summed over bandwidths.
double normal_mmd2(double distance2, double v1, double v2, double d,
                   const std::vector<double>& hs) {
  double total = 0.0;
  for (const double h : hs) {
    const auto mean_kernel = [&](double s, double delta2) {
      return std::pow(h * h / (h * h + s), 0.5 * d) * std::exp(-delta2 / (2.0 * (h * h + s)));
    };
    total += mean_kernel(2.0 * v1, 0.0) + mean_kernel(2.0 * v2, 0.0) -
             2.0 * mean_kernel(v1 + v2, distance2);
  }
  return total;
}

TEST(Mmd, D42ClosedFormsOfPairsAAndB) {
  const double h[] = {0.5, 1.0, 2.0, 5.0};
  const double a[] = {0.1328417314, 0.1772676349, 0.1305669242, 0.0353109432};
  const double b[] = {0.1106225876, 0.1594704837, 0.1325675582, 0.0370737287};
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(normal_mmd2(1.0, 1.0, 1.0, 1.0, {h[i]}), a[i], 1e-10);
    EXPECT_NEAR(normal_mmd2(1.0, 1.0, 4.0, 1.0, {h[i]}), b[i], 1e-10);
  }
  EXPECT_NEAR(normal_mmd2(1.0, 1.0, 1.0, 1.0, {0.5, 1.0, 2.0, 5.0}), 0.4759872337, 1e-10);
}

struct Simulated {
  double mean = 0.0, variance = 0.0, count = 0.0;
  double z(double truth) const { return (mean - truth) / std::sqrt(variance / count); }
};
template <class Draw>
Simulated simulate(std::uint64_t repetitions, const Draw& draw) {
  std::vector<double> values;
  for (std::uint64_t r = 0; r < repetitions; ++r) values.push_back(draw(r));
  return {mean(values), sample_variance(values), static_cast<double>(repetitions)};
}

TEST(MmdStatistical, D42UnbiasedMeans) {
  for (const Kernel& k :
       {Kernel::rbf({0.5}), Kernel::rbf({2.0}), Kernel::rbf({0.5, 1.0, 2.0, 5.0})}) {
    const auto u = [&](double shift, double sd) {
      return simulate(2000, [&](std::uint64_t r) {
        return mmd2_unbiased(normal_points(64, 1, 11, 2 * r),
                             normal_points(64, 1, 11, 2 * r + 1, shift, sd), k)
            .value;
      });
    };
    EXPECT_LE(std::fabs(u(1.0, 1.0).z(normal_mmd2(1.0, 1.0, 1.0, 1.0, k.scales))), 4.0);
    EXPECT_LE(std::fabs(u(1.0, 2.0).z(normal_mmd2(1.0, 1.0, 4.0, 1.0, k.scales))), 4.0);
    EXPECT_LE(std::fabs(u(0.0, 1.0).z(0.0)), 4.0);
  }
}

TEST(MmdStatistical, DW1AndDW17WrongMeansAreSeen) {
  const Kernel k = Kernel::rbf({1.0});
  const auto draw = [&](bool trace, bool clip) {
    return simulate(500, [&](std::uint64_t r) {
      const double u = plain_u(normal_points(64, 1, 12, 2 * r), normal_points(64, 1, 12, 2 * r + 1),
                               k, false, trace);
      return clip ? std::max(u, 0.0) : u;
    });
  };
  EXPECT_LE(std::fabs(draw(false, false).z(0.0)), 4.0);
  EXPECT_GT(draw(true, false).z(0.0), 4.0);
  EXPECT_NEAR(draw(true, false).mean, 2.0 / 63.0, 0.002);
  EXPECT_GT(draw(false, true).z(0.0), 4.0);
}

/// DW2: powers of m in place of the falling factorials of the within and cross parts.
double wrong_variance(const GramSums& s) {
  const auto m = static_cast<double>(s.n);
  const auto squares = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  const auto within = [&](const std::vector<double>& rows, double total, double q) {
    return 2.0 / (m * m * (m - 1.0) * (m - 1.0)) * (2.0 * squares(rows, rows) - q) -
           (4.0 * m - 6.0) / std::pow(m * (m - 1.0), 3) * total * total;
  };
  return within(s.rows_xx, s.total_xx, s.squares_xx) + within(s.rows_yy, s.total_yy, s.squares_yy) +
         4.0 * (m - 2.0) / (std::pow(m, 3) * (m - 1.0) * (m - 1.0)) *
             (squares(s.rows_xy, s.rows_xy) + squares(s.columns_xy, s.columns_xy)) -
         4.0 * (m - 3.0) / (std::pow(m, 3) * (m - 1.0) * (m - 1.0)) * s.squares_xy -
         (8.0 * m - 12.0) / (std::pow(m, 5) * (m - 1.0)) * s.total_xy * s.total_xy +
         8.0 / (std::pow(m, 3) * (m - 1.0)) *
             ((s.total_xx + s.total_yy) * s.total_xy / m - squares(s.rows_xx, s.rows_xy) -
              squares(s.rows_yy, s.columns_xy));
}

struct VarianceCase {
  std::int64_t m, d;
  double h, shift, tabulated;
};

TEST(MmdStatistical, D43VarianceIsUnbiasedAtTheNullToo) {
  for (const VarianceCase& c :
       {VarianceCase{12, 1, 1.0, 0.0, 4.2e-3}, VarianceCase{12, 1, 1.0, 1.0, 2.7e-2},
        VarianceCase{128, 10, std::sqrt(20.0), 0.0, 4.1e-6},
        VarianceCase{128, 10, std::sqrt(20.0), 1.0, 5.1e-5}}) {
    const std::uint64_t repetitions = c.m == 12 ? 8000 : 2000;
    std::vector<double> values, claimed, wrong;
    for (std::uint64_t r = 0; r < repetitions; ++r) {
      Points y = normal_points(c.m, c.d, 13, 2 * r + 1);
      for (std::int64_t i = 0; i < c.m; ++i) y.row(i)[0] += c.shift;
      const GramSums s = gram_sums(normal_points(c.m, c.d, 13, 2 * r), y, Kernel::rbf({c.h}));
      values.push_back(u_statistic(s));
      claimed.push_back(u_variance(s));
      wrong.push_back(wrong_variance(s));
    }
    // The sample variance's own error, by its fourth moment.
    const double variance = sample_variance(values), centre = mean(values);
    double fourth = 0.0;
    for (const double v : values) fourth += std::pow(v - centre, 4);
    const auto count = static_cast<double>(repetitions);
    const double se = std::sqrt((fourth / count - variance * variance) / count +
                                sample_variance(claimed) / count);
    EXPECT_LE(std::fabs(mean(claimed) - variance), 4.0 * se);
    EXPECT_NEAR(variance / c.tabulated, 1.0, 0.12);
    if (c.shift == 0.0) {
      EXPECT_GT(variance - mean(wrong), 4.0 * se);
    }
  }
}

TEST(MmdStatistical, D46KernelDistanceOfPairA) {
  const Simulated u = simulate(2000, [](std::uint64_t r) {
    return kernel_distance(normal_points(64, 1, 14, 2 * r),
                           normal_points(64, 1, 14, 2 * r + 1, 1.0))
        .value;
  });
  EXPECT_LE(std::fabs(u.z(22.0)), 4.0);
}

// Pair G1: covariances by their Cholesky factors.
TEST(MmdStatistical, D46KernelDistanceOfPairG1) {
  const Simulated u = simulate(2000, [](std::uint64_t r) {
    Points x = normal_points(64, 2, 15, 2 * r), y = normal_points(64, 2, 15, 2 * r + 1);
    for (std::int64_t i = 0; i < 64; ++i) {
      const double a = x.row(i)[0], b = x.row(i)[1];
      x.row(i)[0] = a;
      x.row(i)[1] = 1.0 + 0.4 * a + std::sqrt(0.84) * b;
      y.row(i)[0] = 1.0 + std::sqrt(1.5) * y.row(i)[0];
      y.row(i)[1] *= std::sqrt(0.8);
    }
    return kernel_distance(x, y).value;
  });
  EXPECT_LE(std::fabs(u.z(12.16375)), 4.0);
}

// DW15: the spread over overlapping random subsets says nothing of the error of their mean.
TEST(MmdStatistical, DW15SubsetSpreadIsNotAStandardError) {
  const auto sets = [](std::uint64_t r) {
    return std::pair{normal_points(200, 2, 21, 2 * r), normal_points(200, 2, 21, 2 * r + 1, 0.5)};
  };
  const double sd = std::sqrt(simulate(400, [&](std::uint64_t r) {
                                const auto [x, y] = sets(r);
                                return kernel_distance(x, y).value;
                              }).variance);
  const auto [x, y] = sets(1000);
  CounterStream random(22, 1);
  const Simulated subsets = simulate(400, [&](std::uint64_t) {
    const auto a = random_permutation(200, random), b = random_permutation(200, random);
    return kernel_distance(select(x, std::span(a).first(100)), select(y, std::span(b).first(100)))
        .value;
  });
  EXPECT_LT(std::sqrt(subsets.variance / 400.0), 0.2 * sd);
  EXPECT_NEAR(*kernel_distance(x, y).se / sd, 1.0, 0.4);
}

TEST(MmdStatistical, D47PermutationLevelsAreUniformAtTheNull) {
  std::vector<double> p;
  for (std::uint64_t r = 0; r < 1000; ++r) {
    CounterStream random(16, r);
    p.push_back(mmd_permutation_test(normal_points(12, 2, 17, 2 * r),
                                     normal_points(15, 2, 17, 2 * r + 1), Kernel::rbf({1.0}), 99,
                                     random)
                    .p_value);
  }
  for (const double level : {0.05, 0.1, 0.5, 0.9}) {
    const double share = static_cast<double>(std::count_if(
                             p.begin(), p.end(), [&](double v) { return v <= level + 1e-9; })) /
                         1000.0;
    EXPECT_LE(std::fabs(share - level), 4.0 * std::sqrt(level * (1.0 - level) / 1000.0));
  }
}

TEST(MmdStatistical, D48RatesOfTheSpread) {
  const Kernel k = Kernel::rbf({1.0});
  const auto sd = [&](std::int64_t n, double shift) {
    return std::sqrt(simulate(1500, [&](std::uint64_t r) {
                       return mmd2_unbiased(normal_points(n, 1, 18, 2 * r),
                                            normal_points(n, 1, 18, 2 * r + 1, shift), k)
                           .value;
                     }).variance);
  };
  EXPECT_NEAR(std::log(sd(256, 0.0) / sd(32, 0.0)) / std::log(8.0), -1.0, 0.1);
  EXPECT_NEAR(std::log(sd(256, 1.0) / sd(32, 1.0)) / std::log(8.0), -0.5, 0.1);
}

TEST(MmdStatistical, IntervalsCoverTheTruth) {
  const Kernel k = Kernel::rbf({1.0});
  const double truth = normal_mmd2(2.0, 1.0, 4.0, 2.0, k.scales);
  const auto draw = [&](const auto& estimator, std::int64_t n, std::int64_t m) {
    return repeated_estimates([&](std::uint64_t r) {
      return estimator(normal_points(n, 2, 19, 2 * r), normal_points(m, 2, 19, 2 * r + 1, 1.0, 2.0),
                       k);
    });
  };
  EXPECT_NEAR(coverage(draw(mmd2_unbiased, 100, 100), truth), 0.95, 0.04);
  EXPECT_NEAR(coverage(draw(mmd2_unbiased, 60, 150), truth), 0.95, 0.04);
  EXPECT_NEAR(coverage(draw(mmd2_linear, 200, 200), truth), 0.95, 0.04);
  EXPECT_NEAR(coverage_of_mean(draw(mmd2_biased, 60, 150)), 0.95, 0.04);
  const auto null = repeated_estimates([&](std::uint64_t r) {
    return mmd2_linear(normal_points(200, 2, 20, 2 * r), normal_points(200, 2, 20, 2 * r + 1), k);
  });
  EXPECT_NEAR(coverage(null, 0.0), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow::testing
