// Every term that the program can log, with the component that emits it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/spec.h"

namespace elbow::app {

/// (term, emitting spec; nullptr for terms of the loop and the probes), specs in registry order.
std::vector<std::pair<TermSpec, const Spec*>> all_terms();

/// "objectives", "penalties", ... as in `elbow list`.
std::string list_name(SpecKind kind);

}  // namespace elbow::app
