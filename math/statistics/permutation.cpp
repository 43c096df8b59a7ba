#include "math/statistics/permutation.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace elbow {

double permutation_p_value(double observed, std::span<const double> null_values) {
  const auto reached = std::count_if(null_values.begin(), null_values.end(),
                                     [observed](double v) { return v >= observed; });
  return (1.0 + static_cast<double>(reached)) / (1.0 + static_cast<double>(null_values.size()));
}

std::vector<std::size_t> random_permutation(std::size_t n, CounterStream& random) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) {
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  }
  return order;
}

PermutationTest permutation_test(std::size_t n, std::size_t m, std::size_t repeats,
                                 CounterStream& random, const TwoSampleStatistic& statistic) {
  if (n < 1 || m < 1 || repeats < 1) {
    throw Error("A permutation test needs two samples and at least one permutation.");
  }
  std::vector<std::size_t> order(n + m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto evaluate = [&] {
    const std::span<const std::size_t> all(order);
    return statistic(all.first(n), all.subspan(n));
  };
  PermutationTest test{.observed = evaluate()};
  for (std::size_t r = 0; r < repeats; ++r) {
    order = random_permutation(n + m, random);
    test.null_values.push_back(evaluate());
  }
  test.p_value = permutation_p_value(test.observed, test.null_values);
  return test;
}

}  // namespace elbow
