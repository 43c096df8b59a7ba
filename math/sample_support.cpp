#include "math/tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "math/nearest_neighbours.h"
#include "math/numeric.h"
#include "math/sample_support.h"
#include "math/statistics/pareto_tail.h"
#include "math/statistics/welford.h"

namespace elbow {
namespace {

constexpr double kConstant = 1e-12;   // sd over the largest magnitude of a column
constexpr double kDependent = 1e-10;  // variance of a direction over the largest

/// Columns that vary, centred, with standard deviation 1.
struct Standardised {
  std::vector<double> values;  // [n, dim]
  std::int64_t n = 0, dim = 0;
};

Points pooled(const PointsView& p, const PointsView& q) {
  std::vector<double> values(p.all().begin(), p.all().end());
  values.insert(values.end(), q.all().begin(), q.all().end());
  return {std::move(values), p.dim()};
}

Standardised standardise(const PointsView& points) {
  struct Column {
    std::int64_t index;
    double mean, sd;
  };
  std::vector<Column> kept;
  for (std::int64_t j = 0; j < points.dim(); ++j) {
    Welford column;
    double largest = 0.0;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      column.add(points.at(i, j));
      largest = std::max(largest, std::fabs(points.at(i, j)));
    }
    const double sd = points.size() > 1 ? std::sqrt(column.variance()) : 0.0;
    if (sd > kConstant * largest) kept.push_back({j, column.mean(), sd});
  }
  Standardised result{
      .values = {}, .n = points.size(), .dim = static_cast<std::int64_t>(kept.size())};
  result.values.reserve(static_cast<std::size_t>(result.n * result.dim));
  for (std::int64_t i = 0; i < points.size(); ++i) {
    for (const Column& c : kept) {
      result.values.push_back((points.at(i, c.index) - c.mean) / c.sd);
    }
  }
  return result;
}

/// Orthonormal directions of the rows' span, scaled to variance 1.
struct Whitened {
  std::vector<double> rows;  // [n, rank]
  std::int64_t rank = 0;
};

Whitened whiten(Standardised& s) {
  if (s.dim == 0) return {};
  const Tensor x = at::from_blob(s.values.data(), {s.n, s.dim}, at::kDouble);
  const bool wide = s.dim > s.n;
  const Tensor product = wide ? at::matmul(x, x.t()) : at::matmul(x.t(), x);
  const auto [values, vectors] = at::linalg_eigh(product);  // ascending
  const std::int64_t size = values.size(0);
  const double* const found = values.data_ptr<double>();
  std::int64_t first = 0;
  while (first < size && !(found[first] > kDependent * found[size - 1])) ++first;
  const double spread = std::sqrt(static_cast<double>(s.n - 1));
  const Tensor kept = vectors.narrow(1, first, size - first);
  Tensor rows = wide
                    ? kept * spread
                    : at::matmul(x, kept) * (spread / values.narrow(0, first, size - first).sqrt());
  rows = rows.contiguous();
  const double* const data = rows.data_ptr<double>();
  return {.rows = {data, data + rows.numel()}, .rank = size - first};
}

bool same_row(const PointsView& points, std::size_t a, std::size_t b) {
  const double* x = points.row(static_cast<std::int64_t>(a));
  return std::equal(x, x + points.dim(), points.row(static_cast<std::int64_t>(b)));
}

/// Indices of the rows in lexicographic order.
std::vector<std::size_t> sorted_rows(const PointsView& points) {
  std::vector<std::size_t> order(static_cast<std::size_t>(points.size()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&points](std::size_t a, std::size_t b) {
    const double* x = points.row(static_cast<std::int64_t>(a));
    const double* y = points.row(static_cast<std::int64_t>(b));
    return std::lexicographical_compare(x, x + points.dim(), y, y + points.dim());
  });
  return order;
}

double share(double part, std::int64_t whole) { return part / static_cast<double>(whole); }

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", 100.0 * share);
  return text;
}

