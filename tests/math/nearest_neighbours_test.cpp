#include "math/nearest_neighbours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/point_selection.h"

namespace elbow {
namespace {

Points cloud(std::int64_t n, std::int64_t d, std::uint64_t seed) {
  CounterStream random(seed, 0);
  Points points(n, d);
  for (std::int64_t i = 0; i < n * d; ++i) points.row(0)[i] = random.normal();
  return points;
}

TEST(NearestNeighbours, AgreeWithSortedDistances) {
  const Points x = cloud(20, 3, 1), y = cloud(15, 3, 2);
  for (const Norm norm : {Norm::euclidean, Norm::maximum}) {
    const std::vector<double> found = kth_distances(x, y, 4, norm);
    for (std::int64_t i = 0; i < 20; ++i) {
      std::vector<double> all;
      for (std::int64_t j = 0; j < 15; ++j) {
        double squares = 0.0, largest = 0.0;
        for (int c = 0; c < 3; ++c) {
          const double delta = std::fabs(x.row(i)[c] - y.row(j)[c]);
          squares += delta * delta;
          largest = std::max(largest, delta);
        }
        all.push_back(norm == Norm::euclidean ? std::sqrt(squares) : largest);
      }
      std::sort(all.begin(), all.end());
      EXPECT_DOUBLE_EQ(found[static_cast<std::size_t>(i)], all[3]);
    }
  }
}

TEST(NearestNeighbours, LeaveOutThePointItselfButNotItsDuplicates) {
  const Points x({0.0, 0.0, 3.0}, 1);
  EXPECT_EQ(kth_distances_within(x, 1), (std::vector<double>{0.0, 0.0, 3.0}));
  EXPECT_EQ(kth_distances_within(x, 2), (std::vector<double>{3.0, 3.0, 3.0}));
  EXPECT_THROW(kth_distances_within(x, 3), Error);
  EXPECT_THROW(kth_distances(x, x, 0), Error);
  EXPECT_THROW(kth_distances(x, Points({1.0, 2.0}, 2), 1), Error);
}

// Where |x|^2 + |y|^2 - 2 xy would have no digit left.
TEST(NearestNeighbours, KeepTheirDigitsFarFromTheOrigin) {
  const Points x({1e8, 1e8 + 1.0, 1e8 + 3.0}, 1);
  EXPECT_EQ(kth_distances_within(x, 1), (std::vector<double>{1.0, 1.0, 2.0}));
}

TEST(PointSelection, DividesWithoutLossOrRepetition) {
  Points x(10, 1);
  for (int i = 0; i < 10; ++i) x.row(i)[0] = i;
  CounterStream random(3, 0);
  const Division parts = divide(x, 0.3, random);
  EXPECT_EQ(parts.first.size(), 3);
  std::vector<double> all;
  for (std::int64_t i = 0; i < 3; ++i) all.push_back(parts.first.row(i)[0]);
  for (std::int64_t i = 0; i < 7; ++i) all.push_back(parts.second.row(i)[0]);
  std::sort(all.begin(), all.end());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
}

TEST(CountWithin, ClosedBallsByHand) {
  const Points queries({0.0, 0.0, 3.0, 0.0}, 2), references({0.0, 1.0, 2.0, 0.0, 3.0, 4.0}, 2);
  EXPECT_EQ(count_within(queries, references, {1.0, 4.0}), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(count_within(queries, references, {2.0, 0.5}), (std::vector<std::int64_t>{2, 0}));
  EXPECT_THROW(count_within(queries, references, {1.0}), Error);
}

}  // namespace
}  // namespace elbow
