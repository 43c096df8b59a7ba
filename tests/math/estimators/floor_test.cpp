#include "math/estimators/floor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "math/estimators/wasserstein.h"
#include "tests/support/coverage.h"
#include "tests/support/normal_points.h"

namespace elbow::testing {
namespace {

Points counted(std::int64_t n) {
  Points p(n, 1);
  for (std::int64_t i = 0; i < n; ++i) *p.row(i) = static_cast<double>(i);
  return p;
}

TEST(Floor, DisjointSplitsUseEachPointOnce) {
  std::multiset<double> seen;
  const auto metric = [&](const PointsView& p, const PointsView& q) {
    EXPECT_EQ(p.size(), 3);
    EXPECT_EQ(q.size(), 2);
    for (const double v : p.all()) seen.insert(v);
    for (const double v : q.all()) seen.insert(v);
    return static_cast<double>(seen.size());
  };
  CounterStream random(1, 1);
  const Floor floor = two_sample_floor(counted(20), 3, 2, 4, metric, random);
  EXPECT_EQ(std::set<double>(seen.begin(), seen.end()).size(), 20u);
  EXPECT_EQ(floor.values, (std::vector<double>{5, 10, 15, 20}));
  EXPECT_DOUBLE_EQ(floor.mean.value, 12.5);
  EXPECT_DOUBLE_EQ(floor.sd, std::sqrt(125.0 / 3.0));
  EXPECT_DOUBLE_EQ(*floor.mean.se, floor.sd / 2.0);
}

TEST(Floor, OverlappingSplitsClaimNoError) {
  const auto metric = [](const PointsView& p, const PointsView& q) {
    std::set<double> distinct(p.all().begin(), p.all().end());
    distinct.insert(q.all().begin(), q.all().end());
    EXPECT_EQ(distinct.size(), 10u);  // the two sets of one split share no point
    return p.at(0, 0);
  };
  CounterStream random(1, 2);
  const Floor floor = two_sample_floor(counted(10), 5, 5, 8, metric, random);
  EXPECT_FALSE(floor.mean.se.has_value());
  EXPECT_FALSE(floor.mean.note.empty());
  EXPECT_GT(floor.sd, 0.0);
  EXPECT_TRUE(std::is_sorted(floor.values.begin(), floor.values.end()));
  EXPECT_FALSE(two_sample_floor(counted(10), 5, 5, 1, metric, random).mean.se.has_value());
}

TEST(Floor, Errors) {
  const auto metric = [](const PointsView&, const PointsView&) { return 0.0; };
  CounterStream random(1, 3);
  EXPECT_THROW(two_sample_floor(counted(10), 6, 5, 1, metric, random), Error);
  EXPECT_THROW(two_sample_floor(counted(10), 5, 5, 0, metric, random), Error);
  EXPECT_THROW(two_sample_floor(counted(10), 0, 5, 1, metric, random), Error);
  EXPECT_THROW(two_sample_floor(Points({0, NAN}, 1), 1, 1, 1, metric, random), Error);
}

// W1 between two samples of N(0, I), n = 1000, d = 16: 3.16.
TEST(FloorSlow, Wasserstein1InSixteenDimensions) {
  const auto metric = [](const PointsView& p, const PointsView& q) {
    return wasserstein1(p, q).value;
  };
  CounterStream random(1, 4);
  const Floor floor =
      two_sample_floor(normal_points(6000, 16, 2, 1), 1000, 1000, 3, metric, random);
  EXPECT_NEAR(floor.mean.value, 3.16, 0.02);
}

TEST(FloorStatistical, IntervalsCoverTheFloor) {
  const auto metric = [](const PointsView& p, const PointsView& q) {
    return wasserstein1(p, q).value;
  };
  const auto all = repeated_estimates([&](std::uint64_t r) {
    CounterStream random(3, r);
    return two_sample_floor(normal_points(2000, 1, 4, r), 20, 20, 50, metric, random).mean;
  });
  EXPECT_NEAR(coverage_of_mean(all), 0.95, 0.04);
}

}  // namespace
}  // namespace elbow::testing
