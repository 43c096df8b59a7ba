// The rows of elbow divergence, one after the other as they are found.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "math/densities/density.h"
#include "math/densities/discrete_law.h"
#include "math/divergences/exact.h"
#include "math/points.h"

namespace elbow::app {

/// A distribution as it was given: a density, a law of finitely many numbers, or points from a
/// file.
struct Distribution {
  std::string name;
  DensityPtr density;  // null for a file and a discrete law
  Points points;
  std::optional<DiscreteLaw> discrete = {};
  std::int64_t dim() const { return density ? density->dim() : discrete ? 1 : points.dim(); }
  bool known() const { return density || discrete; }
  Points draws(std::int64_t n, std::uint64_t seed, std::uint64_t stream) const {
    return density ? draw(*density, n, seed, stream) : draw(*discrete, n, seed, stream);
  }
};

struct RowSettings {
  std::int64_t samples = 2000;  ///< draws from each density
  std::uint64_t seed = 1;
  DivergenceSettings divergences;
};

/// What happens while rows are found. `begins` comes before an estimate that may take long.
struct RowEvents {
  /// Widths that the longest quantity, estimator and unit may have, before the first row.
  std::function<void(int quantity, int estimator, int unit)> widths;
  std::function<void(const Finding& row)> found;
  std::function<void(const std::string& what, std::size_t index, std::size_t of)> begins;
  std::function<void(const std::string& what, const std::string& why)> left_out;
};

/// Exact values, then estimates, quantity by quantity. Draws the points of densities. Of two files
/// with the same points only distances between sets are shown: the rest takes the samples to be
/// independent. The number of rows.
std::size_t find_rows(const RowSettings& settings, Distribution& p, Distribution& q,
                      const RowEvents& events);

}  // namespace elbow::app
