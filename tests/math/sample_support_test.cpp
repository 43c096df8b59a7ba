#include "math/sample_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "core/error.h"
#include "math/threefry.h"
#include "tests/support/normal_points.h"

namespace elbow {
namespace {

using ::testing::HasSubstr;

Points normal(std::int64_t n, std::int64_t d, std::uint64_t stream, double mean = 0.0,
              double sd = 1.0) {
  CounterStream random(31, stream);
  Points points(n, d);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) points.row(i)[j] = mean + sd * random.normal();
  }
  return points;
}

/// Row i of the result is made of row i.
Points mapped(const PointsView& points, std::int64_t d,
              const std::function<void(const double*, double*)>& map) {
  Points result(points.size(), d);
  for (std::int64_t i = 0; i < points.size(); ++i) map(points.row(i), result.row(i));
  return result;
}

double distance(const Points& points, std::int64_t a, std::int64_t b) {
  double sum = 0.0;
  for (std::int64_t j = 0; j < points.dim(); ++j) {
    sum += std::pow(points.row(a)[j] - points.row(b)[j], 2);
  }
  return std::sqrt(sum);
}

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(CommonCoordinates, ThePooledSampleHasMeanZeroAndCovarianceOne) {
  const Points p = normal(40, 3, 1), q = normal(60, 3, 2, 1.0, 2.0);
  const CommonCoordinates c = common_coordinates(p, q);
  ASSERT_EQ(c.rank, 3);
  for (int a = 0; a < 3; ++a) {
    double first = 0.0;
    for (int i = 0; i < 40; ++i) first += c.p.row(i)[a];
    for (int i = 0; i < 60; ++i) first += c.q.row(i)[a];
    EXPECT_NEAR(first, 0.0, 1e-11);
    for (int b = 0; b <= a; ++b) {
      double second = 0.0;
      for (int i = 0; i < 40; ++i) second += c.p.row(i)[a] * c.p.row(i)[b];
      for (int i = 0; i < 60; ++i) second += c.q.row(i)[a] * c.q.row(i)[b];
      EXPECT_NEAR(second / 99.0, a == b ? 1.0 : 0.0, 1e-12);
    }
  }
}

// Shift, units, rotation, constants and dependent columns leave all distances as they were.
TEST(CommonCoordinates, AffineMapsAndSurplusColumnsDoNotShow) {
  const Points p = normal(50, 2, 3), q = normal(30, 2, 4, 0.5);
  const auto map = [](const double* x, double* y) {
    y[0] = 1000.0 + 3.0 * x[0];
    y[1] = 7.7;
    y[2] = 1e-4 * (0.6 * x[0] - 0.8 * x[1]);
    y[3] = y[0] - 5.0 * y[2];
    y[4] = y[2];
  };
  const CommonCoordinates plain = common_coordinates(p, q);
  const CommonCoordinates moved = common_coordinates(mapped(p, 5, map), mapped(q, 5, map));
  ASSERT_EQ(plain.rank, 2);
  ASSERT_EQ(moved.rank, 2);
  for (int i = 1; i < 30; ++i) {
    EXPECT_NEAR(distance(moved.p, 0, i), distance(plain.p, 0, i), 1e-8);
    EXPECT_NEAR(distance(moved.q, 0, i), distance(plain.q, 0, i), 1e-8);
  }
}

TEST(CommonCoordinates, MoreColumnsThanPointsAndNoneThatVaries) {
  const Points p = normal(4, 30, 5), q = normal(5, 30, 6);
  const CommonCoordinates c = common_coordinates(p, q);
  EXPECT_EQ(c.rank, 8);  // N - 1
  EXPECT_NEAR(distance(c.p, 0, 1), distance(c.q, 2, 3), 1e-9);
  const Points same(std::vector<double>(8, 0.1), 2);
  EXPECT_EQ(common_coordinates(same, same).rank, 0);
  EXPECT_THROW(common_coordinates(p, same), Error);
}

TEST(AffineRank, RoundingIsNoDimension) {
  const Points p = normal(100, 2, 7, 1000.0);
  const auto single = [](const double* x, double* y) {  // as a file of float32 holds it
    y[0] = static_cast<float>(x[0] - 1000.0);
    y[1] = static_cast<float>(x[1] - 1000.0);
    y[2] = static_cast<float>(y[0] + 0.3 * y[1]);
  };
  EXPECT_EQ(affine_rank(mapped(p, 3, single)), 2);
  // A ridge of 1e-4 of its length is one.
  const auto ridge = [](const double* x, double* y) {
    y[0] = x[0];
    y[1] = x[0] + 1e-4 * x[1];
  };
  EXPECT_EQ(affine_rank(mapped(p, 2, ridge)), 2);
}

