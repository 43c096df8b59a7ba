#include "math/estimators/prdc.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "math/distances.h"
#include "math/numeric.h"
#include "math/statistics/jackknife.h"

namespace elbow {
namespace {

constexpr std::int64_t kBlock = 32;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Calls `use(i, distances)` with the squared distances of every row i to all columns.
template <class Use>
void for_rows(const PointsView& rows, const PackedPoints& columns, const Use& use) {
  std::vector<double> block(at(kBlock * columns.stride()));
  for (std::int64_t begin = 0; begin < rows.size(); begin += kBlock) {
    const std::int64_t end = std::min(rows.size(), begin + kBlock);
    columns.squared_distances(rows.rows(begin, end), block.data());
    for (std::int64_t i = begin; i < end; ++i)
      use(i, block.data() + (i - begin) * columns.stride());
  }
}

/// Squared distance of each point to its k-th neighbour, [n, groups + 1]: column g without the
/// points of group g (point i is in group i mod groups), the last one with all.
class Radii {
 public:
  Radii(const PointsView& points, std::int64_t k, std::int64_t groups)
      : columns_(groups + 1), values_(at(points.size() * columns_)) {
    const std::int64_t n = points.size();
    // Enough neighbours that k are left without those of any one group.
    const std::int64_t group_size = groups > 0 ? (n + groups - 1) / groups : 0;
    const std::int64_t length = std::min(n - 1, k + group_size);
    std::vector<std::pair<double, std::int64_t>> neighbours(at(n));
    for_rows(points, PackedPoints(points), [&](std::int64_t i, const double* distances) {
      for (std::int64_t j = 0; j < n; ++j) {
        neighbours[at(j)] = {distances[j], groups > 0 ? j % groups : 0};
      }
      std::swap(neighbours[at(i)], neighbours.back());  // itself, left out
      std::partial_sort(neighbours.begin(), neighbours.begin() + length, neighbours.end() - 1);
      for (std::int64_t g = 0; g < columns_; ++g) set(i, g, neighbours, length, k);
    });
  }

  /// groups(): the column with all points.
  double at_group(std::int64_t i, std::int64_t g) const { return values_[at(i * columns_ + g)]; }
  std::int64_t groups() const { return columns_ - 1; }
  double largest(std::int64_t i) const {
    const double* row = values_.data() + i * columns_;
    return *std::max_element(row, row + columns_);
  }

 private:
  void set(std::int64_t i, std::int64_t g,
           const std::vector<std::pair<double, std::int64_t>>& neighbours, std::int64_t length,
           std::int64_t k) {
    std::int64_t left = k;
    for (std::int64_t j = 0; j < length; ++j) {
      const auto& [distance, group] = neighbours[at(j)];
      if (g < groups() && group == g) continue;
      if (--left > 0) continue;
      values_[at(i * columns_ + g)] = distance;
      return;
    }
  }

  std::int64_t columns_;
  std::vector<double> values_;
};

/// A number on all points, without each group of the centres and without each group of the others.
struct Replicates {
  double value = 0.0;
  std::vector<double> without_centres, without_others;
};

Estimate estimate(const Replicates& r) {
  Estimate found{.value = r.value};
  if (r.without_centres.empty()) {
    found.note = "no standard error from so few points";
    return found;
  }
  found.se =
      std::hypot(jackknife(r.value, r.without_centres).se, jackknife(r.value, r.without_others).se);
  return found;
}

/// Size of a set without group g.
double left(std::int64_t n, std::int64_t groups, std::int64_t g) {
  return static_cast<double>(n - (n - g + groups - 1) / groups);
}

/// Open balls around `centres`, and which of the `others` lie in them.
class Balls {
 public:
  Balls(const PointsView& centres, const PointsView& others, std::int64_t k, std::int64_t groups)
      : n_(centres.size()),
        m_(others.size()),
        k_(k),
        groups_(groups),
        radii_(centres, k, groups),
        covered_(at((groups + 1) * m_), 0),
        hits_(at(groups + 1), 0.0),
        hits_without_others_(at(groups), 0.0),
        occupied_(at(groups + 1), 0.0),
        occupied_without_others_(at(groups), 0.0) {
    std::vector<std::int64_t> hits_in_group(at(groups));
    for_rows(centres, PackedPoints(others),
             [&](std::int64_t i, const double* distances) { visit(i, distances, hits_in_group); });
  }

