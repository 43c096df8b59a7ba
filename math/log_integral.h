// ln ∫ e^f over a box on the line or in the plane, for f with narrow peaks: a midpoint rule that is
// refined where the integrand is.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "math/points.h"

namespace elbow {

/// f at each row of z [n, d]; -inf where e^f is 0.
using LogIntegrand = std::function<std::vector<double>(const PointsView& z)>;

/// Where a peak is expected: it is resolved at least to this scale, wherever else the others are.
struct ExpectedPeak {
  std::vector<double> location, scale;  ///< [d]
};

struct LogIntegralSettings {
  std::int64_t cells = 24;           ///< along each axis before refinement
  double tolerance = 1e-5;           ///< of the value, in nats: when refinement ends
  double negligible = 22.0;          ///< nats below the largest cell: not refined
  std::int64_t most_points = 50000;  ///< evaluations after which it ends in any case
};

struct LogIntegral {
  double value = 0.0;  ///< nats
  double error = 0.0;  ///< change of the value in the last refinement, +inf where there was none
  std::int64_t points = 0;
};

/// Cells below e^-negligible of the largest are left as they are, the others are halved along each
/// axis until the value stands still. A peak that is narrower than the first cells, away from
/// `expected`, can be missed: the value is then too low. Errors: d not 1 or 2, an empty box.
LogIntegral log_integral(const LogIntegrand& f, const std::vector<double>& low,
                         const std::vector<double>& high, const ExpectedPeak& expected,
                         const LogIntegralSettings& settings = {});

}  // namespace elbow
