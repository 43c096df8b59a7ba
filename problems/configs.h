// The configs of configs/problems, compiled in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/config.h"

namespace elbow::problems {

/// Text of each file by its stem.
const std::map<std::string, std::string>& config_texts();

/// configs/problems/<stem>.toml with overrides "key=value". Throws Error for a stem that is no file
/// there.
Config problem_config(const std::string& stem, const std::vector<std::string>& overrides = {});

}  // namespace elbow::problems
