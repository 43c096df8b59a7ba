// The config of a run as training uses it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"

namespace elbow::app {

/// The config with data.name = "auto" replaced by what is found, so that the saved one says it.
Config resolved_config(const Schema& schema, const std::filesystem::path& file,
                       const std::vector<std::string>& overrides,
                       const std::optional<std::filesystem::path>& data_dir);

}  // namespace elbow::app
