// How a run ended, in words.
#pragma once

#include <string_view>

#include "core/record.h"

namespace elbow {

/// As files have it: "finished", "early_stopped", "interrupted", ...
std::string_view to_string(Outcome outcome);
/// As a reader has it: "finished", "stopped early", "interrupted", ...
std::string_view outcome_words(Outcome outcome);

}  // namespace elbow
