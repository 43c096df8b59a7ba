// A comparison as one HTML page that needs nothing beside it.
#pragma once

#include <string>

#include "report/comparison.h"

namespace elbow::report {

/// Settings that differ, a picture per question with all groups over each other, the plane of rate
/// and distortion of VAEs, samples at equal steps, and the tables. Text from runs is escaped;
/// nothing is loaded; below 5 MB.
std::string compare_page(const Comparison& comparison);

}  // namespace elbow::report
