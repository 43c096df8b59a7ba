// The energy distance on a line under relabelling, by one sorting.
#pragma once

#include <cstdint>

#include "math/gram.h"

namespace elbow {

/// relabelled_u_statistics of the kernel -|x - y| in one dimension: the same random relabellings,
/// O((n + m) (log(n + m) + repetitions)), with a running count and sum of each group over the
/// sorted points. Errors: fewer than 2 points, no repetition, another dimension, not finite.
RelabelledStatistics relabelled_energy_on_a_line(const PointsView& p, const PointsView& q,
                                                 std::int64_t repetitions, CounterStream& random);

}  // namespace elbow
