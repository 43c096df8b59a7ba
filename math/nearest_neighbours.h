// Distances to k-th nearest neighbours, by brute force: exact, and the fastest above ten
// dimensions.
#pragma once

#include <cstdint>
#include <vector>

#include "math/points.h"

namespace elbow {

enum class Norm { euclidean, maximum };

/// Distance from each query to its k-th nearest reference, k >= 1. O(n m d). Throws Error where
/// there are fewer than k references.
std::vector<double> kth_distances(const PointsView& queries, const PointsView& references,
                                  std::int64_t k, Norm norm = Norm::euclidean);

/// Distance from each point to its k-th nearest other one: the point itself, not its duplicates, is
/// left out. Throws Error for k >= n.
std::vector<double> kth_distances_within(const PointsView& points, std::int64_t k,
                                         Norm norm = Norm::euclidean);

/// Of each query: how many references lie at most `radius` of it away. O(n m d).
std::vector<std::int64_t> count_within(const PointsView& queries, const PointsView& references,
                                       const std::vector<double>& radius);

}  // namespace elbow
