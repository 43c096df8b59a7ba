#include "math/estimators/prdc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "math/distances.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/permutation.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

TEST(Prdc, D53FixtureF8) {
  const Points r({0, 1, 3, 7, 12}, 1), f({-2.6, .4, 2.2, 20, 20.9}, 1);
  const Prdc found = prdc(r, f, 1);
  EXPECT_NEAR(found.precision.value, 0.4, 1e-12);
  EXPECT_NEAR(found.recall.value, 0.6, 1e-12);
  EXPECT_NEAR(found.density.value, 0.6, 1e-12);
  EXPECT_NEAR(found.coverage.value, 0.6, 1e-12);
  EXPECT_TRUE(found.precision.se.has_value());
  const Prdc few = prdc(r, f, 2);  // half of 5 points is 2 of them: no second neighbour
  EXPECT_FALSE(few.precision.se.has_value());
  EXPECT_FALSE(few.precision.note.empty());
}

TEST(Prdc, F9CoverageNullFormula) {
  EXPECT_NEAR(coverage_null(3, 3, 1), 3.0 / 5.0, 1e-12);
  EXPECT_NEAR(coverage_null(4, 2, 2), 7.0 / 10.0, 1e-12);
  EXPECT_NEAR(coverage_null(20, 10, 3), 895.0 / 1218.0, 1e-12);
  EXPECT_NEAR(coverage_null(50, 200, 2), 2475.0 / 2573.0, 1e-12);
}

struct Plain {
  double precision = 0.0, recall = 0.0, density = 0.0, coverage = 0.0;
};

/// The definitions as they are written; `strict` false is DW22.
Plain plain(const Points& reals, const Points& fakes, std::size_t k, bool strict = true) {
  const auto radius = [&](const Points& p, std::int64_t i) {
    std::vector<double> all;
    for (std::int64_t j = 0; j < p.size(); ++j) {
      if (j != i) all.push_back(squared_distance(p.row(i), p.row(j), p.dim()));
    }
    std::sort(all.begin(), all.end());
    return all[k - 1];
  };
  const auto inside = [&](const Points& centres, std::int64_t i, const double* x) {
    const double d2 = squared_distance(centres.row(i), x, centres.dim());
    return strict ? d2 < radius(centres, i) : d2 <= radius(centres, i);
  };
  const auto n = static_cast<double>(reals.size()), m = static_cast<double>(fakes.size());
  Plain result;
  std::vector<double> hit_ball(static_cast<std::size_t>(reals.size()), 0.0);
  for (std::int64_t j = 0; j < fakes.size(); ++j) {
    double hits = 0.0;
    for (std::int64_t i = 0; i < reals.size(); ++i) {
      if (!inside(reals, i, fakes.row(j))) continue;
      hits += 1.0;
      hit_ball[static_cast<std::size_t>(i)] = 1.0;
    }
    result.precision += (hits > 0.0 ? 1.0 : 0.0) / m;
    result.density += hits / (static_cast<double>(k) * m);
  }
  for (const double hit : hit_ball) result.coverage += hit / n;
  for (std::int64_t i = 0; i < reals.size(); ++i) {
    bool any = false;
    for (std::int64_t j = 0; j < fakes.size(); ++j) any = any || inside(fakes, j, reals.row(i));
    result.recall += (any ? 1.0 : 0.0) / n;
  }
  return result;
}

/// The two halves of each of the 64 splits that `prdc` makes of n points.
std::vector<std::array<Points, 2>> splits(const Points& p, std::uint64_t stream) {
  CounterStream random(static_cast<std::uint64_t>(p.size()), stream);
  std::vector<std::array<Points, 2>> all;
  for (int s = 0; s < 64; ++s) {
    const auto order = random_permutation(static_cast<std::size_t>(p.size()), random);
    const std::span<const std::size_t> indices(order);
    const std::size_t half = order.size() / 2;
    all.push_back({select(p, indices.first(half)), select(p, indices.subspan(half))});
  }
  return all;
}

TEST(Prdc, ValuesAndErrorsByTheDefinitions) {
  const Points r = normal_points(43, 2, 1, 1), f = normal_points(37, 2, 1, 2, 0.5, 1.3);
  const Prdc found = prdc(r, f, 3);
  const Plain all = plain(r, f, 3);
  const auto real_splits = splits(r, 0), fake_splits = splits(f, 1);
  std::vector<std::array<Plain, 2>> halves;
  for (std::size_t s = 0; s < real_splits.size(); ++s) {
    halves.push_back({plain(real_splits[s][0], fake_splits[s][0], 3),
                      plain(real_splits[s][1], fake_splits[s][1], 3)});
  }
  const auto se = [&](double Plain::*member) {
    double squares = 0.0;
    for (const auto& [a, b] : halves) squares += std::pow(a.*member - b.*member, 2);
    return std::sqrt(squares / 64.0 / 4.0);
  };
  const auto expect_same = [&](const Estimate& estimate, double Plain::*member) {
    EXPECT_NEAR(estimate.value, all.*member, 1e-12);
    // Shares of n points: at least the half-width of Wilson's interval at 0 or 1, over 1.96.
    const double z = 1.959963984540054;
    const double n = static_cast<double>((member == &Plain::precision ? f : r).size());
    const double least = member == &Plain::density ? 0.0 : z / (n + z * z);
    EXPECT_NEAR(*estimate.se, std::max(se(member), least), 1e-12);
  };
  expect_same(found.precision, &Plain::precision);
  expect_same(found.recall, &Plain::recall);
  expect_same(found.density, &Plain::density);
  expect_same(found.coverage, &Plain::coverage);
}

