#include "math/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "math/estimators/frechet.h"
#include "math/numeric.h"
#include "math/sample_support.h"
#include "math/statistics/jackknife.h"

namespace elbow {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// What the distance needs of one side: mean, Σ^½ and tr Σ.
struct Half {
  std::vector<double> mean = {};
  Tensor root = {};
  double trace = 0.0;
};

Half half(const GaussianMoments& moments) {
  const auto d = static_cast<std::int64_t>(moments.mean.size());
  if (d < 1 || moments.covariance.size() != at(d * d)) {
    throw Error(
        "The Fréchet distance needs a mean of d numbers and a covariance of d·d; there are " +
        std::to_string(d) + " and " + std::to_string(moments.covariance.size()) + ".");
  }
  Tensor covariance = at::empty({d, d}, at::kDouble);
  std::copy(moments.covariance.begin(), moments.covariance.end(), covariance.data_ptr<double>());
  const auto [values, vectors] = at::linalg_eigh(covariance);
  Half result{.mean = moments.mean};
  result.root = at::matmul(vectors * values.clamp_min(0.0).sqrt(), vectors.t());
  for (std::int64_t k = 0; k < d; ++k) result.trace += moments.covariance[at(k * d + k)];
  return result;
}

/// tr (Σ1^½ Σ2 Σ1^½)^½ is the sum of the singular values of Σ1^½ Σ2^½: without the square root of
/// eigenvalues near 0, which would turn a rounding of 1e-16 into 1e-8.
double distance(const Half& p, const Half& q) {
  if (p.mean.size() != q.mean.size()) {
    throw Error("The Fréchet distance needs moments of the same dimension; these have " +
                std::to_string(p.mean.size()) + " and " + std::to_string(q.mean.size()) + ".");
  }
  double squares = 0.0;
  for (std::size_t k = 0; k < p.mean.size(); ++k) {
    squares += (p.mean[k] - q.mean[k]) * (p.mean[k] - q.mean[k]);
  }
  const double cross = at::linalg_svdvals(at::matmul(p.root, q.root)).sum().item<double>();
  return squares + p.trace + q.trace - 2.0 * cross;
}

/// A sample in groups (point i in group i mod g), each with its count, sum and Σ x xᵀ around a
/// common centre, so that the moments of any union of groups are additions.
class Groups {
 public:
  Groups(const PointsView& points, std::int64_t groups)
      : d_(points.dim()), centre_(gaussian_mean(points)), sums_(at(groups)) {
    for (Sums& s : sums_) s.outer.assign(at(d_ * d_), 0.0), s.first.assign(at(d_), 0.0);
    std::vector<double> x(at(d_));
    for (std::int64_t i = 0; i < points.size(); ++i) {
      Sums& s = sums_[at(i % groups)];
      s.count += 1.0;
      for (std::int64_t k = 0; k < d_; ++k) {
        x[at(k)] = points.at(i, k) - centre_[at(k)];
        s.first[at(k)] += x[at(k)];
      }
      for (std::int64_t k = 0; k < d_; ++k) {
        double* row = s.outer.data() + k * d_;
        for (std::int64_t l = 0; l <= k; ++l) row[l] += x[at(k)] * x[at(l)];
      }
    }
  }

  /// Moments of the union of the groups of `members`; covariance over count - offset.
  GaussianMoments moments(std::span<const std::int64_t> members, double offset) const {
    Sums total{.count = 0.0,
               .first = std::vector<double>(at(d_), 0.0),
               .outer = std::vector<double>(at(d_ * d_), 0.0)};
    for (const std::int64_t g : members) {
      const Sums& s = sums_[at(g)];
      total.count += s.count;
      for (std::size_t k = 0; k < s.first.size(); ++k) total.first[k] += s.first[k];
      for (std::size_t k = 0; k < s.outer.size(); ++k) total.outer[k] += s.outer[k];
    }
    GaussianMoments found{.mean = centre_, .covariance = std::vector<double>(at(d_ * d_))};
    for (std::int64_t k = 0; k < d_; ++k) {
      found.mean[at(k)] += total.first[at(k)] / total.count;
      for (std::int64_t l = 0; l <= k; ++l) {
        const double scatter =
            total.outer[at(k * d_ + l)] - total.first[at(k)] * total.first[at(l)] / total.count;
        found.covariance[at(k * d_ + l)] = found.covariance[at(l * d_ + k)] =
            scatter / (total.count - offset);
      }
    }
    return found;
  }

 private:
  struct Sums {
    double count = 0.0;
    std::vector<double> first, outer;
  };

  static std::vector<double> gaussian_mean(const PointsView& points) {
    std::vector<double> sum(at(points.dim()), 0.0);
    for (std::int64_t i = 0; i < points.size(); ++i) {
      for (std::int64_t k = 0; k < points.dim(); ++k) sum[at(k)] += points.at(i, k);
    }
    for (double& value : sum) value /= static_cast<double>(points.size());
    return sum;
  }

