// Divergences and distances between laws of finitely many numbers, by enumeration.
#pragma once

#include <vector>

#include "math/densities/discrete_law.h"
#include "math/divergences/exact.h"

namespace elbow {

/// Every quantity of divergence_quantities(), as in exact_divergences, with sums over atoms for
/// integrals; the route is "enumeration". +inf where P has mass and Q has none, as the quantity
/// says.
std::vector<Finding> enumerated_divergences(const DiscreteLaw& p, const DiscreteLaw& q,
                                            const DivergenceSettings& settings,
                                            std::vector<LeftOut>* left_out = nullptr);

}  // namespace elbow