TEST(Prdc, D53RolesSwapAndIdenticalSets) {
  const Points r = normal_points(60, 3, 2, 1), f = normal_points(50, 3, 2, 2, 0.3);
  EXPECT_EQ(prdc(r, f, 4).precision.value, prdc(f, r, 4).recall.value);
  EXPECT_EQ(prdc(r, f, 4).recall.value, prdc(f, r, 4).precision.value);
  const Prdc same = prdc(r, r, 5);
  EXPECT_EQ(same.precision.value, 1.0);
  EXPECT_EQ(same.recall.value, 1.0);
  EXPECT_EQ(same.coverage.value, 1.0);
}

// A duplicated real has radius 0 at k = 1: strictly nothing is nearer, not even a copy of it.
TEST(Prdc, DW22DuplicatesTellStrictFromNonStrict) {
  const Points r({0, 0, 5, 9}, 1), f({0, 0, 20, 30}, 1);
  EXPECT_EQ(prdc(r, f, 1).precision.value, 0.0);
  EXPECT_EQ(plain(r, f, 1).precision, 0.0);
  EXPECT_EQ(plain(r, f, 1, false).precision, 0.5);
}

TEST(Prdc, ExtremesAndErrors) {
  const Points r = normal_points(50, 2, 3, 1), far = moved(normal_points(50, 2, 3, 2), 1e6);
  const Prdc apart = prdc(r, far, 5);
  EXPECT_EQ(apart.precision.value, 0.0);
  EXPECT_EQ(apart.recall.value, 0.0);
  EXPECT_EQ(apart.density.value, 0.0);
  EXPECT_EQ(apart.coverage.value, 0.0);
  // None of 50 is not none at all.
  for (const Estimate& e : {apart.precision, apart.recall, apart.coverage}) {
    ASSERT_TRUE(e.se);
    EXPECT_NEAR(*e.se, 1.96 / (50.0 + 1.96 * 1.96), 1e-5);
  }
  EXPECT_FALSE(apart.density.se);
  EXPECT_THROW(prdc(Points({0, 1, 2}, 1), Points({0, 1, 2}, 1), 3), Error);
  EXPECT_THROW(prdc(r, far, 0), Error);
  EXPECT_THROW(prdc(r, normal_points(50, 3, 3, 2)), Error);
  EXPECT_THROW(prdc(Points({0, 1, NAN}, 1), Points({0, 1, 2}, 1), 1), Error);
}

Points uniform_points(std::int64_t n, std::int64_t d, std::uint64_t stream) {
  CounterStream random(4, stream);
  Points p(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < d; ++k) p.row(i)[k] = std::exp(2.0 * random.uniform());
  }
  return p;
}

TEST(PrdcStatistical, D54NullMeansForSeveralLaws) {
  for (const std::int64_t d : {1, 2, 8}) {
    for (const bool normal : {true, false}) {
      std::vector<double> density, coverage;
      for (std::uint64_t r = 0; r < 600; ++r) {
        const Points x = normal ? normal_points(20, d, 5, 2 * r) : uniform_points(20, d, 2 * r);
        const Points y =
            normal ? normal_points(10, d, 5, 2 * r + 1) : uniform_points(10, d, 2 * r + 1);
        const Prdc found = prdc(x, y, 3);
        density.push_back(found.density.value);
        coverage.push_back(found.coverage.value);
      }
      const auto z = [](const std::vector<double>& v, double truth) {
        return (mean(v) - truth) / std::sqrt(sample_variance(v) / static_cast<double>(v.size()));
      };
      EXPECT_LE(std::fabs(z(density, 1.0)), 4.0);
      EXPECT_LE(std::fabs(z(coverage, coverage_null(20, 10, 3))), 4.0);
    }
  }
}

TEST(PrdcStatistical, IntervalsCoverTheMean) {
  std::vector<Estimate> precision, recall, density, coverage;
  for (std::uint64_t r = 0; r < kCoverageRepetitions; ++r) {
    const Prdc found =
        prdc(normal_points(200, 8, 6, 2 * r), normal_points(200, 8, 6, 2 * r + 1, 0.5));
    precision.push_back(found.precision);
    recall.push_back(found.recall);
    density.push_back(found.density);
    coverage.push_back(found.coverage);
  }
  EXPECT_NEAR(coverage_of_mean(precision), 0.95, 0.04);
  EXPECT_NEAR(coverage_of_mean(recall), 0.95, 0.04);
  EXPECT_NEAR(coverage_of_mean(density), 0.95, 0.04);
  EXPECT_NEAR(coverage_of_mean(coverage), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow::testing