  std::int64_t d_;
  std::vector<double> centre_;
  std::vector<Sums> sums_;
};

/// The distance of the points outside group `left_out` (-1: of all), where there are fewer than
/// dimensions: with Σ = A Aᵀ, A the centred points over √(n−1), the trace above is the sum of the
/// singular values of A1ᵀ A2, a matrix of n1 by n2.
double distance_of_few(const PointsView& p, const PointsView& q, std::int64_t groups,
                       std::int64_t left_out) {
  struct Side {
    Tensor centred;
    std::vector<double> mean;
  };
  const auto side = [&](const PointsView& points) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < points.size(); ++i)
      if (i % groups != left_out) rows.push_back(i);
    const auto n = static_cast<std::int64_t>(rows.size()), d = points.dim();
    Side s{.centred = at::empty({n, d}, at::kDouble), .mean = std::vector<double>(at(d), 0.0)};
    for (const std::int64_t i : rows)
      for (std::int64_t k = 0; k < d; ++k)
        s.mean[at(k)] += points.at(i, k) / static_cast<double>(n);
    const double scale = 1.0 / std::sqrt(static_cast<double>(n - 1));
    double* out = s.centred.data_ptr<double>();
    for (const std::int64_t i : rows)
      for (std::int64_t k = 0; k < d; ++k) *out++ = scale * (points.at(i, k) - s.mean[at(k)]);
    return s;
  };
  const Side a = side(p), b = side(q);
  double squares = 0.0;
  for (std::size_t k = 0; k < a.mean.size(); ++k)
    squares += (a.mean[k] - b.mean[k]) * (a.mean[k] - b.mean[k]);
  const double traces =
      (a.centred * a.centred).sum().item<double>() + (b.centred * b.centred).sum().item<double>();
  const Tensor cross = at::matmul(a.centred, b.centred.t());
  return squares + traces - 2.0 * at::linalg_svdvals(cross).sum().item<double>();
}

/// 0, ..., groups - 1 without `left_out` (-1: all of them).
std::vector<std::int64_t> kept(std::int64_t groups, std::int64_t left_out) {
  std::vector<std::int64_t> members;
  for (std::int64_t g = 0; g < groups; ++g) {
    if (g != left_out) members.push_back(g);
  }
  return members;
}

// --- extrapolation ---

constexpr std::int64_t kTwentieths = 20, kPerDimension = 10;
constexpr std::int64_t kSizes[] = {4, 5, 8, 10, 12, 15, 16, 20};

/// The sub-samples of `size` twentieths that start one after another around the circle, until every
/// twentieth was used equally often: 20 / gcd(size, 20) of them.
std::vector<std::vector<std::int64_t>> sub_samples(std::int64_t size) {
  std::vector<std::vector<std::int64_t>> found;
  std::int64_t begin = 0;
  do {
    std::vector<std::int64_t> members;
    for (std::int64_t k = 0; k < size; ++k) members.push_back((begin + k) % kTwentieths);
    found.push_back(std::move(members));
    begin = (begin + size) % kTwentieths;
  } while (begin != 0);
  return found;
}

/// Least squares of y = a + b x; returns a.
double intercept(const std::vector<double>& x, const std::vector<double>& y) {
  const double x_mean = mean(x), y_mean = mean(y);
  double xx = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    xy += (x[i] - x_mean) * (y[i] - y_mean);
  }
  return y_mean - xy / xx * x_mean;
}

double extrapolated(const PointsView& p, const PointsView& q) {
  const Groups first(p, kTwentieths), second(q, kTwentieths);
  std::vector<double> inverse_size, value;
  for (const std::int64_t size : kSizes) {
    std::vector<double> distances;
    for (const auto& members : sub_samples(size)) {
      distances.push_back(
          distance(half(first.moments(members, 1.0)), half(second.moments(members, 1.0))));
    }
    inverse_size.push_back(1.0 / static_cast<double>(size));
    value.push_back(mean(distances));
  }
  return intercept(inverse_size, value);
}

/// The points without block b: rows of 20 in turn, one of each twentieth, so that the rest falls
/// into the same twentieths as before.
Points without_block(const PointsView& points, std::int64_t b) {
  std::vector<double> rest;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    if (i / kTwentieths % kTwentieths == b) continue;
    rest.insert(rest.end(), points.row(i), points.row(i) + points.dim());
  }
  return {std::move(rest), points.dim()};
}

}  // namespace

GaussianMoments gaussian_moments(const PointsView& p, std::int64_t divisor_offset) {
  require_points(p, 1 + divisor_offset, "The covariance of a sample");
  const std::int64_t all[] = {0};
  return Groups(p, 1).moments(all, static_cast<double>(divisor_offset));
}

