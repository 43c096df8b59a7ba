#include "math/estimators/entropy.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/subsampling.h"

namespace elbow {
namespace {

double entropy_value(const PointsView& points, const EntropyOptions& options) {
  std::vector<double> logs = kth_distances_within(points, options.k, options.norm);
  if (std::find(logs.begin(), logs.end(), 0.0) != logs.end()) {
    throw Error(
        "A neighbour estimate met equal points (a distance of 0): it is for continuous data. Drop "
        "the duplicates, add a small jitter, or use a larger k.");
  }
  for (double& v : logs) v = std::log(v);
  const double ball = options.norm == Norm::euclidean ? log_unit_ball(points.dim())
                                                      : log_unit_cube_ball(points.dim());
  return digamma(static_cast<double>(points.size())) - digamma(static_cast<double>(options.k)) +
         ball + static_cast<double>(points.dim()) * mean(logs);
}

}  // namespace

Estimate kozachenko_leonenko(const PointsView& points, const EntropyOptions& options) {
  require_points(points, 2, "A neighbour estimate of the entropy");
  Estimate result{.value = entropy_value(points, options), .bias = Bias::unknown};
  const auto n = static_cast<std::size_t>(points.size());
  const auto value = [&](auto subset) { return entropy_value(select(points, subset), options); };
  add_subsampled_se(result, options.standard_error, n, options.k, options.seed,
                    [&](CounterStream& random) { return subsampling_se(n, random, value); });
  return result;
}

namespace estimators::entropy {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "kozachenko_leonenko",
       .quantity = "entropy",
       .summary = "Differential entropy from k-th nearest neighbours",
       .equation = R"(\psi(n)-\psi(k)+\ln c_d+\frac dn\sum_i\ln\rho_k(i))",
       .unicode = "h ≈ ψ(n) − ψ(k) + ln c_d + (d/n) Σ ln ρ_k",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "asymptotically unbiased; above some ten dimensions biased up at any usual n",
       .standard_error = "subsampling without replacement, b = n^0.8",
       .cost = "O(n² d)",
       .confused_with =
           "the entropy of a discrete law: this one may be negative and moves with the unit",
       .reference = "Kozachenko & Leonenko 1987"}};
}

}  // namespace estimators::entropy
}  // namespace elbow