TEST(Ties, SharesWithinAndAcross) {
  const Points p({1.0, 2.0, 2.0, 3.0}, 1), q({3.0, 4.0, 4.0, 4.0, 5.0}, 1);
  const Ties ties = count_ties(p, q);
  EXPECT_DOUBLE_EQ(ties.within_p, 0.5);
  EXPECT_DOUBLE_EQ(ties.within_q, 0.6);
  EXPECT_DOUBLE_EQ(ties.across, 2.0 / 9.0);
  EXPECT_FALSE(ties.same_sample);
  EXPECT_TRUE(count_ties(p, Points({2.0, 3.0, 1.0, 2.0}, 1)).same_sample);
  EXPECT_FALSE(count_ties(p, Points({2.0, 3.0, 1.0, 1.0}, 1)).same_sample);
  EXPECT_DOUBLE_EQ(
      count_ties(Points(std::vector<double>{0.0}, 1), Points(std::vector<double>{-0.0}, 1)).across,
      1.0);
}

TEST(Ties, RowsAreComparedNotColumns) {
  const Points p({1.0, 0.0, 1.0, 1.0, 2.0, 0.0}, 2), q({5.0, 1.0}, 2);
  EXPECT_DOUBLE_EQ(count_ties(p, q).within_p, 0.0);
}

TEST(Mixing, TouchingAndApart) {
  const Points p({0.0, 1.0, 2.0, 9.4}, 1), q({9.0, 10.0, 20.0}, 1);
  const Mixing some = mix(p, q);
  EXPECT_EQ(some.of_p, 1);
  EXPECT_EQ(some.of_q, 2);
  EXPECT_TRUE(mix(normal(50, 2, 8), normal(50, 2, 9, 40.0)).apart());
  const Mixing same = mix(normal(400, 2, 10), normal(400, 2, 11));
  EXPECT_NEAR(static_cast<double>(same.of_p), 200.0, 60.0);
}

TEST(CommonDensity, SaysWhatSpeaksAgainstOne) {
  const auto refusal = [](const Points& p, const Points& q) {
    return message_of([&] { require_common_density(p, q, "This"); });
  };
  const Points p = normal(60, 2, 12), q = normal(60, 2, 13, 1.0);
  EXPECT_EQ(refusal(p, q), "no error");
  EXPECT_THAT(refusal(p, p), HasSubstr("This needs two independent samples; these are the same"));
  Points shared = q;
  for (int i = 0; i < 3; ++i) std::copy_n(p.row(i), 2, shared.row(i));
  EXPECT_THAT(refusal(p, shared), HasSubstr("5 % of the points are in both"));
  Points twice = p;
  std::copy_n(p.row(0), 2, twice.row(1));
  EXPECT_THAT(refusal(twice, q), HasSubstr("3.33 % and of Q 0 % occur more than once"));
  const auto line = [](const double* x, double* y) { y[0] = x[0], y[1] = 2.0 * x[0]; };
  EXPECT_THAT(refusal(mapped(p, 2, line), q), HasSubstr("the points of P span 1 of the 2"));
  EXPECT_THAT(refusal(q, mapped(p, 2, line)), HasSubstr("the points of Q span 1 of the 2"));
  EXPECT_EQ(refusal(mapped(p, 2, line), mapped(q, 2, line)), "no error");
  EXPECT_THAT(refusal(normal(9, 5, 14), normal(60, 5, 15)),
              HasSubstr("2 points of each sample for each of the 5 dimensions"));
}

// F^-1 of Pareto laws: ‖x‖ = U^-k has the tail index k.
TEST(TailIndex, FindsTheIndexOfParetoLaws) {
  for (const double k : {0.2, 1.0}) {
    CounterStream random(41, 1);
    std::vector<double> values;
    for (int i = 0; i < 4000; ++i) {
      values.push_back((i % 2 == 0 ? 1.0 : -1.0) * std::pow(random.uniform(), -k));
    }
    const Points points(values, 1);
    const double error = (1.0 + k) / std::sqrt(3.0 * std::sqrt(4000.0));
    EXPECT_NEAR(tail_index(points).value().value, k, 4.0 * error);
    EXPECT_EQ(moment_in_doubt(points, normal(4000, 1, 16), 2.0), k > 0.5);
  }
  EXPECT_FALSE(moment_in_doubt(normal(4000, 1, 17), normal(4000, 1, 18), 4.0));
  EXPECT_FALSE(tail_index(normal(24, 1, 19)));
  EXPECT_FALSE(tail_index(Points(std::vector<double>(50, 3.0), 1)));
}

TEST(UnseenDensity, IsToldFromOneThatIsSeen) {
  const auto note = [](const Points& p, const Points& q) {
    return unseen_density_note(common_coordinates(p, q), 5);
  };
  const Points narrow = normal(500, 2, 20), wide = normal(500, 2, 21, 0.0, 2.0);
  EXPECT_EQ(note(narrow, normal(500, 2, 22)), "");
  EXPECT_EQ(note(narrow, wide), "");
  EXPECT_THAT(note(wide, narrow), HasSubstr("too few points to show its density"));
}

}  // namespace
}  // namespace elbow
