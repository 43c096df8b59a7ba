#include "math/statistics/subsampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

double scaled_se(std::span<const double> values, double fraction) {
  return std::sqrt(fraction / (1.0 - fraction) * sample_variance(values));
}

}  // namespace

std::size_t subsample_size(std::size_t n, const SubsamplingOptions& options) {
  return static_cast<std::size_t>(std::pow(static_cast<double>(n), options.exponent));
}

std::vector<std::size_t> random_subset(std::size_t n, std::size_t b, CounterStream& random) {
  if (b > n) throw Error("A subset of " + std::to_string(b) + " needs as many points.");
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < b; ++i) {
    std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(n - i))]);
  }
  order.resize(b);
  return order;
}

double subsampling_se(std::size_t n, CounterStream& random,
                      const std::function<double(std::span<const std::size_t>)>& statistic,
                      const SubsamplingOptions& options) {
  const std::size_t b = subsample_size(n, options);
  if (b < 2 || b >= n) throw Error("Subsampling needs more points.");
  std::vector<double> values(options.repeats);
  for (double& value : values) value = statistic(random_subset(n, b, random));
  return scaled_se(values, static_cast<double>(b) / static_cast<double>(n));
}

double subsampling_se(std::size_t n, std::size_t m, CounterStream& random,
                      const std::function<double(std::span<const std::size_t>,
                                                 std::span<const std::size_t>)>& statistic,
                      const SubsamplingOptions& options) {
  const std::size_t least = std::min(n, m), b = subsample_size(least, options);
  if (b < 2 || b >= least) throw Error("Subsampling needs more points.");
  const double fraction = static_cast<double>(b) / static_cast<double>(least);
  const auto part = [fraction](std::size_t size) {
    return static_cast<std::size_t>(std::lround(fraction * static_cast<double>(size)));
  };
  std::vector<double> values(options.repeats);
  for (double& value : values) {
    value = statistic(random_subset(n, part(n), random), random_subset(m, part(m), random));
  }
  return scaled_se(values, fraction);
}

void add_subsampled_se(Estimate& result, bool wanted, std::size_t n, std::int64_t k,
                       std::uint64_t seed, const std::function<double(CounterStream&)>& se) {
  if (!wanted) {
    result.note = "standard error not asked for";
  } else if (subsample_size(n, {}) <= static_cast<std::size_t>(2 * (k + 1))) {
    result.note = "too few points for a standard error by subsampling";
  } else {
    CounterStream random(seed, 0);
    result.se = se(random);
  }
}

}  // namespace elbow
