#include "math/estimators/floor.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "core/error.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/permutation.h"

namespace elbow {
namespace {

void require_sizes(const PointsView& reals, std::int64_t n, std::int64_t m, std::int64_t splits) {
  require_points(reals, 2, "The floor of a metric");
  if (splits < 1) throw Error("The floor of a metric needs at least one split.");
  if (n < 1 || m < 1 || n + m > reals.size()) {
    throw Error("The floor of a metric between " + std::to_string(n) + " and " + std::to_string(m) +
                " real points needs as many disjoint ones; there are " +
                std::to_string(reals.size()) + ", which gives two sets of " +
                std::to_string(reals.size() / 2) + " at most.");
  }
}

}  // namespace

Floor two_sample_floor(const PointsView& reals, std::int64_t n, std::int64_t m, std::int64_t splits,
                       const TwoSampleMetric& metric, CounterStream& random) {
  require_sizes(reals, n, m, splits);
  const bool disjoint = splits * (n + m) <= reals.size();
  std::vector<std::size_t> order;
  Floor floor;
  for (std::int64_t s = 0; s < splits; ++s) {
    if (s == 0 || !disjoint) {
      order = random_permutation(static_cast<std::size_t>(reals.size()), random);
    }
    const std::span<const std::size_t> indices =
        std::span(order).subspan(disjoint ? static_cast<std::size_t>(s * (n + m)) : 0);
    const Points first = select(reals, indices.first(static_cast<std::size_t>(n)));
    const Points second =
        select(reals, indices.subspan(static_cast<std::size_t>(n), static_cast<std::size_t>(m)));
    floor.values.push_back(metric(first, second));
  }
  std::sort(floor.values.begin(), floor.values.end());
  floor.mean = {.value = mean(floor.values), .bias = Bias::none};
  if (splits == 1) {
    floor.mean.note = "no standard error from one split";
    return floor;
  }
  floor.sd = std::sqrt(sample_variance(floor.values));
  if (disjoint) {
    floor.mean.se = floor.sd / std::sqrt(static_cast<double>(splits));
  } else {
    floor.mean.note = "no standard error: the splits share points";
  }
  return floor;
}

namespace estimators::floor {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "two_sample_floor",
       .quantity = "floor of a two-sample metric",
       .summary = "The same metric between two real sets of the same sizes.",
       .equation =
           R"(\mathbb E\,d(\hat P_n,\hat P'_m),\quad \hat P_n,\hat P'_m\text{ from one distribution})",
       .unicode = "E d(P̂ₙ, P̂′ₘ), both samples of one distribution",
       .unit = "that of the metric",
       .bias = Bias::none,
       .bias_note = "for the mean over splits",
       .standard_error = "sd/√splits over disjoint splits; none where splits share points",
       .cost = "splits × the metric",
       .confused_with = "0: most metrics are not 0 between two samples of one distribution",
       .reference = "Lopez-Paz & Oquab 2017; Theis et al. 2016, section 4"}};
}

}  // namespace estimators::floor
}  // namespace elbow
