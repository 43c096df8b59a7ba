#include "math/estimators/kde.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"
#include "math/sample_support.h"
#include "math/statistics/welford.h"

namespace elbow {

namespace {

// Of one coordinate: the smaller of the deviation and that of a normal of the same quartiles.
double robust_spread(const PointsView& points, std::int64_t j) {
  Welford column;
  std::vector<double> values;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    column.add(points.at(i, j));
    values.push_back(points.at(i, j));
  }
  const double sd = std::sqrt(column.variance());
  std::sort(values.begin(), values.end());
  const double range = (sorted_quantile(values, 0.75) - sorted_quantile(values, 0.25)) / 1.349;
  return range > 0.0 ? std::min(sd, range) : sd;
}

}  // namespace

double silverman_bandwidth(const PointsView& points) {
  require_points(points, 2, "Silverman's bandwidth");
  const double n = static_cast<double>(points.size()), d = static_cast<double>(points.dim());
  double variance = 0.0;
  for (std::int64_t j = 0; j < points.dim(); ++j) {
    variance += std::pow(robust_spread(points, j), 2) / d;
  }
  if (variance == 0.0) throw Error("All points are equal: they have no kernel density.");
  return std::sqrt(variance) * std::pow(4.0 / ((d + 2.0) * n), 1.0 / (d + 4.0));
}

Kde::Kde(const PointsView& points, double bandwidth) : points_(points), bandwidth_(bandwidth) {
  require_points(points, 1, "A kernel density");
  if (!(bandwidth > 0.0) || std::isinf(bandwidth)) {
    throw Error("The bandwidth of a kernel density must be positive and finite.");
  }
  log_constant_ = -static_cast<double>(points.dim()) * (0.5 * kLn2Pi + std::log(bandwidth));
}

double Kde::log_kernel(const double* x, std::int64_t i) const {
  const double* centre = points_.row(i);
  double sum = 0.0;
  for (std::int64_t j = 0; j < points_.dim(); ++j) {
    const double z = (x[j] - centre[j]) / bandwidth_;
    sum += z * z;
  }
  return log_constant_ - 0.5 * sum;
}

double Kde::log_density(const double* x) const {
  StreamingLogSumExp sum;
  for (std::int64_t i = 0; i < points_.size(); ++i) sum.add(log_kernel(x, i));
  return sum.value() - std::log(static_cast<double>(points_.size()));
}

double Kde::log_density_without(std::int64_t i) const {
  if (points_.size() == 1) return -kInfinity;
  StreamingLogSumExp sum;
  for (std::int64_t l = 0; l < points_.size(); ++l) {
    if (l != i) sum.add(log_kernel(points_.row(i), l));
  }
  return sum.value() - std::log(static_cast<double>(points_.size() - 1));
}

namespace {

// Variance of the KL from the derivative of its value with respect to the weight of each sample.
double influence_variance(const PointsView& p, const PointsView& q, const Kde& kde_p,
                          const Kde& kde_q, const std::vector<double>& log_p,
                          const std::vector<double>& log_q) {
  const std::int64_t n = p.size(), m = q.size();
  const double sizes = static_cast<double>(n);
  std::vector<double> of_p(static_cast<std::size_t>(n), 0.0),
      of_q(static_cast<std::size_t>(m), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    of_p[at] += log_p[at] - log_q[at];
    for (std::int64_t l = 0; l < n; ++l) {
      if (l == i) continue;
      of_p[static_cast<std::size_t>(l)] +=
          std::exp(kde_p.log_kernel(p.row(i), l) - log_p[at]) / sizes;
    }
    for (std::int64_t j = 0; j < m; ++j) {
      of_q[static_cast<std::size_t>(j)] -=
          std::exp(kde_q.log_kernel(p.row(i), j) - log_q[at]) / sizes;
    }
  }
  return sample_variance(of_p) / sizes + sample_variance(of_q) / static_cast<double>(m);
}

}  // namespace

