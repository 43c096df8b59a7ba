// terms.json: what every key of metrics.jsonl means.
#pragma once

#include <filesystem>
#include <string>

#include "core/record.h"

namespace elbow {

/// One JSON object: for every key, or family of keys ("kl/dim/*"), that the specs and RunInfo.terms
/// declare, and for the fields step, epoch, wall and split: symbol, latex, unit, sign, reduction,
/// estimator, range [low, high] (null: free), equilibrium (null: none), meaning, confused_with,
/// reference, source. "*.se" describes the standard errors.
std::string terms_json(const RunInfo& info);

}  // namespace elbow
