#include "math/estimators/prdc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "math/distances.h"
#include "math/estimators/classifier_two_sample.h"
#include "math/statistics/permutation.h"
#include "math/threefry.h"

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

constexpr std::int64_t kSplits = 64;
using Mask = std::uint64_t;  // bit s: in the first half of split s

/// Random halves of n points for each split, always the same for one n and `stream`.
std::vector<Mask> random_halves(std::int64_t n, std::uint64_t stream) {
  CounterStream random(static_cast<std::uint64_t>(n), stream);
  std::vector<Mask> masks(at(n), 0);
  for (std::int64_t s = 0; s < kSplits; ++s) {
    const std::vector<std::size_t> order = random_permutation(at(n), random);
    for (std::int64_t i = 0; i < n / 2; ++i) masks[order[at(i)]] |= Mask{1} << s;
  }
  return masks;
}

bool bit(Mask mask, std::int64_t s) { return (mask >> s & 1u) != 0; }

/// Squared distance of each point to its k-th neighbour: among the points of its own half in each
/// split, and (last) among all.
class Radii {
 public:
  Radii(const PointsView& points, const std::vector<Mask>& masks, std::int64_t k, bool halves)
      : masks_(masks), k_(k), halves_(halves), values_(at(points.size() * kColumns), 0.0) {
    const std::int64_t n = points.size();
    std::vector<std::pair<double, std::int64_t>> neighbours(at(n));
    for_rows(points, PackedPoints(points), [&](std::int64_t i, const double* distances) {
      for (std::int64_t j = 0; j < n; ++j) neighbours[at(j)] = {distances[j], j};
      std::swap(neighbours[at(i)], neighbours.back());  // itself, left out
      const auto last = neighbours.end() - 1;
      // Each half holds about every second neighbour; where these do not reach, all of them do.
      const std::int64_t few = std::min(n - 1, 6 * k + 30);
      std::partial_sort(neighbours.begin(), neighbours.begin() + few, last);
      if (set(i, std::span(neighbours).first(at(few)))) return;
      std::sort(neighbours.begin(), last);
      set(i, std::span(neighbours).first(at(n - 1)));
    });
  }

  double in_half(std::int64_t i, std::int64_t s) const { return values_[at(i * kColumns + s)]; }
  double all(std::int64_t i) const { return in_half(i, kSplits); }
  double largest(std::int64_t i) const {
    const double* row = values_.data() + i * kColumns;
    return *std::max_element(row, row + kColumns);
  }

 private:
  static constexpr std::int64_t kColumns = kSplits + 1;

  /// False where some half has fewer than k of the neighbours.
  bool set(std::int64_t i, std::span<const std::pair<double, std::int64_t>> neighbours) {
    double* row = values_.data() + i * kColumns;
    row[kSplits] = neighbours[at(k_ - 1)].first;
    for (std::int64_t s = 0; halves_ && s < kSplits; ++s) {
      std::int64_t left = k_;
      for (const auto& [distance, j] : neighbours) {
        if (bit(masks_[at(i)] ^ masks_[at(j)], s) || --left > 0) continue;
        row[s] = distance;
        break;
      }
      if (left > 0) return false;
    }
    return true;
  }

  const std::vector<Mask>& masks_;
  std::int64_t k_;
  bool halves_;
  std::vector<double> values_;  ///< [n, splits + 1]
};

/// A number on all points, and on the two halves of each split.
struct Halved {
  double value = 0.0;
  std::vector<std::array<double, 2>> halves = {};
};

/// The halves of a split are independent samples: E (a - b)² = 2 Var(half) = 4 Var(all) where the
/// variance falls like 1/n.
/// `share_of`: the points of which it is a share; 0: it is none.
Estimate estimate(const Halved& h, bool enough, std::int64_t share_of) {
  Estimate found{.value = h.value};
  if (!enough) {
    found.note = "no standard error from so few points";
    return found;
  }
  double squares = 0.0;
  for (const auto& [a, b] : h.halves) squares += (a - b) * (a - b);
  found.se = std::sqrt(0.25 * squares / static_cast<double>(h.halves.size()));
  // Next to 0 or 1 the halves agree by chance: what none of n points shows may hold for some.
  if (share_of > 0) {
    found.se = std::max(*found.se, unseen_share_error(static_cast<double>(share_of)));
  } else if (found.value == 0.0) {
    found.se.reset();
    found.note = "no ball holds a point: no standard error";
  }
  return found;
}

/// Counts of something over all points, and over each half of each split.
struct Counts {
  double all = 0.0;
  std::array<std::array<double, 2>, kSplits> half = {};

