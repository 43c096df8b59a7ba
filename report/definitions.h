// What makes two numbers of one name the same quantity.
#pragma once

#include <string>
#include <vector>

#include "report/groups.h"

namespace elbow::report {

/// Why `term` is not one quantity in all groups: what terms.json says of it (equation, unit, sign,
/// reduction, estimator), the data set and its binarisation and range, the likelihood where ln
/// p(x|z) is in it, the objective and its penalties for losses, and latent dimensions by number,
/// which have no common order. Empty: it is one.
std::vector<std::string> definition_differences(const std::string& term,
                                                const std::vector<Group>& groups);

/// Whether one part of the name is a number: "kl/dim/7".
bool is_numbered(const std::string& term);

/// "[0, ∞), 1.386 at equilibrium".
std::string theory_text(const TermInfo& info);

}  // namespace elbow::report
