// The value of an equation of numbers, in float64.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "equations/expression.h"
#include "equations/message.h"

namespace elbow::equations {

/// Values of what the language itself does not know: names, and applied networks, densities and
/// divergences.
using Leaves = std::function<double(const Expression& leaf)>;

/// Under E and sum_j stands one sample and one dimension: they are the value itself. 0 times
/// something infinite is not a number, as in IEEE arithmetic.
double evaluate(const Expression& e, const Leaves& leaf);

/// Errors for every name, function, E and sum that a formula of numbers in `variables` cannot have,
/// with the near name.
std::vector<Message> check_scalar(const Expression& e, const std::vector<std::string>& variables);

}  // namespace elbow::equations