  /// Share of the others that lie in some ball.
  Replicates share_of_others() const {
    Replicates r;
    const char* all = covered_.data() + groups_ * m_;
    r.value = static_cast<double>(std::count(all, all + m_, 1)) / static_cast<double>(m_);
    for (std::int64_t g = 0; g < groups_; ++g) {
      const char* row = covered_.data() + g * m_;
      r.without_centres.push_back(static_cast<double>(std::count(row, row + m_, 1)) /
                                  static_cast<double>(m_));
      double count = 0.0;
      for (std::int64_t j = 0; j < m_; ++j) count += j % groups_ == g ? 0.0 : all[j];
      r.without_others.push_back(count / left(m_, groups_, g));
    }
    return r;
  }

  /// Balls that an other lies in, over k, on average.
  Replicates density() const {
    Replicates r;
    const auto k = static_cast<double>(k_), m = static_cast<double>(m_);
    r.value = hits_[at(groups_)] / (k * m);
    for (std::int64_t g = 0; g < groups_; ++g) {
      r.without_centres.push_back(hits_[at(g)] / (k * m));
      r.without_others.push_back(hits_without_others_[at(g)] / (k * left(m_, groups_, g)));
    }
    return r;
  }

  /// Share of the balls that hold at least one of the others.
  Replicates share_of_balls() const {
    Replicates r;
    const auto n = static_cast<double>(n_);
    r.value = occupied_[at(groups_)] / n;
    for (std::int64_t g = 0; g < groups_; ++g) {
      r.without_centres.push_back(occupied_[at(g)] / left(n_, groups_, g));
      r.without_others.push_back(occupied_without_others_[at(g)] / n);
    }
    return r;
  }

 private:
  void visit(std::int64_t i, const double* distances, std::vector<std::int64_t>& hits_in_group) {
    const double widest = radii_.largest(i);
    std::fill(hits_in_group.begin(), hits_in_group.end(), 0);
    double least = kInfinity;
    std::int64_t hits = 0;
    for (std::int64_t j = 0; j < m_; ++j) {
      const double distance = distances[j];
      least = std::min(least, distance);
      if (!(distance < widest)) continue;
      for (std::int64_t g = 0; g <= groups_; ++g) {
        if (is_without(i, g) || !(distance < radii_.at_group(i, g))) continue;
        covered_[at(g * m_ + j)] = 1;
        hits_[at(g)] += 1.0;
      }
      if (!(distance < radii_.at_group(i, groups_))) continue;
      ++hits;
      if (groups_ > 0) ++hits_in_group[at(j % groups_)];
    }
    for (std::int64_t g = 0; g <= groups_; ++g) {
      if (!is_without(i, g) && least < radii_.at_group(i, g)) occupied_[at(g)] += 1.0;
    }
    for (std::int64_t g = 0; g < groups_; ++g) {
      const std::int64_t rest = hits - hits_in_group[at(g)];
      hits_without_others_[at(g)] += static_cast<double>(rest);
      if (rest > 0) occupied_without_others_[at(g)] += 1.0;
    }
  }

  bool is_without(std::int64_t i, std::int64_t g) const { return g < groups_ && i % groups_ == g; }

