#include "math/line_relabelling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/permutation.h"

namespace elbow {
namespace {

/// Count and sum of the points of one group so far, and Σ |x - y| over its pairs.
struct Group {
  double count = 0.0, sum = 0.0, pairs = 0.0;
  void add(double x) {
    pairs += x * count - sum;
    sum += x;
    count += 1.0;
  }
};

/// `first[i]`: the i-th of the sorted points is in the first group.
double statistic(const std::vector<double>& sorted, const std::vector<char>& first,
                 double all_pairs) {
  Group a, b;
  for (std::size_t i = 0; i < sorted.size(); ++i) (first[i] != 0 ? a : b).add(sorted[i]);
  const double across = all_pairs - a.pairs - b.pairs;
  return 2.0 * (across / (a.count * b.count) - a.pairs / (a.count * (a.count - 1.0)) -
                b.pairs / (b.count * (b.count - 1.0)));
}

}  // namespace

RelabelledStatistics relabelled_energy_on_a_line(const PointsView& p, const PointsView& q,
                                                 std::int64_t repetitions, CounterStream& random) {
  require_comparable(p, q, 2, "A permutation test");
  if (p.dim() != 1) throw Error("The energy distance by sorting is for points on a line.");
  if (repetitions < 1) throw Error("A permutation test needs at least one relabelling.");
  std::vector<double> values(p.all().begin(), p.all().end());
  values.insert(values.end(), q.all().begin(), q.all().end());
  const double centre = mean(values), spread = std::sqrt(2.0 * sample_variance(values));
  std::vector<std::size_t> order(values.size()), place(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&values](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> sorted(values.size());
  Group all;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted[i] = values[order[i]] - centre;
    all.add(sorted[i]);
  }
  const auto n = static_cast<std::size_t>(p.size());
  std::vector<char> first(values.size(), 0);
  for (std::size_t i = 0; i < n; ++i) first[place[i]] = 1;
  RelabelledStatistics result{.observed = statistic(sorted, first, all.pairs)};
  result.rounding = 1e-12 * spread;
  for (std::int64_t r = 0; r < repetitions; ++r) {
    const std::vector<std::size_t> relabelled = random_permutation(values.size(), random);
    std::fill(first.begin(), first.end(), char{0});
    for (std::size_t i = 0; i < n; ++i) first[place[relabelled[i]]] = 1;
    result.relabelled.push_back(statistic(sorted, first, all.pairs));
  }
  return result;
}

}  // namespace elbow
