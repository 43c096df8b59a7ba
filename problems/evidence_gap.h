// What importance weights of single codes must satisfy where ln p(x) is known.
#pragma once

#include <vector>

#include "problems/checks.h"

namespace elbow::problems {

/// ln w = ln p(x, z) - ln q(z|x) of one z ~ q(z|x) for each x, and ln p(x), in pairs: E ln w, the
/// elbo, <= E ln p(x), and E w / p(x) = 1. The standard errors are those of the pairs, which do not
/// see how much the x differ. Weights that are spread widely (effective number below half) have a
/// meter in place of the second z-score.
void check_gap(const Checks& checks, const std::vector<double>& log_w,
               const std::vector<double>& log_p);

}  // namespace elbow::problems
