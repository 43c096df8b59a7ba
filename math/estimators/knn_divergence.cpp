#include "math/estimators/knn_divergence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/intrinsic_dimension.h"
#include "math/nearest_neighbours.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/sample_support.h"
#include "math/statistics/pareto_tail.h"
#include "math/statistics/subsampling.h"

namespace elbow {
namespace {

std::int64_t cross_k(const KnnOptions& options) {
  return options.k_cross > 0 ? options.k_cross : options.k;
}

void require_positive(const std::vector<double>& distances) {
  if (std::find(distances.begin(), distances.end(), 0.0) == distances.end()) return;
  throw Error(
      "A neighbour estimate met as many equal points as it takes neighbours (a distance of 0): it "
      "is for laws with a density.");
}

// ln of (n - 1) rho^d / (m nu^d) for each x: ln q/p with the neighbours' noise.
std::vector<double> log_volume_ratios(const PointsView& p, const PointsView& q,
                                      const KnnOptions& options) {
  const std::vector<double> rho = kth_distances_within(p, options.k);
  const std::vector<double> nu = kth_distances(p, q, cross_k(options));
  require_positive(rho);
  require_positive(nu);
  const double d = static_cast<double>(p.dim());
  const double sizes =
      std::log(static_cast<double>(p.size() - 1)) - std::log(static_cast<double>(q.size()));
  std::vector<double> result(rho.size());
  for (std::size_t i = 0; i < rho.size(); ++i) {
    result[i] = sizes + d * (std::log(rho[i]) - std::log(nu[i]));
  }
  return result;
}

double kl_value(const PointsView& p, const PointsView& q, const KnnOptions& options) {
  return digamma(static_cast<double>(options.k)) - digamma(static_cast<double>(cross_k(options))) -
         mean(log_volume_ratios(p, q, options));
}

double alpha_value(const PointsView& p, const PointsView& q, double alpha,
                   const KnnOptions& options) {
  const double k = static_cast<double>(options.k), l = static_cast<double>(cross_k(options));
  std::vector<double> logs = log_volume_ratios(p, q, options);
  for (double& v : logs) v *= 1.0 - alpha;
  return std::exp(std::lgamma(k) + std::lgamma(l) - std::lgamma(k - alpha + 1.0) -
                  std::lgamma(l + alpha - 1.0) + log_mean_exp(logs));
}

using Value = std::function<double(const PointsView&, const PointsView&, const KnnOptions&)>;

constexpr char kWhat[] = "A neighbour estimate";
constexpr std::int64_t kMostDimensions = 5;  // beyond, the bias is of the size of the value
constexpr double kLeastDimension = 0.77;     // of the intrinsic dimension over the rank

CommonCoordinates neighbour_coordinates(const PointsView& p, const PointsView& q) {
  CommonCoordinates common = require_common_density(p, q, kWhat);
  require_mixing(common, kWhat);
  constexpr std::int64_t kGrowth = 10, kFewest = 50;
  for (const Points* sample : {&common.p, &common.q}) {
    if (sample->size() < kFewest) continue;
    const Estimate found = intrinsic_dimension(*sample, kGrowth);
    if (found.value + 2.0 * *found.se < kLeastDimension * static_cast<double>(common.rank)) {
      std::array<char, 32> text;
      std::snprintf(text.data(), text.size(), "%.1f", found.value);
      throw Error("A neighbour estimate is for laws with a density in the " +
                  std::to_string(common.rank) + " dimensions that the points span; the points of " +
                  (sample == &common.p ? "P" : "Q") + " lie as on a set of dimension " +
                  text.data() + ".");
    }
  }
  return common;
}

// Why no standard error is claimed; empty where it is.
std::string no_error(const CommonCoordinates& at, const KnnOptions& options) {
  if (!options.standard_error) return "standard error not asked for";
  if (at.rank > kMostDimensions) {
    return "in more than " + std::to_string(kMostDimensions) +
           " dimensions its bias has no known size: no standard error";
  }
  return unseen_density_note(at, cross_k(options));
}

KnnOptions with_more_neighbours(const KnnOptions& options, std::int64_t most) {
  KnnOptions more = options;
  more.k = std::min(4 * options.k, most);
  more.k_cross = std::min(4 * cross_k(options), most);
  return more;
}

Estimate with_error(const CommonCoordinates& at, const KnnOptions& options, const Value& value) {
  Estimate result{.value = value(at.p, at.q, options), .bias = Bias::unknown};
  result.note = no_error(at, options);
  if (!result.note.empty()) return result;
  const auto n = static_cast<std::size_t>(at.p.size()), m = static_cast<std::size_t>(at.q.size());
  const auto part = [&](auto first, auto second) {
    return value(select(at.p, first), select(at.q, second), options);
  };
  add_subsampled_se(result, true, std::min(n, m), std::max(options.k, cross_k(options)),
                    options.seed,
                    [&](CounterStream& random) { return subsampling_se(n, m, random, part); });
  if (!result.se) return result;
  const auto fewest = static_cast<std::int64_t>(std::min(n, m));
  const double coarser = value(at.p, at.q, with_more_neighbours(options, fewest - 1));
  result.se = std::hypot(*result.se, static_cast<double>(at.rank) * (coarser - result.value));
  return result;
}

}  // namespace

Estimate knn_kl(const PointsView& p, const PointsView& q, const KnnOptions& options) {
  return with_error(neighbour_coordinates(p, q), options, kl_value);
}

Estimate knn_alpha_integral(const PointsView& p, const PointsView& q, double alpha,
                            const KnnOptions& options) {
  const double smallest = static_cast<double>(std::min(options.k, cross_k(options)));
  if (!(smallest > std::fabs(1.0 - alpha))) {
    throw Error("The neighbour number k must exceed |1 - alpha| = " +
                std::to_string(std::fabs(1.0 - alpha)) + ".");
  }
  const CommonCoordinates at = neighbour_coordinates(p, q);
  Estimate result = with_error(
      at, options, [alpha](const PointsView& a, const PointsView& b, const KnnOptions& o) {
        return alpha_value(a, b, alpha, o);
      });
  if (!result.se) return result;
  std::vector<double> powers = log_volume_ratios(at.p, at.q, options);
  for (double& v : powers) v *= 1.0 - alpha;
  return without_error_of_a_heavy_tail(std::move(result), powers, "the averaged power");
}

Estimate knn_renyi(const PointsView& p, const PointsView& q, double alpha,
                   const KnnOptions& options) {
  if (alpha == 1.0) throw Error("At alpha = 1 the Renyi divergence is the KL: use knn_kl.");
  Estimate result = knn_alpha_integral(p, q, alpha, options);
  if (result.se) *result.se /= std::fabs(alpha - 1.0) * result.value;
  result.value = std::log(result.value) / (alpha - 1.0);
  return result;
}

Estimate knn_squared_hellinger(const PointsView& p, const PointsView& q,
                               const KnnOptions& options) {
  Estimate result = knn_alpha_integral(p, q, 0.5, options);
  result.value = 1.0 - result.value;
  return result;
}

namespace estimators::knn_divergence {

std::vector<EstimatorSpec> specs() {
  const std::string bias =
      "asymptotically unbiased; of either sign at finite n, low where Q is not seen near P's "
      "points";
  const std::string se =
      "root of the squares of subsampling (b = n^0.8) and of d times the change at 4k neighbours; "
      "none "
      "above five dimensions and where Q has too few points near P's";
  const std::string cost = "O(n (n + m) d)";
  return {
      {.name = "knn_kl",
       .quantity = "kl",
       .summary = "KL divergence from k-th nearest neighbours within and across two samples",
       .equation = R"(\frac dn\sum_i\ln\frac{\nu_k(i)}{\rho_k(i)}+\ln\frac m{n-1})",
       .unicode = "KL(P‖Q) ≈ (d/n) Σ ln ν_k/ρ_k + ln m/(n−1)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = bias,
       .standard_error = se,
       .cost = cost,
       .confused_with = "an estimate for pixels: laws with atoms have no density",
       .reference = "Wang, Kulkarni & Verdu 2009; Perez-Cruz 2008"},
      {.name = "knn_renyi",
       .quantity = "renyi",
       .summary = "Renyi divergence from nearest neighbours",
       .equation =
           R"(\frac1{\alpha-1}\ln\frac{\Gamma(k)^2}{\Gamma(k-\alpha+1)\Gamma(k+\alpha-1)}\frac1n\sum_i\Big(\frac{(n-1)\rho_k^d(i)}{m\,\nu_k^d(i)}\Big)^{1-\alpha})",
       .unicode = "D_α ≈ ln(C_kα mean((n−1)ρᵈ/(mνᵈ))^(1−α)) / (α−1)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = bias,
       .standard_error = se + ", delta method for the logarithm",
       .cost = cost,
       .reference = "Poczos & Schneider 2011"},
      {.name = "knn_squared_hellinger",
       .quantity = "squared_hellinger",
       .summary = "Squared Hellinger distance from nearest neighbours",
       .equation =
           R"(1-\frac{\Gamma(k)^2}{\Gamma(k+\frac12)\Gamma(k-\frac12)}\frac1n\sum_i\sqrt{\frac{(n-1)\rho_k^d(i)}{m\,\nu_k^d(i)}})",
       .unicode = "H² ≈ 1 − C_k mean √((n−1)ρᵈ/(mνᵈ))",
       .unit = "1",
       .minimum = 0.0,
       .maximum = 1.0,
       .bias = Bias::unknown,
       .bias_note = bias,
       .standard_error = se,
       .cost = cost,
       .reference = "Poczos & Schneider 2011"}};
}

}  // namespace estimators::knn_divergence
}  // namespace elbow