void require_no_ties(const Ties& ties, const std::string& what) {
  if (ties.same_sample) {
    throw Error(what +
                " needs two independent samples; these are the same points, between which every "
                "divergence is 0.");
  }
  if (std::max(ties.within_p, ties.within_q) > kMostTies) {
    throw Error(what + " is for laws with a density; of the points of P " + percent(ties.within_p) +
                " and of Q " + percent(ties.within_q) +
                " occur more than once in their sample (atoms, or rounded values).");
  }
  if (ties.across > kMostTies) {
    throw Error(what + " needs two independent samples of continuous laws; " +
                percent(ties.across) + " of the points are in both.");
  }
}

void require_full_rank(const PointsView& sample, std::int64_t rank, const char* name,
                       const std::string& what) {
  const std::int64_t own = affine_rank(sample);
  if (own == rank) return;
  throw Error(what + " needs laws with densities on one space; the points of " + name + " span " +
              std::to_string(own) + " of the " + std::to_string(rank) +
              " dimensions of both samples.");
}

}  // namespace

CommonCoordinates common_coordinates(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 1, "Common coordinates");
  Standardised all = standardise(pooled(p, q));
  const Whitened whitened = whiten(all);
  CommonCoordinates result{.p = Points(p.size(), whitened.rank),
                           .q = Points(q.size(), whitened.rank),
                           .rank = whitened.rank};
  if (result.rank == 0) return result;
  const double* const second = whitened.rows.data() + p.size() * whitened.rank;
  std::copy(whitened.rows.data(), second, result.p.row(0));
  std::copy(second, whitened.rows.data() + whitened.rows.size(), result.q.row(0));
  return result;
}

std::int64_t affine_rank(const PointsView& points) {
  require_points(points, 1, "The rank of a sample");
  Standardised all = standardise(points);
  return whiten(all).rank;
}

Ties count_ties(const PointsView& p, const PointsView& q) {
  require_comparable(p, q, 1, "A count of repeated points");
  const Points all = pooled(p, q);
  const std::vector<std::size_t> order = sorted_rows(all);
  const auto of_p = static_cast<std::size_t>(p.size());
  double tied_p = 0.0, tied_q = 0.0, across = 0.0;
  bool same = p.size() == q.size();
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    std::size_t in_p = 0;
    for (end = begin; end < order.size() && same_row(all, order[begin], order[end]); ++end) {
      if (order[end] < of_p) ++in_p;
    }
    const std::size_t in_q = end - begin - in_p;
    if (in_p > 1) tied_p += static_cast<double>(in_p);
    if (in_q > 1) tied_q += static_cast<double>(in_q);
    if (in_p > 0 && in_q > 0) across += static_cast<double>(end - begin);
    same = same && in_p == in_q;
  }
  return {.within_p = share(tied_p, p.size()),
          .within_q = share(tied_q, q.size()),
          .across = share(across, p.size() + q.size()),
          .same_sample = same};
}

Mixing mix(const PointsView& p, const PointsView& q, std::int64_t most) {
  require_comparable(p, q, 1, "The mixing of two samples");
  const PointsView first = p.rows(0, std::min(p.size(), most));
  const PointsView second = q.rows(0, std::min(q.size(), most));
  const auto squared = [](const double* a, const double* b, std::int64_t d, double most_needed) {
    double sum = 0.0;
    for (std::int64_t j = 0; j < d && sum <= most_needed; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
  };
  const auto crossing = [&](const PointsView& own, const PointsView& other) {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < own.size(); ++i) {
      double nearest = kInfinity;
      for (std::int64_t j = 0; j < own.size(); ++j) {
        if (j != i)
          nearest = std::min(nearest, squared(own.row(i), own.row(j), own.dim(), nearest));
      }
      for (std::int64_t j = 0; j < other.size(); ++j) {
        if (squared(own.row(i), other.row(j), own.dim(), nearest) > nearest) continue;
        ++count;
        break;
      }
    }
    return count;
  };
  return {.of_p = crossing(first, second), .of_q = crossing(second, first)};
}

void require_mixing(const CommonCoordinates& common, const std::string& what) {
  if (!mix(common.p, common.q).apart()) return;
  throw Error(what +
              " needs samples that meet; here no point's nearest neighbour is of the other sample. "
              "The laws may have no support in common.");
}

