// The config's keys as plain text, for help and docs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/schema.h"

namespace elbow {

/// Every key with type, default, range or choices, who uses it, and its line of description; for a
/// section of components ("objective", "penalty", ...) the parameters of each. All sections where
/// `section` is empty. Throws Error(usage) with a suggestion for an unknown section.
std::string describe_keys(const Schema& schema, std::string_view section = {});

/// The same for one key, "probes.every", or for the parameter of that name of each component that
/// has one, "objective.beta"; "" for a key that does not exist.
std::string describe_key(const Schema& schema, std::string_view path);

/// "run.steps", ..., "objective.beta": the paths that `describe_key` knows, each once.
std::vector<std::string> key_paths(const Schema& schema);

}  // namespace elbow
