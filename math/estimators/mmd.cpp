#include "math/estimators/mmd.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "math/distances.h"
#include "math/statistics/mean_estimate.h"

namespace elbow {
namespace {

/// Sets `se` from an estimate of the variance that may be negative.
void set_variance(Estimate& estimate, double variance) {
  if (variance >= 0.0) {
    estimate.se = std::sqrt(variance);
  } else {
    estimate.note =
        "the unbiased estimate of the variance is negative, as happens near P = Q with "
        "few points: use the permutation test";
  }
}

bool too_few(Estimate& estimate, const GramSums& sums) {
  if (sums.n >= 4 && sums.m >= 4) return false;
  estimate.note = "no standard error below 4 points on a side";
  return true;
}

}  // namespace

Estimate u_estimate(const GramSums& sums) {
  Estimate estimate{.value = u_statistic(sums), .bias = Bias::none};
  if (!too_few(estimate, sums)) set_variance(estimate, u_variance(sums));
  return estimate;
}

Estimate v_estimate(const GramSums& sums) {
  Estimate estimate{.value = v_statistic(sums), .bias = Bias::upper};
  if (too_few(estimate, sums)) return estimate;
  if (!sums.constant_diagonal) {
    estimate.note = "no standard error for a kernel whose diagonal varies";
    return estimate;
  }
  const auto n = static_cast<double>(sums.n), m = static_cast<double>(sums.m);
  set_variance(estimate, u_variance(sums, (n - 1.0) / n, (m - 1.0) / m));
  return estimate;
}

Estimate mmd2_unbiased(const PointsView& p, const PointsView& q, const Kernel& kernel) {
  require_comparable(p, q, 2, "The unbiased MMD²");
  return u_estimate(gram_sums(p, q, kernel));
}

Estimate mmd2_biased(const PointsView& p, const PointsView& q, const Kernel& kernel) {
  require_comparable(p, q, 1, "MMD²");
  return v_estimate(gram_sums(p, q, kernel));
}

Estimate mmd2_linear(const PointsView& p, const PointsView& q, const Kernel& kernel) {
  require_comparable(p, q, 2, "The linear-time MMD²");
  const std::int64_t pairs = std::min(p.size(), q.size()) / 2, d = p.dim();
  std::vector<double> h;
  for (std::int64_t i = 0; i < pairs; ++i) {
    const double *x = p.row(2 * i), *x2 = p.row(2 * i + 1);
    const double *y = q.row(2 * i), *y2 = q.row(2 * i + 1);
    h.push_back(kernel(x, x2, d) + kernel(y, y2, d) - kernel(x, y2, d) - kernel(x2, y, d));
  }
  return mean_estimate(h);
}

Estimate kernel_distance(const PointsView& p, const PointsView& q) {
  return mmd2_unbiased(p, q, Kernel::polynomial(3));
}

double median_distance(const PointsView& p) {
  require_points(p, 2, "The median distance");
  const PointsView first = p.rows(0, std::min<std::int64_t>(p.size(), 1000));
  const std::vector<double> all = squared_distances(first, first);
  std::vector<double> pairs;
  const std::int64_t n = first.size();
  for (std::int64_t i = 0; i < n; ++i) {
    pairs.insert(pairs.end(), all.begin() + i * n, all.begin() + i * n + i);
  }
  const auto middle = pairs.begin() + static_cast<std::ptrdiff_t>(pairs.size() / 2);
  std::nth_element(pairs.begin(), middle, pairs.end());
  if (*middle == 0.0) {
    throw Error(
        "The median distance of the points is 0: at least half of them coincide. Choose "
        "the scale yourself (elbow divergence: --epsilon).");
  }
  return std::sqrt(*middle);
}

PermutationTest mmd_permutation_test(const PointsView& p, const PointsView& q, const Kernel& kernel,
                                     std::int64_t relabellings, CounterStream& random) {
  RelabelledStatistics all = relabelled_u_statistics(p, q, kernel, relabellings, random);
  const double p_value = permutation_p_value(all.observed - all.rounding, all.relabelled);
  return {.observed = all.observed, .p_value = p_value, .null_values = std::move(all.relabelled)};
}

namespace estimators::mmd {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec u{
      .name = "mmd2_unbiased",
      .quantity = "mmd2",
      .summary = "Squared maximum mean discrepancy, U-statistic.",
      .equation = R"(\frac{\sum_{i\ne j}k(x_i,x_j)}{n(n-1)}+\frac{\sum_{i\ne j}k(y_i,y_j)}{m(m-1)})"
                  R"(-\frac2{nm}\sum_{ij}k(x_i,y_j))",
      .unicode = "Σ_{i≠j} k(xᵢ,xⱼ)/n(n−1) + Σ_{i≠j} k(yᵢ,yⱼ)/m(m−1) − 2 Σᵢⱼ k(xᵢ,yⱼ)/nm",
      .unit = "1",
      .minimum = 0.0,
      .bias = Bias::none,
      .bias_note = "negative values are data: clipped at 0, its mean at P = Q would not be 0",
      .standard_error =
          "unbiased variance by falling factorials, right at P = Q too; the "
          "statistic is not normal there: permutation test",
      .cost = "O((n + m)² d)",
      .confused_with =
          "the V-statistic with its diagonals; MMD without the square; a cross term "
          "without i = j",
      .reference =
          "Gretton et al. 2012, A kernel two-sample test; Sutherland & Deka 2019, Unbiased "
          "estimators for the variance of MMD estimators"};
  EstimatorSpec v = u;
  v.name = "mmd2_biased";
  v.summary = "Squared maximum mean discrepancy of the two empirical distributions, V-statistic.";
  v.equation =
      R"(\Big\lVert\frac1n\sum_ik(x_i,\cdot)-\frac1m\sum_jk(y_j,\cdot)\Big\rVert_{\mathcal H}^2)";
  v.unicode = "Σᵢⱼ k(xᵢ,xⱼ)/n² + Σᵢⱼ k(yᵢ,yⱼ)/m² − 2 Σᵢⱼ k(xᵢ,yⱼ)/nm";
  v.bias = Bias::upper;
  v.bias_note = "by (E k(x,x) − E k(x,x′))/n and the same for y";
  v.standard_error = "as mmd2_unbiased, for kernels with a constant diagonal";
  v.confused_with = "the unbiased U-statistic";
  EstimatorSpec linear = u;
  linear.name = "mmd2_linear";
  linear.summary = "Squared maximum mean discrepancy in linear time, from disjoint pairs.";
  linear.equation = R"(\frac2n\sum_i k(x,x')+k(y,y')-k(x,y')-k(x',y))";
  linear.unicode = "mean over pairs of k(x,x′) + k(y,y′) − k(x,y′) − k(x′,y)";
  linear.bias_note = "unbiased";
  linear.standard_error = "sd/√pairs, normal at P = Q too";
  linear.cost = "O(n d)";
  linear.confused_with = "the U-statistic, which uses all pairs and is far less noisy";
  linear.reference = "Gretton et al. 2012, section 6";
  EstimatorSpec kid = u;
  kid.name = kid.quantity = "kernel_distance";
  kid.summary = "mmd2_unbiased with the polynomial kernel (x·y/d + 1)³ of KID.";
  kid.equation = R"(\mathrm{MMD}^2_U,\quad k(x,y)=(x^\top y/d+1)^3)";
  kid.unicode = "MMD²_U with k(x,y) = (x·y/d + 1)³";
  kid.confused_with =
      "KID, which is this on Inception features; its sd over overlapping subsets is "
      "not a standard error";
  kid.reference = "Bińkowski et al. 2018, Demystifying MMD GANs";
  return {u, v, linear, kid};
}

}  // namespace estimators::mmd
}  // namespace elbow
