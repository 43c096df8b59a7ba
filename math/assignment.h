// The linear assignment problem in float64.
#pragma once

#include <cstdint>
#include <vector>

namespace elbow {

/// A permutation of least cost, and the dual potentials that prove it: row[i] + column[j] <= c_ij
/// for all pairs, with equality on the assigned ones.
struct Assignment {
  std::vector<std::int64_t> column_of_row;
  std::vector<double> row, column;  ///< dual potentials, [n]
  double cost = 0.0;                ///< Σ_i c(i, column_of_row[i])
};

/// Shortest augmenting paths after column reduction and augmenting row reduction, O(n³). `cost` is
/// row-major [n, n] and finite. Source: Jonker & Volgenant 1987.
Assignment solve_assignment(const std::vector<double>& cost, std::int64_t n);

}  // namespace elbow
