// Samples of several runs side by side.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/groups.h"

namespace elbow::report {

/// A block per step at which every group has a picture of samples, up to eight, first and last
/// among them, in at most `budget` bytes; `steps` gets what was taken. "" where there is none.
std::string samples_side_by_side(const std::vector<Group>& groups, std::size_t budget,
                                 std::vector<std::string>& steps);

}  // namespace elbow::report
