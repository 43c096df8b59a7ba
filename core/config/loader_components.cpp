// The tables whose keys are described by the component that they choose by name.
#include <algorithm>

#include "core/config/check_value.h"
#include "core/config/loader.h"
#include "core/config/lookup.h"
#include "core/text.h"

namespace elbow {

const Spec* ConfigLoader::choose_component(SpecKind kind, const std::string& path,
                                           const Section& section) {
  const std::string word(to_string(kind));
  const auto known = component_names(schema_, kind, config_.family_);
  const std::string list = "; known " + plural(kind) + " are " + in_words(known, "and");
  const KeySpec* key = find_key(schema_, word, "name");
  const Entry* entry = section.nearest("name");
  Origin at = entry == nullptr ? place_of(section) : entry->at_value();
  const Value given = entry != nullptr ? entry->node->value()
                      : key == nullptr ? Value()
                                       : key->parameter.default_value;
  if (given.is_null() && entry == nullptr) {
    error(at, bracketed(word) + " needs a 'name'" + list);
    return nullptr;
  }
  const auto* name = std::get_if<std::string>(&given.data);
  if (name == nullptr) {
    error(at, path + ".name must be a text, not " + what_it_is(*entry->node));
    return nullptr;
  }
  const Spec* spec = find_spec(schema_, kind, *name);
  if (spec == nullptr) {
    const std::string hint = did_you_mean(*name, known);
    error(at, "unknown " + word + " '" + *name + "'" + hint + list);
    return nullptr;
  }
  if (std::find(known.begin(), known.end(), *name) == known.end()) {
    error(at, word + " '" + *name + "' is for family " + spec->family + ", not for " +
                  family_text() + list);
    return nullptr;
  }
  set(path + ".name", given, entry == nullptr ? Origin{} : at);
  return spec;
}

void ConfigLoader::resolve_component(SpecKind kind, const std::string& path,
                                     const Section& section) {
  const Spec* spec = choose_component(kind, path, section);
  if (spec == nullptr) {
    report_unknown_parameters(kind, section);
    return;
  }
  if (kind == SpecKind::objective) {
    objective_ = spec;
    config_.family_ = spec->family;
    require_one_family(*spec, section);
  }
  resolve_parameters(*spec, path, section);
}

// An objective of another family would drop what the file says of its own.
void ConfigLoader::require_one_family(const Spec& chosen_spec, const Section& section) {
  const Entry* chosen_entry = section.nearest("name");
  for (const auto& [key, list] : section.keys) {
    if (key != "name") continue;
    for (const Entry& entry : list) {
      const Value value = entry.node->value();
      const auto* name = std::get_if<std::string>(&value.data);
      const Spec* other =
          name == nullptr ? nullptr : find_spec(schema_, SpecKind::objective, *name);
      if (other == nullptr || other->family == chosen_spec.family) continue;
      error(chosen_entry->at_value(),
            "objective '" + chosen_spec.name + "' is for family " + chosen_spec.family + ", but " +
                entry.source->file + " describes a " + other->family + " ('" + other->name +
                "'); start from a config of " + chosen_spec.family + ", as configs/" +
                chosen_spec.family + "/" + chosen_spec.name + ".toml");
      return;
    }
  }
}

// Without a chosen component only what no component knows is surely wrong.
void ConfigLoader::report_unknown_parameters(SpecKind kind, const Section& section) {
  for (const auto& [key, list] : section.keys) {
    if (key == "name" || !owners(schema_, kind, key).empty()) continue;
    for (const Entry& entry : list) {
      error(entry.at_key(), unknown_key(std::string(to_string(kind)), key, {"name"}));
    }
  }
}

void ConfigLoader::resolve_parameters(const Spec& spec, const std::string& path,
                                      const Section& section) {
  const std::string word(to_string(spec.kind));
  std::vector<std::string> known = {"name"};
  for (const ParameterSpec& parameter : spec.parameters) known.push_back(parameter.name);

  for (const auto& [key, list] : section.keys) {
    if (key == "name") continue;
    if (const ParameterSpec* parameter = find_parameter(spec, key)) {
      const Entry& entry = list.front();
      set(path + "." + key,
          check_value(*parameter, path + "." + key, *entry.node, *entry.source, diagnostics_),
          entry.at_value());
      continue;
    }
    const auto others = owners(schema_, spec.kind, key);
    for (const Entry& entry : list) {
      if (others.empty()) {
        error(entry.at_key(), unknown_key(word, key, known));
      } else if (entry.source->own()) {
        error(entry.at_key(), "'" + key + "' is not a parameter of " + word + " '" + spec.name +
                                  "'; " + in_words(others, "and") +
                                  (others.size() == 1 ? " has it" : " have it"));
      }
    }
  }
  for (const ParameterSpec& parameter : spec.parameters) {
    const std::string key = path + "." + parameter.name;
    if (section.nearest(parameter.name) != nullptr) continue;
    if (parameter.default_value.is_null()) {
      const Entry* name = section.nearest("name");
      error(name == nullptr ? place_of(section) : name->at_value(),
            word + " '" + spec.name + "' needs '" + parameter.name + "', " + type_text(parameter) +
                (parameter.description.empty() ? "" : ": " + parameter.description));
    } else {
      set(key, default_of(parameter), {});
    }
  }
}

void ConfigLoader::resolve_penalties() {
  if (!serves(schema_, "penalty", config_.family_)) {
    report_unused_section("penalty", entries_.penalty_headers);
    entries_.penalties.clear();
    return;
  }
  std::vector<std::pair<std::string, Origin>> seen;
  for (std::size_t i = 0; i < entries_.penalties.size(); ++i) {
    const Section& section = entries_.penalties[i];
    resolve_component(SpecKind::penalty, "penalty." + std::to_string(i), section);
    const Entry* entry = section.nearest("name");
    const auto* name =
        entry == nullptr ? nullptr : std::get_if<std::string>(&entry->node->scalar.data);
    if (name == nullptr) continue;
    const auto first = std::find_if(seen.begin(), seen.end(),
                                    [&](const auto& other) { return other.first == *name; });
    if (first != seen.end()) {
      error(entry->at_value(),
            "penalty '" + *name + "' is listed twice; first at " + first->second.text());
    } else {
      seen.emplace_back(*name, entry->at_value());
    }
  }
}

}  // namespace elbow
