#include "objectives/registry.h"

#include "core/error.h"

namespace elbow {
namespace {

template <typename Entry>
const Entry& find(const std::vector<Entry>& entries, const std::string& kind,
                  std::string_view name) {
  std::string known;
  for (const Entry& entry : entries) {
    if (entry.spec.name == name) return entry;
    known += (known.empty() ? "" : ", ") + entry.spec.name;
  }
  throw Error("There is no " + kind + " named '" + std::string(name) + "'. Known: " + known + ".",
              ExitCode::usage);
}

template <typename Entry>
void append(std::vector<Spec>& specs, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) specs.push_back(entry.spec);
}

}  // namespace

const std::vector<Spec>& component_specs() {
  static const std::vector<Spec> specs = [] {
    std::vector<Spec> all;
    append(all, objective_entries());
    append(all, penalty_entries());
    append(all, likelihood_entries());
    append(all, prior_entries());
    append(all, dynamics_entries());
    return all;
  }();
  return specs;
}

Spec adapted_spec(const ObjectiveEntry& entry, const Parameters& parameters) {
  Spec spec = entry.spec;
  if (entry.adapt) entry.adapt(spec, parameters);
  return spec;
}

const ObjectiveEntry& objective_entry(std::string_view name) {
  return find(objective_entries(), "objective", name);
}
const PenaltyEntry& penalty_entry(std::string_view name) {
  return find(penalty_entries(), "penalty", name);
}
const LikelihoodEntry& likelihood_entry(std::string_view name) {
  return find(likelihood_entries(), "likelihood", name);
}
const DynamicsEntry& dynamics_entry(std::string_view name) {
  return find(dynamics_entries(), "dynamics", name);
}

}  // namespace elbow