  void add(Mask mask) {
    all += 1.0;
    for (std::int64_t s = 0; s < kSplits; ++s) half[at(s)][bit(mask, s)] += 1.0;
  }
  Halved over(const Counts& whole, double factor = 1.0) const {
    Halved shares{.value = all / (factor * whole.all)};
    for (std::size_t s = 0; s < half.size(); ++s) {
      shares.halves.push_back(
          {half[s][0] / (factor * whole.half[s][0]), half[s][1] / (factor * whole.half[s][1])});
    }
    return shares;
  }
};

Counts sizes(const std::vector<Mask>& masks) {
  Counts counts;
  for (const Mask mask : masks) counts.add(mask);
  return counts;
}

/// Open balls around `centres`, and which of the `others` lie in them: the balls of a half are
/// those of its own centres with radii among themselves, and hold others of the same half.
class Balls {
 public:
  Balls(const PointsView& centres, const std::vector<Mask>& centre_masks, const PointsView& others,
        const std::vector<Mask>& other_masks, std::int64_t k, bool halves)
      : centre_masks_(centre_masks),
        other_masks_(other_masks),
        radii_(centres, centre_masks, k, halves),
        inside_(at(others.size()), 0),
        inside_half_(at(others.size()), 0) {
    for_rows(centres, PackedPoints(others),
             [&](std::int64_t i, const double* distances) { visit(i, distances); });
  }

  /// Pairs of a ball and an other in it.
  const Counts& hits() const { return hits_; }
  /// Balls that hold at least one of the others.
  const Counts& occupied() const { return occupied_; }
  /// Others that lie in some ball.
  Counts covered() const {
    Counts counts;
    for (std::size_t j = 0; j < inside_.size(); ++j) {
      counts.all += inside_[j];
      add_halves(counts, inside_half_[j], other_masks_[j]);
    }
    return counts;
  }

 private:
  /// One more in its half of each split whose bit is set in `splits`.
  static void add_halves(Counts& counts, Mask splits, Mask mask) {
    for (std::int64_t s = 0; s < kSplits; ++s) {
      if (bit(splits, s)) counts.half[at(s)][bit(mask, s)] += 1.0;
    }
  }

  void visit(std::int64_t i, const double* distances) {
    const double widest = radii_.largest(i), radius = radii_.all(i);
    const Mask mask = centre_masks_[at(i)];
    Mask occupied_half = 0;
    bool any = false;
    for (std::size_t j = 0; j < inside_.size(); ++j) {
      const double distance = distances[j];
      if (!(distance < widest)) continue;
      Mask in_half = ~(mask ^ other_masks_[j]);
      for (std::int64_t s = 0; s < kSplits; ++s) {
        if (!(distance < radii_.in_half(i, s))) in_half &= ~(Mask{1} << s);
      }
      add_halves(hits_, in_half, mask);
      inside_half_[j] |= in_half;
      occupied_half |= in_half;
      if (!(distance < radius)) continue;
      hits_.all += 1.0;
      inside_[j] = 1;
      any = true;
    }
    add_halves(occupied_, occupied_half, mask);
    if (any) occupied_.all += 1.0;
  }

  const std::vector<Mask>&centre_masks_, &other_masks_;
  Radii radii_;
  std::vector<char> inside_;
  std::vector<Mask> inside_half_;
  Counts hits_, occupied_;
};

}  // namespace

Prdc prdc(const PointsView& reals, const PointsView& fakes, std::int64_t k) {
  if (k < 1)
    throw Error("Precision and recall need k of at least 1, not " + std::to_string(k) + ".");
  require_comparable(reals, fakes, 1, "Precision and recall");
  if (std::min(reals.size(), fakes.size()) <= k) {
    throw Error("Precision and recall with k = " + std::to_string(k) + " need at least " +
                std::to_string(k + 1) + " points of each; there are " +
                std::to_string(reals.size()) + " and " + std::to_string(fakes.size()) +
                ". A smaller k needs fewer.");
  }
  const bool enough = std::min(reals.size(), fakes.size()) / 2 > k;
  const std::vector<Mask> real_masks = random_halves(reals.size(), 0);
  const std::vector<Mask> fake_masks = random_halves(fakes.size(), 1);
  const Counts n = sizes(real_masks), m = sizes(fake_masks);
  const Balls around_reals(reals, real_masks, fakes, fake_masks, k, enough);
  const Balls around_fakes(fakes, fake_masks, reals, real_masks, k, enough);
  return {.precision = estimate(around_reals.covered().over(m), enough, fakes.size()),
          .recall = estimate(around_fakes.covered().over(n), enough, reals.size()),
          .density = estimate(around_reals.hits().over(m, static_cast<double>(k)), enough, 0),
          .coverage = estimate(around_reals.occupied().over(n), enough, reals.size())};
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
      .standard_error =
          "differences between the two halves of random splits; of shares at least that of one of "
          "which no exception was seen",
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
