#include "math/gram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "math/distance_kernels.h"
#include "math/distances.h"
#include "math/line_relabelling.h"
#include "math/statistics/permutation.h"

namespace elbow {
namespace {

constexpr std::int64_t kBlock = 32;  // rows of a Gram matrix in memory at a time

void require_positive(const std::vector<double>& scales, const std::string& what) {
  if (scales.empty()) throw Error("The kernel needs at least one " + what + ".");
  for (const double scale : scales) {
    if (!(scale > 0.0) || !std::isfinite(scale)) {
      throw Error("Every " + what + " of the kernel must be positive and finite; one is " +
                  std::to_string(scale) + ".");
    }
  }
}

double power(double base, int exponent) {
  double value = 1.0;
  for (int i = 0; i < exponent; ++i) value *= base;
  return value;
}

/// Squared distances, or inner products for the polynomial kernel, to the kernel's values.
void apply(const Kernel& kernel, double* values, std::int64_t n, std::int64_t d) {
  const auto scales = static_cast<std::int64_t>(kernel.scales.size());
  switch (kernel.kind) {
    case Kernel::Kind::rbf:
      return kernels::rbf(values, n, kernel.scales.data(), scales);
    case Kernel::Kind::inverse_multiquadric:
      return kernels::inverse_multiquadric(values, n, kernel.scales.data(), scales);
    case Kernel::Kind::negative_distance:
      return kernels::negative_root(values, n);
    case Kernel::Kind::polynomial:
      for (std::int64_t i = 0; i < n; ++i) {
        values[i] = power(values[i] / static_cast<double>(d) + 1.0, kernel.degree);
      }
  }
}

/// Calls `use(first row, rows, matrix, stride)` for the Gram matrix of all `rows` against
/// `columns`.
template <class Use>
void for_gram_blocks(const PointsView& rows, const PackedPoints& columns, const Kernel& kernel,
                     const Use& use) {
  const std::int64_t stride = columns.stride();
  std::vector<double> block(static_cast<std::size_t>(kBlock * stride));
  for (std::int64_t begin = 0; begin < rows.size(); begin += kBlock) {
    const std::int64_t count = std::min(kBlock, rows.size() - begin);
    const PointsView part = rows.rows(begin, begin + count);
    if (kernel.kind == Kernel::Kind::polynomial) {
      columns.dots(part, block.data());
    } else {
      columns.squared_distances(part, block.data());
    }
    apply(kernel, block.data(), count * stride, rows.dim());
    use(begin, count, block.data(), stride);
  }
}

struct Within {
  std::vector<double> rows;
  double total = 0.0, squares = 0.0, diagonal = 0.0;
};

Within within_sums(const PointsView& points, const PackedPoints& packed, const Kernel& kernel) {
  Within sums;
  const std::int64_t n = points.size();
  sums.rows.resize(static_cast<std::size_t>(n));
  const auto use = [&](std::int64_t begin, std::int64_t count, double* block, std::int64_t stride) {
    for (std::int64_t r = 0; r < count; ++r) {
      double* row = block + r * stride;
      sums.diagonal += row[begin + r];
      row[begin + r] = 0.0;
      double squares = 0.0;
      double* sum = &sums.rows[static_cast<std::size_t>(begin + r)];
      kernels::sum_and_squares(row, n, sum, &squares);
      sums.total += *sum;
      sums.squares += squares;
    }
  };
  for_gram_blocks(points, packed, kernel, use);
  return sums;
}

/// Σ_j |x_i - y_j| of every x_i by sorting y, O((n + m) log m).
std::vector<double> distance_sums(const PointsView& x, const PointsView& y) {
  std::vector<double> sorted(y.row(0), y.row(0) + y.size());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> prefix(sorted.size() + 1, 0.0);
  std::partial_sum(sorted.begin(), sorted.end(), prefix.begin() + 1);
  std::vector<double> sums(static_cast<std::size_t>(x.size()));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double value = x.at(i, 0);
    const auto below = static_cast<std::size_t>(
        std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
    const auto above = static_cast<double>(sorted.size() - below);
    sums[static_cast<std::size_t>(i)] = (value * static_cast<double>(below) - prefix[below]) +
                                        (prefix.back() - prefix[below] - value * above);
  }
  return sums;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> negated(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

/// Points on the line minus `centre`: prefix sums lose digits under a large common offset.
Points centred(const PointsView& points, double centre) {
  Points moved(points.size(), 1);
  for (std::int64_t i = 0; i < points.size(); ++i) *moved.row(i) = points.at(i, 0) - centre;
  return moved;
}

struct LineMoments {
  double sum = 0.0, squares = 0.0;
};

LineMoments line_moments(const PointsView& points) {
  LineMoments moments;
  kernels::sum_and_squares(points.row(0), points.size(), &moments.sum, &moments.squares);
  return moments;
}

GramSums distance_sums_on_a_line(const PointsView& p, const PointsView& q) {
  const double centre =
      (line_moments(p).sum + line_moments(q).sum) / static_cast<double>(p.size() + q.size());
  const Points x = centred(p, centre), y = centred(q, centre);
  const auto n = static_cast<double>(p.size()), m = static_cast<double>(q.size());
  const LineMoments a = line_moments(x), b = line_moments(y);
  GramSums sums{.n = p.size(), .m = q.size()};
  sums.rows_xx = negated(distance_sums(x, x));
  sums.rows_yy = negated(distance_sums(y, y));
  sums.rows_xy = negated(distance_sums(x, y));
  sums.columns_xy = negated(distance_sums(y, x));
  // Σ_ij (x_i - y_j)² from sums and sums of squares.
  sums.squares_xx = 2.0 * (n * a.squares - a.sum * a.sum);
  sums.squares_yy = 2.0 * (m * b.squares - b.sum * b.sum);
  sums.squares_xy = m * a.squares + n * b.squares - 2.0 * a.sum * b.sum;
  sums.total_xx = sum_of(sums.rows_xx);
  sums.total_yy = sum_of(sums.rows_yy);
  sums.total_xy = sum_of(sums.rows_xy);
  return sums;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Var of the U-statistic of one sample: n points, off-diagonal row sums, their total, Σ squares.
double within_variance(double n, const std::vector<double>& rows, double total, double squares) {
  const double f2 = n * (n - 1.0), f3 = f2 * (n - 2.0), f4 = f3 * (n - 3.0);
  const double row_squares = dot(rows, rows);
  const double shared_one = (row_squares - squares) / f3;
  const double shared_two = squares / f2;
  const double shared_none = (total * total - 4.0 * row_squares + 2.0 * squares) / f4;
  return (4.0 * (n - 2.0) * (shared_one - shared_none) + 2.0 * (shared_two - shared_none)) / f2;
}

double cross_variance(const GramSums& s) {
  const auto n = static_cast<double>(s.n), m = static_cast<double>(s.m);
  const double rows = dot(s.rows_xy, s.rows_xy), columns = dot(s.columns_xy, s.columns_xy);
  const double shared_x = (rows - s.squares_xy) / (n * m * (m - 1.0));
  const double shared_y = (columns - s.squares_xy) / (m * n * (n - 1.0));
  const double shared_both = s.squares_xy / (n * m);
  const double shared_none =
      (s.total_xy * s.total_xy - rows - columns + s.squares_xy) / (n * (n - 1.0) * m * (m - 1.0));
  return ((m - 1.0) * (shared_x - shared_none) + (n - 1.0) * (shared_y - shared_none) +
          (shared_both - shared_none)) /
         (n * m);
}

/// Cov(U_xx, U_xy) from the row sums of the n points that both share; m on the other side.
double covariance(double n, double m, const std::vector<double>& within, double total_within,
                  const std::vector<double>& across, double total_across) {
  const double f2 = n * (n - 1.0), f3 = f2 * (n - 2.0);
  const double shared = dot(within, across);
  return 2.0 / n * (shared / (f2 * m) - (total_within * total_across - 2.0 * shared) / (f3 * m));
}

}  // namespace

Kernel Kernel::rbf(std::vector<double> bandwidths) {
  require_positive(bandwidths, "bandwidth");
  return {.kind = Kind::rbf, .scales = std::move(bandwidths)};
}

Kernel Kernel::inverse_multiquadric(std::vector<double> constants) {
  require_positive(constants, "constant");
  return {.kind = Kind::inverse_multiquadric, .scales = std::move(constants)};
}

Kernel Kernel::polynomial(int degree) {
  if (degree < 1) {
    throw Error("The degree of a polynomial kernel is at least 1, not " + std::to_string(degree) +
                ".");
  }
  return {.kind = Kind::polynomial, .scales = {}, .degree = degree};
}

Kernel Kernel::negative_distance() { return {.kind = Kind::negative_distance}; }

double Kernel::operator()(const double* x, const double* y, std::int64_t d) const {
  double value = kind == Kind::polynomial ? kernels::dot(x, y, d) : squared_distance(x, y, d);
  apply(*this, &value, 1, d);
  return value;
}

namespace {

void require_finite(const GramSums& s) {
  const double all = s.squares_xx + s.squares_yy + s.squares_xy + s.diagonal_xx + s.diagonal_yy;
  if (std::isfinite(all)) return;
  throw Error("The kernel's values exceed the largest number: scale the points.");
}

GramSums sums_over_pairs(const PointsView& p, const PointsView& q, const Kernel& kernel) {
  const PackedPoints packed_p(p), packed_q(q);
  Within x = within_sums(p, packed_p, kernel), y = within_sums(q, packed_q, kernel);
  GramSums sums{.n = p.size(), .m = q.size()};
  sums.constant_diagonal = kernel.constant_diagonal();
  sums.rows_xx = std::move(x.rows);
  sums.rows_yy = std::move(y.rows);
  sums.total_xx = x.total;
  sums.total_yy = y.total;
  sums.squares_xx = x.squares;
  sums.squares_yy = y.squares;
  sums.diagonal_xx = x.diagonal;
  sums.diagonal_yy = y.diagonal;
  sums.rows_xy.resize(static_cast<std::size_t>(p.size()));
  sums.columns_xy.assign(static_cast<std::size_t>(q.size()), 0.0);
  const auto use = [&](std::int64_t begin, std::int64_t count, double* block, std::int64_t stride) {
    for (std::int64_t r = 0; r < count; ++r) {
      const double* row = block + r * stride;
      double squares = 0.0;
      double* sum = &sums.rows_xy[static_cast<std::size_t>(begin + r)];
      kernels::sum_and_squares(row, q.size(), sum, &squares);
      kernels::accumulate(row, q.size(), sums.columns_xy.data());
      sums.total_xy += *sum;
      sums.squares_xy += squares;
    }
  };
  for_gram_blocks(p, packed_q, kernel, use);
  return sums;
}

}  // namespace

GramSums gram_sums(const PointsView& p, const PointsView& q, const Kernel& kernel) {
  require_comparable(p, q, 1, "A Gram matrix");
  const bool on_a_line = kernel.kind == Kernel::Kind::negative_distance && p.dim() == 1;
  GramSums sums = on_a_line ? distance_sums_on_a_line(p, q) : sums_over_pairs(p, q, kernel);
  require_finite(sums);
  return sums;
}

double u_statistic(const GramSums& s) {
  const auto n = static_cast<double>(s.n), m = static_cast<double>(s.m);
  return s.total_xx / (n * (n - 1.0)) + s.total_yy / (m * (m - 1.0)) - 2.0 * s.total_xy / (n * m);
}

double v_statistic(const GramSums& s) {
  const auto n = static_cast<double>(s.n), m = static_cast<double>(s.m);
  return (s.total_xx + s.diagonal_xx) / (n * n) + (s.total_yy + s.diagonal_yy) / (m * m) -
         2.0 * s.total_xy / (n * m);
}

double u_variance(const GramSums& s, double weight_x, double weight_y) {
  if (s.n < 4 || s.m < 4) {
    throw Error("The variance of a two-sample U-statistic needs 4 points on each side; there are " +
                std::to_string(s.n) + " and " + std::to_string(s.m) + ".");
  }
  const auto n = static_cast<double>(s.n), m = static_cast<double>(s.m);
  const double x = within_variance(n, s.rows_xx, s.total_xx, s.squares_xx);
  const double y = within_variance(m, s.rows_yy, s.total_yy, s.squares_yy);
  const double cov_x = covariance(n, m, s.rows_xx, s.total_xx, s.rows_xy, s.total_xy);
  const double cov_y = covariance(m, n, s.rows_yy, s.total_yy, s.columns_xy, s.total_xy);
  return weight_x * weight_x * x + weight_y * weight_y * y + 4.0 * cross_variance(s) -
         4.0 * weight_x * cov_x - 4.0 * weight_y * cov_y;
}

namespace {

Points pooled(const PointsView& p, const PointsView& q) {
  std::vector<double> values(p.all().begin(), p.all().end());
  values.insert(values.end(), q.all().begin(), q.all().end());
  return {std::move(values), p.dim()};
}

/// Indicators of the first group, [1 + repetitions, N]: row 0 as given, then random relabellings.
Points relabellings(std::int64_t n, std::int64_t total, std::int64_t repetitions,
                    CounterStream& random) {
  Points groups(1 + repetitions, total);
  std::fill_n(groups.row(0), n, 1.0);
  for (std::int64_t r = 1; r <= repetitions; ++r) {
    const auto order = random_permutation(static_cast<std::size_t>(total), random);
    for (std::int64_t i = 0; i < n; ++i) groups.row(r)[order[static_cast<std::size_t>(i)]] = 1.0;
  }
  return groups;
}

}  // namespace

RelabelledStatistics relabelled_u_statistics(const PointsView& p, const PointsView& q,
                                             const Kernel& kernel, std::int64_t repetitions,
                                             CounterStream& random) {
  require_comparable(p, q, 2, "A permutation test");
  if (repetitions < 1) throw Error("A permutation test needs at least one relabelling.");
  if (kernel.kind == Kernel::Kind::negative_distance && p.dim() == 1) {
    return relabelled_energy_on_a_line(p, q, repetitions, random);
  }
  const Points points = pooled(p, q);
  const std::int64_t total = points.size(), stride_of_groups = 1 + repetitions;
  const Points groups = relabellings(p.size(), total, repetitions, random);
  const PackedPoints packed(points), packed_groups(groups);
  std::vector<double> within(static_cast<std::size_t>(stride_of_groups));  // Σ over both in group
  std::vector<double> touching(static_cast<std::size_t>(stride_of_groups));  // row in group
  std::vector<double> matrix(static_cast<std::size_t>(kBlock * total));
  std::vector<double> sums(static_cast<std::size_t>(kBlock * packed_groups.stride()));
  double grand = 0.0, largest = 0.0;
  const auto use = [&](std::int64_t begin, std::int64_t count, double* block, std::int64_t stride) {
    for (std::int64_t r = 0; r < count; ++r) {
      double* row = matrix.data() + r * total;
      std::copy(block + r * stride, block + r * stride + total, row);
      row[begin + r] = 0.0;
    }
    packed_groups.dots({matrix.data(), count, total}, sums.data());
    for (std::int64_t r = 0; r < count; ++r) {
      double row_total = 0.0, squares = 0.0;
      kernels::sum_and_squares(matrix.data() + r * total, total, &row_total, &squares);
      grand += row_total;
      largest = std::max(largest, std::sqrt(squares / static_cast<double>(total)));
      for (std::int64_t g = 0; g < stride_of_groups; ++g) {
        const double inside = groups.row(g)[begin + r];
        const auto at = static_cast<std::size_t>(g);
        within[at] += inside * sums[static_cast<std::size_t>(r * packed_groups.stride() + g)];
        touching[at] += inside * row_total;
      }
    }
  };
  for_gram_blocks(points, packed, kernel, use);
  const auto n = static_cast<double>(p.size()), m = static_cast<double>(q.size());
  const auto statistic = [&](std::size_t g) {
    const double across = touching[g] - within[g];
    const double other = grand - within[g] - 2.0 * across;
    return within[g] / (n * (n - 1.0)) + other / (m * (m - 1.0)) - 2.0 * across / (n * m);
  };
  RelabelledStatistics result{.observed = statistic(0)};
  result.rounding = 1e-12 * largest;
  for (std::size_t g = 1; g < within.size(); ++g) result.relabelled.push_back(statistic(g));
  return result;
}

}  // namespace elbow