namespace {

constexpr std::int64_t kMostDimensions = 3;
constexpr std::int64_t kNeighbours = 5;  // that show the density of Q near a point

struct Terms {
  std::vector<double> log_p, log_q;  // ln p^_(-i) and ln q^ at the points of P
  double value = 0.0;
};

Terms terms_of(const PointsView& p, const Kde& kde_p, const Kde& kde_q) {
  Terms terms;
  for (std::int64_t i = 0; i < p.size(); ++i) {
    terms.log_p.push_back(kde_p.log_density_without(i));
    terms.log_q.push_back(kde_q.log_density(p.row(i)));
    terms.value += (terms.log_p.back() - terms.log_q.back()) / static_cast<double>(p.size());
  }
  return terms;
}

// Points of P at which all kernels together are less than one of them at three bandwidths.
struct Unreached {
  std::int64_t count = 0;
  double contribution = 0.0;  // to the mean, in magnitude
};

Unreached unreached(const Terms& terms, const PointsView& p, const PointsView& q, const Kde& kde_p,
                    const Kde& kde_q) {
  const auto at_three = [](const Kde& kde, std::int64_t kernels, std::int64_t dim) {
    return -static_cast<double>(dim) * (0.5 * kLn2Pi + std::log(kde.bandwidth())) - 4.5 -
           std::log(static_cast<double>(kernels));
  };
  const double least_p = at_three(kde_p, p.size() - 1, p.dim());
  const double least_q = at_three(kde_q, q.size(), q.dim());
  Unreached result;
  for (std::size_t i = 0; i < terms.log_p.size(); ++i) {
    if (terms.log_p[i] >= least_p && terms.log_q[i] >= least_q) continue;
    ++result.count;
    result.contribution +=
        std::fabs(terms.log_p[i] - terms.log_q[i]) / static_cast<double>(p.size());
  }
  return result;
}

}  // namespace

Estimate kde_kl(const PointsView& p_raw, const PointsView& q_raw) {
  const std::string what = "A kernel density estimate of the KL";
  const CommonCoordinates at = require_common_density(p_raw, q_raw, what);
  require_mixing(at, what);
  const PointsView p = at.p, q = at.q;
  const Kde kde_p(p, silverman_bandwidth(p)), kde_q(q, silverman_bandwidth(q));
  const Terms terms = terms_of(p, kde_p, kde_q);
  Estimate result{.value = terms.value, .bias = Bias::unknown};
  if (at.rank > kMostDimensions) {
    result.note = "more than 3 dimensions: dominated by the bandwidth, no standard error";
    return result;
  }
  result.note = unseen_density_note(at, std::min<std::int64_t>(kNeighbours, q.size()));
  if (!result.note.empty()) return result;
  const double sampling =
      std::sqrt(influence_variance(p, q, kde_p, kde_q, terms.log_p, terms.log_q));
  const Unreached far = unreached(terms, p, q, kde_p, kde_q);
  if (!std::isfinite(sampling) || far.contribution > sampling) {
    result.note = std::to_string(far.count) + (far.count == 1 ? " point" : " points") +
                  " of P beyond three bandwidths of the others: no standard error";
    return result;
  }
  constexpr double wider = 2.0;
  const double smoother =
      terms_of(p, Kde(p, wider * kde_p.bandwidth()), Kde(q, wider * kde_q.bandwidth())).value;
  result.se = std::hypot(sampling, smoother - result.value, far.contribution);
  return result;
}

namespace estimators::kde {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "kde_kl",
       .quantity = "kl",
       .summary = "KL divergence between two Gaussian kernel density estimates",
       .equation =
           R"(\frac1n\sum_i\ln\hat p_{-i}(x_i)-\ln\hat q(x_i),\quad \hat p(x)=\frac1n\sum_iN(x;x_i,h^2I))",
       .unicode = "KL(P‖Q) ≈ mean ln p̂₋ᵢ(xᵢ) − ln q̂(xᵢ)",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "O(h²) by smoothing, of either sign; MISE n^(−4/(4+d)): for d ≤ 3",
       .standard_error = "root of the squares of the infinitesimal jackknife (bandwidths fixed), "
                         "of the change at "
                         "twice the bandwidths, and of the points that no kernel reaches",
       .cost = "O(n (n + m) d)",
       .confused_with = "a likelihood: Parzen scores in high dimension rank bandwidths",
       .reference = "Silverman 1986"}};
}

}  // namespace estimators::kde
}  // namespace elbow
