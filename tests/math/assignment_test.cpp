#include "math/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "math/threefry.h"

namespace elbow {
namespace {

double least_by_enumeration(const std::vector<double>& cost, std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double least = 1e300;
  do {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += cost[i * n + order[i]];
    least = std::min(least, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

/// A permutation whose cost the potentials reach from below.
void expect_optimal(const std::vector<double>& cost, std::size_t n, const Assignment& found) {
  std::vector<int> used(n, 0);
  double dual = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    ++used[static_cast<std::size_t>(found.column_of_row[i])];
    dual += found.row[i] + found.column[i];
    for (std::size_t j = 0; j < n; ++j) {
      EXPECT_LE(found.row[i] + found.column[j], cost[i * n + j] + 1e-12);
    }
  }
  EXPECT_EQ(std::count(used.begin(), used.end(), 1), static_cast<std::ptrdiff_t>(n));
  EXPECT_NEAR(dual, found.cost, 1e-10 * (1.0 + std::fabs(found.cost)));
}

TEST(Assignment, AgreesWithEnumerationAndItsDual) {
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    CounterStream random(3, trial);
    const std::size_t n = 1 + trial % 7;
    std::vector<double> cost(n * n);
    for (double& value : cost) value = random.normal();
    const Assignment found = solve_assignment(cost, static_cast<std::int64_t>(n));
    EXPECT_NEAR(found.cost, least_by_enumeration(cost, n), 1e-12);
    expect_optimal(cost, n, found);
  }
}

TEST(Assignment, TiesAndConstantCosts) {
  for (const std::size_t n : {1u, 2u, 5u, 40u}) {
    std::vector<double> same(n * n, 0.3);
    expect_optimal(same, n, solve_assignment(same, static_cast<std::int64_t>(n)));
    CounterStream random(4, n);
    std::vector<double> few(n * n);
    for (double& value : few) value = static_cast<double>(random.below(3));
    expect_optimal(few, n, solve_assignment(few, static_cast<std::int64_t>(n)));
  }
}

TEST(Assignment, LargerRandomProblemsAreProvedByTheirDual) {
  for (const std::size_t n : {64u, 200u}) {
    CounterStream random(5, n);
    std::vector<double> cost(n * n);
    for (double& value : cost) value = random.uniform();
    expect_optimal(cost, n, solve_assignment(cost, static_cast<std::int64_t>(n)));
  }
}

// DW24: costs rounded to integers choose another permutation.
TEST(Assignment, DW24RoundedCostsAreNotOptimal) {
  const std::vector<double> cost{0.4, 0.6, 0.0, 0.4};  // identity .8, exchange .6
  std::vector<double> rounded;
  for (const double value : cost) rounded.push_back(std::round(value));
  const Assignment coarse = solve_assignment(rounded, 2), exact = solve_assignment(cost, 2);
  const auto value = [&](const Assignment& a) {
    return cost[static_cast<std::size_t>(a.column_of_row[0])] +
           cost[2 + static_cast<std::size_t>(a.column_of_row[1])];
  };
  EXPECT_DOUBLE_EQ(value(exact), 0.6);
  EXPECT_DOUBLE_EQ(value(coarse), 0.8);
}

}  // namespace
}  // namespace elbow
