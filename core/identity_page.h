// Where the statement of a check is explained.
#pragma once

#include <string>
#include <string_view>

namespace elbow {

/// From the root of the sources: "docs/conventions.md#V1" for V1 and for V1.generator,
/// "docs/conventions.md#range" for range:TERM.
std::string identity_page(std::string_view id);

}  // namespace elbow
