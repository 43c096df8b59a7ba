#include "app/names.h"

#include <set>

#include "app/all_terms.h"
#include "app/evaluated_quantities.h"
#include "core/config/describe.h"
#include "core/estimate.h"
#include "data/image_sets.h"
#include "math/divergences/quantities.h"
#include "objectives/registry.h"
#include "problems/problem.h"

namespace elbow::app {
namespace {

/// Data sets that need no file.
std::vector<std::pair<std::string, std::string>> generated_summaries() {
  return {{"glyphs", "28x28 procedural digits with known factors, built in"},
          {"ring", "2-D, eight Gaussians on a circle, exact density"},
          {"grid", "2-D, twenty-five Gaussians on a grid, exact density"},
          {"two_gaussians", "2-D, two Gaussians, exact density"},
          {"swiss_roll", "2-D, noisy spiral"},
          {"auto", "mnist where it is found, else glyphs"}};
}

}  // namespace

std::vector<std::string> explainable_names() {
  std::vector<std::string> names;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) names.push_back(name);
  };
  for (const Spec& spec : component_specs()) {
    add(spec.name);
    for (const IdentitySpec& identity : spec.identities) add(identity.id);
  }
  for (const auto& [name, summary] : dataset_summaries()) add(name);
  for (const auto& quantity : divergence_quantity_specs()) add(quantity.name);
  for (const Problem& problem : all_problems()) add(problem.name);
  for (const EstimatorSpec& spec : estimator_specs()) add(spec.name);
  for (const std::string& path : key_paths(make_schema(component_specs()))) add(path);
  for (const auto& [term, spec] : all_terms()) add(term.name);
  for (const EvaluatedQuantity& quantity : evaluated_quantities()) add(quantity.name);
  return names;
}

const std::vector<std::pair<std::string, std::string>>& dataset_summaries() {
  static const std::vector<std::pair<std::string, std::string>> all = [] {
    std::vector<std::pair<std::string, std::string>> sets;
    for (const ImageSet& set : image_sets()) sets.emplace_back(set.name, set.summary);
    for (const auto& other : generated_summaries()) sets.push_back(other);
    return sets;
  }();
  return all;
}

}  // namespace elbow::app
