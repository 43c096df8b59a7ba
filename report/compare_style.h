// Style and script of the page of a comparison.
#pragma once

namespace elbow::report {

extern const char* const kCompareStyle;
extern const char* const kCompareScript;

}  // namespace elbow::report
