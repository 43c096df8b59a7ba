// Checks one value against its spec.
#pragma once

#include <string>
#include <string_view>

#include "core/config/layers.h"

namespace elbow {

/// "real", "real or schedule", "list of integers", ...
std::string_view type_name(const ParameterSpec& spec);
/// "a number or a schedule table", "a list of integers such as [400, 200]", ...
std::string type_text(const ParameterSpec& spec);
/// "in [0, 1]", ">= 0", "> 0"; "" where everything goes.
std::string range_text(const ParameterSpec& spec);

/// The spec's default in its own type: a real whose default is written 4 is 4.0.
Value default_of(const ParameterSpec& spec);

/// The value in the spec's type (integers become reals where reals are expected), or null after
/// reporting, at the place of the value or of the entry inside it, why it is not one. `path` names
/// the key in messages.
Value check_value(const ParameterSpec& spec, const std::string& path, const Node& node,
                  const Source& source, Diagnostics& diagnostics);

}  // namespace elbow
