// Which logged terms a statement is about.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/spec.h"

namespace elbow::report {

/// Those of `keys` without which the identity cannot be evaluated on `values` (the last number of
/// every key of a run), and, for the closures of a loss (V1, G8), the loss and what it is the sum
/// of. In the order of `keys`.
std::vector<std::string> involved(const IdentitySpec& identity, const Values& values,
                                  const std::vector<std::string>& keys);

}  // namespace elbow::report
