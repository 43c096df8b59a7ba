#include "math/estimators/mutual_information.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/cholesky.h"
#include "math/numeric.h"
#include "math/point_selection.h"
#include "math/statistics/jackknife.h"
#include "math/statistics/subsampling.h"

namespace elbow {
namespace {

void max_distances(const PointsView& points, std::int64_t i, std::vector<double>& out) {
  for (std::int64_t j = 0; j < points.size(); ++j) {
    double largest = 0.0;
    for (std::int64_t c = 0; c < points.dim(); ++c) {
      largest = std::max(largest, std::fabs(points.at(i, c) - points.at(j, c)));
    }
    out[static_cast<std::size_t>(j)] = largest;
  }
}

// Distances of all points from one, in x, in y and jointly; the point itself at infinity.
struct Neighbourhood {
  std::vector<double> x, y, joint;
  std::vector<std::size_t> nearest;  // the k nearest come first

  explicit Neighbourhood(std::size_t n) : x(n), y(n), joint(n), nearest(n) {}
  void centre(const PointsView& px, const PointsView& py, std::size_t i, std::size_t k) {
    max_distances(px, static_cast<std::int64_t>(i), x);
    max_distances(py, static_cast<std::int64_t>(i), y);
    x[i] = y[i] = kInfinity;
    for (std::size_t j = 0; j < joint.size(); ++j) joint[j] = std::max(x[j], y[j]);
    std::iota(nearest.begin(), nearest.end(), std::size_t{0});
    const auto kth = nearest.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(nearest.begin(), kth, nearest.end(), [this](std::size_t a, std::size_t b) {
      return joint[a] < joint[b] || (joint[a] == joint[b] && a < b);
    });
  }
};

double count_below(const std::vector<double>& distances, double radius, bool strictly) {
  return static_cast<double>(std::count_if(distances.begin(), distances.end(), [&](double v) {
    return strictly ? v < radius : v <= radius;
  }));
}

double ksg_value(const PointsView& x, const PointsView& y, std::int64_t neighbours, Ksg variant) {
  const auto n = static_cast<std::size_t>(x.size()), k = static_cast<std::size_t>(neighbours);
  Neighbourhood around(n);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    around.centre(x, y, i, k);
    const double radius = around.joint[around.nearest[k - 1]];
    if (radius == 0.0) {
      throw Error(
          "A neighbour estimate met equal pairs (a distance of 0): it is for continuous data. Drop "
          "the duplicates, add a small jitter, or use a larger k.");
    }
    if (variant == Ksg::one) {
      sum += digamma(count_below(around.x, radius, true) + 1.0) +
             digamma(count_below(around.y, radius, true) + 1.0);
      continue;
    }
    double radius_x = 0.0, radius_y = 0.0;
    for (std::size_t r = 0; r < k; ++r) {
      radius_x = std::max(radius_x, around.x[around.nearest[r]]);
      radius_y = std::max(radius_y, around.y[around.nearest[r]]);
    }
    sum += digamma(count_below(around.x, radius_x, false)) +
           digamma(count_below(around.y, radius_y, false));
  }
  const double size = static_cast<double>(n), order = static_cast<double>(k);
  return digamma(order) - (variant == Ksg::two ? 1.0 / order : 0.0) + digamma(size) - sum / size;
}

// Covariance of the rows in `kept`, centred at their mean.
std::vector<double> covariance(const PointsView& points, std::span<const std::size_t> kept) {
  const auto d = static_cast<std::size_t>(points.dim());
  const double n = static_cast<double>(kept.size());
  std::vector<double> centre(d, 0.0), matrix(d * d, 0.0);
  for (const std::size_t i : kept) {
    const double* x = points.row(static_cast<std::int64_t>(i));
    for (std::size_t j = 0; j < d; ++j) centre[j] += x[j] / n;
  }
  for (const std::size_t i : kept) {
    const double* x = points.row(static_cast<std::int64_t>(i));
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t l = 0; l <= j; ++l) {
        matrix[j * d + l] += (x[j] - centre[j]) * (x[l] - centre[l]) / (n - 1.0);
      }
    }
  }
  return matrix;
}

double total_correlation_value(const PointsView& points, std::span<const std::size_t> kept) {
  const auto d = static_cast<std::size_t>(points.dim());
  std::vector<double> matrix = covariance(points, kept), scale(d);
  for (std::size_t j = 0; j < d; ++j) {
    scale[j] = std::sqrt(matrix[j * d + j]);
    if (scale[j] == 0.0) {
      throw Error("Column " + std::to_string(j) + " is constant: leave it out of the correlation.");
    }
  }
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t l = 0; l <= j; ++l) matrix[j * d + l] /= scale[j] * scale[l];
  }
  const Cholesky factor(std::move(matrix), d);
  return factor.ok() ? -0.5 * factor.log_det() : kInfinity;
}

}  // namespace

