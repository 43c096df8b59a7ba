// Adaptive Gauss-Kronrod quadrature of several integrals over the same nodes.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace elbow {

/// Writes the integrands at x into `out`.
using VectorFunction = std::function<void(double x, std::span<double> out)>;

struct Integrals {
  std::vector<double> values;
  std::vector<double> errors;  ///< sums of |Kronrod - Gauss| over the panels: pessimistic
};

/// Tolerance of each panel: relative to the whole integral plus absolute, plus `floors` where there
/// is one an integral. A panel whose error is the rounding of its own value is as good as it gets.
struct QuadratureTolerance {
  double relative = 1e-12;
  double absolute = 1e-15;
  std::span<const double> floors = {};
  std::size_t most_panels = 20000;
};

/// Integrals from the first to the last of `breakpoints` (finite, in any order, repetitions
/// allowed), panel by panel; a panel whose error is too large is halved. 21 nodes a panel, none at
/// its ends. Put breakpoints at kinks and jumps and around narrow peaks. Not converged panels stay
/// in `errors`. An integrand that is not finite throws Error.
Integrals integrate(const VectorFunction& f, std::size_t components,
                    std::vector<double> breakpoints, QuadratureTolerance tolerance = {});
/// One integral.
double integrate(const std::function<double(double)>& f, std::vector<double> breakpoints,
                 QuadratureTolerance tolerance = {});

/// Where `f` changes sign between neighbours of an ascending grid, by bisection to rounding.
std::vector<double> sign_changes(const std::function<double(double)>& f,
                                 std::span<const double> grid);
/// The breakpoints, ascending and without repetitions, and `pieces` - 1 points inside each panel.
std::vector<double> refined(std::vector<double> breakpoints, int pieces);

}  // namespace elbow
