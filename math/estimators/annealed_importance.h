// ln Z from the log-weights of annealed chains (math/sampling/annealing.h).
#pragma once

#include <span>

#include "core/estimate.h"

namespace elbow {

/// ln mean w of the C forward chains of one image: a lower bound of ln Z in expectation. se by the
/// delta method; absent for one chain and where the effective number of chains is below 5 % of C.
/// Throws Error for no chains, NaN and +inf. Source: Neal 2001; Wu et al. 2017.
Estimate annealed_lower_bound(std::span<const double> log_w);

/// -ln mean w of the reverse chains, started from an exact sample of the target (they may share
/// it): an upper bound of ln Z in expectation, at most ln mean (1 / w), the looser one (V48).
/// Source: Grosse, Ghahramani & Adams 2015.
Estimate annealed_upper_bound(std::span<const double> log_w);

}  // namespace elbow