double frechet_distance(const GaussianMoments& p, const GaussianMoments& q) {
  return distance(half(p), half(q));
}

Estimate frechet(const PointsView& p, const PointsView& q, std::int64_t groups) {
  require_comparable(p, q, 2, "The Fréchet distance");
  if (groups < 2) throw Error("The jackknife of the Fréchet distance needs at least two groups.");
  const bool few = std::max(p.size(), q.size()) < p.dim();
  if (std::min(p.size(), q.size()) < 2 * groups) {
    return {.value = few ? distance_of_few(p, q, 1, -1)
                         : frechet_distance(gaussian_moments(p), gaussian_moments(q)),
            .note = "no standard error below " + std::to_string(2 * groups) + " points on a side"};
  }
  std::optional<Groups> first, second;
  if (!few) first.emplace(p, groups), second.emplace(q, groups);
  const auto without = [&](std::int64_t g) {
    if (few) return distance_of_few(p, q, groups, g);
    const std::vector<std::int64_t> members = kept(groups, g);
    return distance(half(first->moments(members, 1.0)), half(second->moments(members, 1.0)));
  };
  Estimate estimate{.value = without(-1)};
  std::vector<double> values;
  for (std::int64_t g = 0; g < groups; ++g) values.push_back(without(g));
  estimate.se = jackknife(estimate.value, values).se;
  return without_error_of_a_doubtful_moment(std::move(estimate), p, q, 4.0);
}

std::int64_t frechet_extrapolation_points(std::int64_t dim) {
  return std::max(2 * kTwentieths, kPerDimension * dim);
}

Estimate frechet_extrapolated(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 2 * kTwentieths, "The extrapolated Fréchet distance");
  const std::int64_t fewest = std::min(p.size(), q.size());
  // Below, the bias is not linear in 1/n, and its extrapolation is off by many standard errors.
  if (fewest < kPerDimension * p.dim()) {
    throw Error("The extrapolated Fréchet distance needs " + std::to_string(kPerDimension) +
                " points on a side for each of the " + std::to_string(p.dim()) +
                " dimensions; there are " + std::to_string(fewest) + ".");
  }
  Estimate estimate{.value = extrapolated(p, q)};
  if (fewest < kTwentieths * kTwentieths) {
    estimate.note = "no standard error below 400 points on a side";
    return estimate;
  }
  constexpr std::int64_t kMostForJackknife = 128;  // 650 eigenvalue problems of this size
  if (p.dim() > kMostForJackknife) {
    estimate.note = "no standard error above " + std::to_string(kMostForJackknife) + " dimensions";
    return estimate;
  }
  std::vector<double> values;
  for (std::int64_t b = 0; b < kTwentieths; ++b) {
    values.push_back(extrapolated(without_block(p, b), without_block(q, b)));
  }
  estimate.se = jackknife(estimate.value, values).se;
  return without_error_of_a_doubtful_moment(std::move(estimate), p, q, 4.0);
}

namespace estimators::frechet {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec plain{
      .name = "frechet",
      .quantity = "frechet",
      .summary = "Squared W2 of the two Gaussians with the samples' means and n−1 covariances.",
      .equation =
          R"(\lVert\mu_1-\mu_2\rVert^2+\mathrm{tr}\big(\Sigma_1+\Sigma_2-2(\Sigma_1^{1/2}\Sigma_2\Sigma_1^{1/2})^{1/2}\big))",
      .unicode = "‖μ₁−μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)",
      .unit = "squared distance",
      .minimum = 0.0,
      .bias = Bias::unknown,
      .bias_note = "up at P = Q: 2d/n + d(d+1)/2(n−1) for N(0, I); of order 1/n in general",
      .standard_error = "delete-group jackknife",
      .cost = "O(n d² + groups d³)",
      .confused_with = "FID, which is this on Inception features; its square root",
      .reference = "Dowson & Landau 1982; Heusel et al. 2017"};
  EstimatorSpec infinite = plain;
  infinite.name = "frechet_extrapolated";
  infinite.summary = "Fréchet distance extrapolated to infinitely many samples.";
  infinite.equation = R"(\text{intercept of } \hat F(n)\approx F_\infty+c/n)";
  infinite.unicode = "intercept F∞ of F̂(n) ≈ F∞ + c/n";
  infinite.bias_note = "the term of order 1/n is gone; O(n⁻²) is left; may be negative";
  infinite.standard_error = "delete-group jackknife of the whole procedure";
  infinite.cost = "O(20 n d² + 2000 d³)";
  infinite.confused_with = "the plain distance at the n at hand";
  infinite.reference = "Chong & Forsyth 2020, Effectively unbiased FID and Inception score";
  return {plain, infinite};
}

}  // namespace estimators::frechet
}  // namespace elbow
