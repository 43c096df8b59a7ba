// Everything that has a name.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace elbow::app {

/// What `elbow explain` knows: components, data sets, divergences, problems, estimators,
/// identities, config keys, terms and quantities of `elbow eval`, each name once.
std::vector<std::string> explainable_names();

/// Values of data.name, with a line about each.
const std::vector<std::pair<std::string, std::string>>& dataset_summaries();

}  // namespace elbow::app
