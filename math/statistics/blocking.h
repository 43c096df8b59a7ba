// Flyvbjerg and Petersen's blocking of a correlated stream, with log2 n accumulators.
#pragma once

#include <cstdint>
#include <vector>

#include "math/statistics/batch_means.h"
#include "math/statistics/welford.h"

namespace elbow {

/// Level l holds the means of blocks of 2^l numbers. The naive error of the mean rises from level
/// to level until the blocks are longer than the correlation. Source: Flyvbjerg & Petersen 1989,
/// "Error estimates on averages of correlated data"; the choice of the level (the first with block
/// length B and B^3 > 2 n (se_B / se_1)^4): Wolff 2004; Lee et al. 2011, "Strategies for improving
/// the efficiency of quantum Monte Carlo calculations".
class Blocking {
 public:
  void add(double x);
  std::int64_t count() const { return levels_.empty() ? 0 : levels_.front().moments.count(); }
  double mean() const { return levels_.empty() ? 0.0 : levels_.front().moments.mean(); }
  /// Throws Error with fewer than four numbers. Where the series is too short for its correlation,
  /// no level qualifies, the longest with 8 blocks is taken and `converged` is set to false.
  SeriesMean estimate(bool* converged = nullptr) const;
  /// (se / naive se)^2: how many steps count as one independent number; 1 for independent ones.
  double statistical_inefficiency() const;

 private:
  struct Level {
    Welford moments;
    double pending = 0.0;
    bool has_pending = false;
  };
  std::vector<Level> levels_;
};

}  // namespace elbow
