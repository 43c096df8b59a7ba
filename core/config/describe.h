// The config's keys as plain text, for help and docs.
#pragma once

#include <string>
#include <string_view>

#include "core/config/schema.h"

namespace elbow {

/// Every key with type, default, range or choices, who uses it, and its line of description; for a
/// section of components ("objective", "penalty", ...) the parameters of each. All sections where
/// `section` is empty. Throws Error(usage) with a suggestion for an unknown section.
std::string describe_keys(const Schema& schema, std::string_view section = {});

}  // namespace elbow
