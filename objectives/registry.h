// All components, from the table that CMake generates from the folders: every .cpp in
// objectives/{vae,gan,penalties,likelihoods,priors,dynamics} defines entry() in the namespace
// elbow::components::<folder>_<stem> and is listed by being there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "objectives/dynamics.h"
#include "objectives/objective.h"

namespace elbow {

struct PriorEntry {
  Spec spec;
};

const std::vector<ObjectiveEntry>& objective_entries();
const std::vector<PenaltyEntry>& penalty_entries();
const std::vector<LikelihoodEntry>& likelihood_entries();
const std::vector<PriorEntry>& prior_entries();
const std::vector<DynamicsEntry>& dynamics_entries();

/// The specs of all of them, objectives first; each spec's `source` is filled in.
const std::vector<Spec>& component_specs();

/// The spec of an objective with equilibrium values for these parameters: what a run records.
Spec adapted_spec(const ObjectiveEntry& entry, const Parameters& parameters);

/// By name; throws Error(usage) that lists the known names.
const ObjectiveEntry& objective_entry(std::string_view name);
const PenaltyEntry& penalty_entry(std::string_view name);
const LikelihoodEntry& likelihood_entry(std::string_view name);
const DynamicsEntry& dynamics_entry(std::string_view name);

}  // namespace elbow