std::string unseen_density_note(const CommonCoordinates& common, std::int64_t k) {
  const PointsView p = common.p, q = common.q;
  std::vector<double> low(static_cast<std::size_t>(common.rank), kInfinity), high(low.size());
  std::fill(high.begin(), high.end(), -kInfinity);
  for (std::int64_t i = 0; i < q.size(); ++i) {
    for (std::size_t j = 0; j < low.size(); ++j) {
      low[j] = std::min(low[j], q.at(i, static_cast<std::int64_t>(j)));
      high[j] = std::max(high[j], q.at(i, static_cast<std::int64_t>(j)));
    }
  }
  const std::vector<std::int64_t> inside = count_within(p, p, kth_distances(p, q, k));
  const auto n = static_cast<double>(p.size());
  double unseen = 0.0;
  for (std::int64_t i = 0; i < p.size(); ++i) {
    bool outside = static_cast<double>(inside[static_cast<std::size_t>(i)]) - 1.0 > 0.1 * (n - 1.0);
    for (std::size_t j = 0; j < low.size(); ++j) {
      const double x = p.at(i, static_cast<std::int64_t>(j));
      outside = outside || x < low[j] || x > high[j];
    }
    if (outside) unseen += 1.0;
  }
  if (unseen <= 0.02 * n + 1.0) return {};
  return "near " + percent(unseen / n) +
         " of the points of the first argument the other sample has too few points to show its "
         "density: no standard error";
}

CommonCoordinates require_common_density(const PointsView& p, const PointsView& q,
                                         const std::string& what,
                                         std::int64_t points_per_dimension) {
  require_comparable(p, q, 2, what);
  const Ties ties = count_ties(p, q);
  require_no_ties(ties, what);
  CommonCoordinates common = common_coordinates(p, q);
  if (common.rank == 0) throw Error(what + ": all points of both samples are equal.");
  const std::int64_t fewest = std::min(p.size(), q.size());
  if (fewest < std::max(points_per_dimension * common.rank, common.rank + 1)) {
    throw Error(what + " needs " + std::to_string(points_per_dimension) +
                " points of each sample for each of the " + std::to_string(common.rank) +
                " dimensions that they span; there are " + std::to_string(fewest) + ".");
  }
  require_full_rank(p, common.rank, "P", what);
  require_full_rank(q, common.rank, "Q", what);
  return common;
}

std::optional<Estimate> tail_index(const PointsView& points) {
  require_points(points, 1, "The tail of a sample");
  if (points.size() < 25) return std::nullopt;
  const auto n = static_cast<std::size_t>(points.size());
  std::vector<double> squares(n, 0.0), column(n);
  for (std::int64_t j = 0; j < points.dim(); ++j) {
    for (std::size_t i = 0; i < n; ++i) column[i] = points.at(static_cast<std::int64_t>(i), j);
    const double centre = median(column);
    for (std::size_t i = 0; i < n; ++i) squares[i] += (column[i] - centre) * (column[i] - centre);
  }
  for (double& v : squares) v = 0.5 * std::log(v);
  if (*std::max_element(squares.begin(), squares.end()) == -kInfinity) return std::nullopt;
  const auto tail = pareto_tail(squares);
  if (!tail || tail->tail < 5) return std::nullopt;
  return Estimate{
      .value = tail->k_raw,
      .se = (1.0 + std::fabs(tail->k_raw)) / std::sqrt(static_cast<double>(tail->tail))};
}

bool moment_in_doubt(const PointsView& p, const PointsView& q, double order) {
  const auto doubtful = [order](const PointsView& points) {
    const auto index = tail_index(points);
    return index && index->value - 0.5 * *index->se > 1.0 / order;
  };
  return doubtful(p) || doubtful(q);
}

Estimate without_error_of_a_doubtful_moment(Estimate estimate, const PointsView& p,
                                            const PointsView& q, double order) {
  if (!estimate.se || !moment_in_doubt(p, q, order)) return estimate;
  estimate.se.reset();
  estimate.note = "heavy tails: its variance may be infinite, no standard error";
  return estimate;
}

}  // namespace elbow