Estimate ksg_mutual_information(const PointsView& x, const PointsView& y,
                                const KsgOptions& options) {
  require_points(x, 2, "Mutual information");
  require_points(y, 2, "Mutual information");
  if (x.size() != y.size()) throw Error("Mutual information needs as many x as y: they are pairs.");
  if (options.k < 1 || options.k >= x.size()) {
    throw Error("The neighbour number k must lie between 1 and n - 1 = " +
                std::to_string(x.size() - 1) + ".");
  }
  Estimate result{.value = ksg_value(x, y, options.k, options.variant), .bias = Bias::unknown};
  const auto n = static_cast<std::size_t>(x.size());
  const auto value = [&](auto subset) {
    return ksg_value(select(x, subset), select(y, subset), options.k, options.variant);
  };
  add_subsampled_se(result, options.standard_error, n, options.k, options.seed,
                    [&](CounterStream& random) { return subsampling_se(n, random, value); });
  return result;
}

Estimate gaussian_total_correlation(const PointsView& points) {
  require_points(points, points.dim() + 2, "A Gaussian total correlation");
  const auto n = static_cast<std::size_t>(points.size()),
             d = static_cast<std::size_t>(points.dim());
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  Estimate result{.value = total_correlation_value(points, all), .bias = Bias::upper};
  constexpr std::size_t kGroups = 20;
  if (std::isinf(result.value)) {
    result.note = "linearly dependent columns";
  } else if (n < 2 * kGroups || n - n / kGroups - 1 < d + 2) {
    result.note = "too few points for a jackknife";
  } else {
    result.se = delete_group_jackknife(n, kGroups, [&](std::span<const std::size_t> kept) {
                  return total_correlation_value(points, kept);
                }).se;
  }
  return result;
}

double gaussian_total_correlation_bias(std::int64_t n, std::int64_t d) {
  if (n <= d) throw Error("The bias of a total correlation needs more points than dimensions.");
  const double size = static_cast<double>(n), dim = static_cast<double>(d);
  double sum = 0.0;
  for (std::int64_t i = 1; i <= d; ++i) sum += digamma(0.5 * static_cast<double>(n - i));
  return 0.5 * (dim * digamma(0.5 * (size - 1.0)) - sum);
}

namespace estimators::mutual_information {

std::vector<EstimatorSpec> specs() {
  const std::string se = "subsampling without replacement, b = n^0.8";
  const std::string ksg_bias = "small near independence; far too low unless n is large against e^I";
  const std::string reference = "Kraskov, Stögbauer & Grassberger 2004";
  return {
      {.name = "ksg1",
       .quantity = "mutual_information",
       .summary = "Mutual information from nearest neighbours in the max norm",
       .equation = R"(\psi(k)+\psi(n)-\langle\psi(n_x+1)+\psi(n_y+1)\rangle)",
       .unicode = "I ≈ ψ(k) + ψ(n) − ⟨ψ(n_x+1) + ψ(n_y+1)⟩",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = ksg_bias,
       .standard_error = se,
       .cost = "O(n² d)",
       .reference = reference},
      {.name = "ksg2",
       .quantity = "mutual_information",
       .summary = "The same with a radius for each of x and y",
       .equation = R"(\psi(k)-\frac1k+\psi(n)-\langle\psi(n_x)+\psi(n_y)\rangle)",
       .unicode = "I ≈ ψ(k) − 1/k + ψ(n) − ⟨ψ(n_x) + ψ(n_y)⟩",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = ksg_bias,
       .standard_error = se,
       .cost = "O(n² d)",
       .reference = reference},
      {.name = "gaussian_total_correlation",
       .quantity = "gaussian_total_correlation",
       .summary = "Total correlation of the Gaussian with the sample's covariance",
       .equation = R"(\tfrac12\Big(\sum_j\ln\hat\Sigma_{jj}-\ln\lvert\hat\Sigma\rvert\Big))",
       .unicode = "TC ≈ ½(Σ ln Σⱼⱼ − ln |Σ|)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::upper,
       .bias_note =
           "for Gaussian data by about d(d−1)/(4n), known exactly; else blind to dependence beyond "
           "the covariance",
       .standard_error = "delete-group jackknife; not valid at independence",
       .cost = "O(n d² + d³)",
       .confused_with = "the total correlation of data that are not Gaussian",
       .reference = "Watanabe 1960"}};
}

}  // namespace estimators::mutual_information
}  // namespace elbow
