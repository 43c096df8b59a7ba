#include "core/config/lookup.h"

#include <algorithm>

#include "core/text.h"

namespace elbow {
namespace {

bool listed(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<SpecKind> component_kind(std::string_view section) {
  for (const SpecKind kind : {SpecKind::objective, SpecKind::penalty, SpecKind::likelihood,
                              SpecKind::prior, SpecKind::dynamics}) {
    if (to_string(kind) == section) return kind;
  }
  return {};
}

std::string plural(SpecKind kind) {
  if (kind == SpecKind::penalty) return "penalties";
  if (kind == SpecKind::dynamics) return "dynamics";
  return std::string(to_string(kind)) + "s";
}

const KeySpec* find_key(const Schema& schema, std::string_view section, std::string_view name) {
  for (const KeySpec& key : schema.keys) {
    if (key.section == section && key.parameter.name == name) return &key;
  }
  return nullptr;
}

const ParameterSpec* find_parameter(const Spec& spec, std::string_view name) {
  for (const ParameterSpec& parameter : spec.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

const Spec* find_spec(const Schema& schema, SpecKind kind, std::string_view name) {
  for (const Spec& spec : schema.components) {
    if (spec.kind == kind && spec.name == name) return &spec;
  }
  return nullptr;
}

std::vector<std::string> sections(const Schema& schema) {
  std::vector<std::string> out;
  for (const KeySpec& key : schema.keys) {
    if (!listed(out, key.section)) out.push_back(key.section);
  }
  return out;
}

std::vector<std::string> key_names(const Schema& schema, std::string_view section) {
  std::vector<std::string> out;
  for (const KeySpec& key : schema.keys) {
    if (key.section == section) out.push_back(key.parameter.name);
  }
  return out;
}

std::vector<std::string> component_names(const Schema& schema, SpecKind kind,
                                         std::string_view family) {
  std::vector<std::string> out;
  for (const Spec& spec : schema.components) {
    if (spec.kind != kind) continue;
    if (family.empty() || spec.family.empty() || spec.family == family) out.push_back(spec.name);
  }
  return out;
}

std::vector<std::string> owners(const Schema& schema, SpecKind kind, std::string_view parameter) {
  std::vector<std::string> out;
  for (const Spec& spec : schema.components) {
    if (spec.kind == kind && find_parameter(spec, parameter) != nullptr) out.push_back(spec.name);
  }
  return out;
}

bool serves(const KeySpec& key, std::string_view family) {
  return family.empty() || key.families.empty() || listed(key.families, family);
}

bool serves(const Schema& schema, std::string_view section, std::string_view family) {
  return std::any_of(schema.keys.begin(), schema.keys.end(), [&](const KeySpec& key) {
    return key.section == section && serves(key, family);
  });
}

std::string conditions_text(const std::vector<Condition>& conditions) {
  // Neighbours that ask for the same values share them.
  std::vector<std::string> parts, keys;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    keys.push_back(conditions[i].key);
    if (i + 1 < conditions.size() && conditions[i + 1].values == conditions[i].values) continue;
    parts.push_back(in_words(keys, "or", "") + " = " + in_words(conditions[i].values, "or", "\""));
    keys.clear();
  }
  return in_words(parts, "or", "");
}

std::string bracketed(std::string_view section) {
  const std::string name(section);
  return name == "penalty" ? "[[penalty]]" : "[" + name + "]";
}

}  // namespace elbow
