// The optimal coupling of two weighted point sets on a line, for every convex cost.
#pragma once

#include <algorithm>
#include <cstddef>

namespace elbow {

/// Calls use(i, j, mass) for the pieces of the coupling of n points of weight 1/n with m points of
/// weight 1/m, both ascending: the levels i/n and j/m are compared as integers. At most n + m - 1
/// calls.
template <class Use>
void for_each_coupled(std::size_t n, std::size_t m, const Use& use) {
  const double unit = 1.0 / (static_cast<double>(n) * static_cast<double>(m));
  std::size_t level = 0;  // in units of 1 / nm
  for (std::size_t i = 0, j = 0; i < n;) {
    const std::size_t x_end = (i + 1) * m, y_end = (j + 1) * n, end = std::min(x_end, y_end);
    use(i, j, static_cast<double>(end - level) * unit);
    level = end;
    if (x_end == end) ++i;
    if (y_end == end) ++j;
  }
}

}  // namespace elbow
