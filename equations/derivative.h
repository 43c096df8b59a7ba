// Derivatives of equations, as trees.
#pragma once

#include "equations/expression.h"

namespace elbow::equations {

/// d e / d variable, simplified. `variable`: a name, or an applied network such as C(x), which is
/// then held to be a number like others: wherever the same piece stands, it is differentiated. What
/// is stopped (stop(...)) and what is applied with no rule (densities, other networks) counts as
/// constant. Under E and sum_j the derivative is that of one sample and one dimension. Kinks (abs,
/// relu, min, max) have the derivative that their functions say (functions.h). a^b with b that
/// depends on the variable is differentiated as exp(b ln a), for a > 0.
ExpressionPtr derivative(const ExpressionPtr& e, const Expression& variable);

/// Equal in value wherever `e` has one: sums and products without 0 and 1, numbers multiplied out,
/// signs drawn to the front. Nothing is cancelled that could be 0/0.
ExpressionPtr simplified(const ExpressionPtr& e);

}  // namespace elbow::equations