  std::int64_t n_, m_, k_, groups_;
  Radii radii_;
  std::vector<char> covered_;  ///< [groups + 1, m]
  std::vector<double> hits_, hits_without_others_, occupied_, occupied_without_others_;
};

}  // namespace

Prdc prdc(const PointsView& reals, const PointsView& fakes, std::int64_t k, std::int64_t groups) {
  if (k < 1)
    throw Error("Precision and recall need k of at least 1, not " + std::to_string(k) + ".");
  if (groups < 2) throw Error("The jackknife of precision and recall needs at least two groups.");
  require_comparable(reals, fakes, k + 1, "Precision and recall with k = " + std::to_string(k));
  const std::int64_t fewest = std::min(reals.size(), fakes.size());
  const bool enough = fewest >= 2 * groups && fewest - (fewest + groups - 1) / groups > k;
  const std::int64_t used = enough ? groups : 0;
  const Balls around_reals(reals, fakes, k, used), around_fakes(fakes, reals, k, used);
  return {.precision = estimate(around_reals.share_of_others()),
          .recall = estimate(around_fakes.share_of_others()),
          .density = estimate(around_reals.density()),
          .coverage = estimate(around_reals.share_of_balls())};
}

double coverage_null(std::int64_t reals, std::int64_t fakes, std::int64_t k) {
  double missed = 1.0;
  for (std::int64_t i = 1; i <= k; ++i) {
    missed *= static_cast<double>(reals - i) / static_cast<double>(fakes + reals - i);
  }
  return 1.0 - missed;
}

namespace estimators::prdc {

std::vector<EstimatorSpec> specs() {
  EstimatorSpec precision{
      .name = "precision",
      .quantity = "precision",
      .summary = "Share of fakes within the k-th neighbour's distance of some real point.",
      .equation = R"(\frac1M\sum_j1[\exists i:\lVert f_j-r_i\rVert<\rho_i])",
      .unicode =
          "mean over j of 1[∃ i: ‖fⱼ−rᵢ‖ < ρᵢ], ρᵢ the k-th neighbour's distance among the reals",
      .unit = "1",
      .minimum = 0.0,
      .maximum = 1.0,
      .bias = Bias::unknown,
      .bias_note =
          "its value at P = Q depends on n, k and the distribution: compare with the floor; "
          "outliers among the reals inflate it",
      .standard_error = "delete-group jackknife, the two sides apart",
      .cost = "O((N + M)² d)",
      .confused_with = "recall (the roles swapped); ≤ in place of <, which differs on duplicates",
      .reference = "Kynkäänniemi et al. 2019, Improved precision and recall metric"};
  EstimatorSpec recall = precision;
  recall.name = recall.quantity = "recall";
  recall.summary = "Share of reals within the k-th neighbour's distance of some fake point.";
  recall.equation = R"(\frac1N\sum_i1[\exists j:\lVert r_i-f_j\rVert<\sigma_j])";
  recall.unicode =
      "mean over i of 1[∃ j: ‖rᵢ−fⱼ‖ < σⱼ], σⱼ the k-th neighbour's distance among the fakes";
  recall.bias_note =
      "its value at P = Q depends on n, k and the distribution: compare with the floor";
  recall.confused_with = "coverage, whose balls are around the reals";
  EstimatorSpec density = precision;
  density.name = density.quantity = "density";
  density.summary = "Number of real balls that a fake lies in, over k: 1 on average at P = Q.";
  density.equation = R"(\frac1{kM}\sum_{ij}1[\lVert f_j-r_i\rVert<\rho_i])";
  density.unicode = "Σᵢⱼ 1[‖fⱼ−rᵢ‖ < ρᵢ] / kM";
  density.maximum = {};
  density.bias_note = "none at P = Q, where it is 1 on average for every n and k";
  density.confused_with = "a share: it can exceed 1";
  density.reference = "Naeem et al. 2020, Reliable fidelity and diversity metrics";
  EstimatorSpec coverage = precision;
  coverage.name = coverage.quantity = "coverage";
  coverage.summary = "Share of reals with a fake nearer than their k-th real neighbour.";
  coverage.equation = R"(\frac1N\sum_i1[\min_j\lVert f_j-r_i\rVert<\rho_i])";
  coverage.unicode = "mean over i of 1[minⱼ ‖fⱼ−rᵢ‖ < ρᵢ]";
  coverage.bias_note =
      "at P = Q its mean is 1 − Π_{i=1..k} (N−i)/(M+N−i), for every continuous law";
  coverage.confused_with = "recall, whose balls are around the fakes";
  coverage.reference = density.reference;
  return {precision, recall, density, coverage};
}

}  // namespace estimators::prdc
}  // namespace elbow
