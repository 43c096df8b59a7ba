// Exact values of divergences between two laws, and what must hold between them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "math/divergences/exact.h"
#include "problems/checks.h"

namespace elbow::problems {

/// One exact value a quantity, by its name.
using Exact = std::map<std::string, double>;

/// The first value of each quantity; others of it, by other routes, are compared with it.
Exact exact_values(const Checks& checks, const std::vector<Finding>& findings);

/// G39, D: inequalities and equations between exact values, as far as these are there.
void check_relations(const Checks& checks, const Exact& values);

}  // namespace elbow::problems
