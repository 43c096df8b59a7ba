// A comparison as text for a terminal.
#pragma once

#include <string>

#include "report/comparison.h"

namespace elbow::app {

/// Settings that differ, then a block per section, then how to read it. `width`: columns; where a
/// line per term does not fit, each group gets a line of its own.
std::string comparison_table(const report::Comparison& comparison, int width);

}  // namespace elbow::app
