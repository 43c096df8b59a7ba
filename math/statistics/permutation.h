// Permutation tests of the hypothesis that two samples come from one distribution.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "math/threefry.h"

namespace elbow {

/// (1 + number of null values >= observed) / (1 + R): a valid p-value for any R, never 0.
/// Source: Phipson & Smyth 2010, "Permutation p-values should never be zero".
double permutation_p_value(double observed, std::span<const double> null_values);

/// A shuffled copy of 0, ..., n - 1 (Fisher and Yates).
std::vector<std::size_t> random_permutation(std::size_t n, CounterStream& random);

struct PermutationTest {
  double observed = 0.0;
  double p_value = 1.0;
  std::vector<double> null_values = {};
};

/// `statistic(first, second)` takes indices into the pooled sample, where 0, ..., n - 1 are the
/// first set and n, ..., n + m - 1 the second. Large values speak against equality.
using TwoSampleStatistic =
    std::function<double(std::span<const std::size_t> first, std::span<const std::size_t> second)>;
PermutationTest permutation_test(std::size_t n, std::size_t m, std::size_t repeats,
                                 CounterStream& random, const TwoSampleStatistic& statistic);

}  // namespace elbow
