#include "core/config/loader.h"

#include <algorithm>

#include "core/config/check_value.h"
#include "core/config/lookup.h"
#include "core/text.h"

namespace elbow {

ConfigLoader::ConfigLoader(const Schema& schema, const Layers& layers, Diagnostics& diagnostics)
    : schema_(schema), diagnostics_(diagnostics), entries_(collect(schema, layers, diagnostics)) {
  for (const Layer& layer : layers) {
    if (layer.source.rank == 1) start_ = {layer.source.file, 1, 1};
  }
}

Config ConfigLoader::resolve() {
  // The objective first: it decides the family, and the family which keys are used.
  resolve_component(SpecKind::objective, "objective", entries_.sections["objective"]);
  for (const std::string& section : sections(schema_)) {
    const auto kind = component_kind(section);
    if (!kind) {
      resolve_fixed(section);
    } else if (*kind == SpecKind::penalty) {
      resolve_penalties();
    } else if (*kind != SpecKind::objective && serves(schema_, section, config_.family_)) {
      resolve_component(*kind, section, entries_.sections[section]);
    } else if (*kind != SpecKind::objective) {
      report_unused_section(section, entries_.sections[section].headers);
    }
  }
  fill_defaults();
  resolve_length();
  resolve_name();
  write_order();
  return config_;
}

void ConfigLoader::set(const std::string& path, Value value, Origin origin) {
  if (value.is_null()) return;
  config_.values_[path] = std::move(value);
  config_.origins_[path] = std::move(origin);
}

Origin ConfigLoader::place_of(const Section& section) const {
  for (const Entry& header : section.headers) {
    if (header.source->rank > 0) return header.source->at(header.node->at);
  }
  return section.headers.empty() ? start_ : section.headers.front().at_key();
}

std::string ConfigLoader::family_text() const {
  return "objective '" + objective_->name + "' (family " + config_.family_ + ")";
}

bool ConfigLoader::report_unused_section(const std::string& section,
                                         const std::vector<Entry>& headers) {
  if (serves(schema_, section, config_.family_)) return false;
  for (const Entry& header : headers) {
    const bool list = section == "penalty" && header.node->kind == Node::Kind::list;
    const Position at =
        list && !header.node->items.empty() ? header.node->items[0].at : header.node->key;
    error(header.source->at(at), bracketed(section) + " is not used by " + family_text());
  }
  return true;
}

// ---- Fixed keys ------------------------------------------------------------------------------

std::optional<std::string> ConfigLoader::chosen(const std::string& path) const {
  const std::size_t dot = path.rfind('.');
  const KeySpec* key = find_key(schema_, path.substr(0, dot), path.substr(dot + 1));
  if (key == nullptr || !serves(*key, config_.family_)) return "";
  const auto section = entries_.sections.find(key->section);
  const Entry* entry =
      section == entries_.sections.end() ? nullptr : section->second.nearest(key->parameter.name);
  const Value& value = entry == nullptr ? key->parameter.default_value : entry->node->scalar;
  const auto* text = std::get_if<std::string>(&value.data);
  const auto& choices = key->parameter.choices;
  if (text == nullptr || std::find(choices.begin(), choices.end(), *text) == choices.end()) {
    return {};
  }
  return *text;
}

ConfigLoader::Usage ConfigLoader::usage(const KeySpec& key) const {
  const std::string& name = key.parameter.name;
  const std::string subject = "'" + name + "' in " + bracketed(key.section) + " is not used";
  if (!serves(key, config_.family_)) return {Use::no, subject + " by " + family_text()};
  if (key.any_of.empty()) return {};
  std::vector<Condition> needs;
  std::vector<std::string> present;
  for (const Condition& condition : key.any_of) {
    const auto value = chosen(condition.key);
    if (!value || config_.family_.empty()) return {Use::unknown, ""};
    if (value->empty()) continue;
    if (std::find(condition.values.begin(), condition.values.end(), *value) !=
        condition.values.end()) {
      return {};
    }
    needs.push_back(condition);
    present.push_back(condition.key + " is \"" + *value + "\"");
  }
  return {Use::no, subject + ": it needs " + conditions_text(needs) + ", and " +
                       in_words(present, "and", "")};
}

std::string ConfigLoader::unknown_key(const std::string& section, const std::string& key,
                                      const std::vector<std::string>& known) const {
  const std::string message = "unknown key '" + key + "' in " + bracketed(section);
  if (std::string hint = did_you_mean(key, known); !hint.empty()) return message + hint;
  if (const auto kind = component_kind(section)) {
    std::vector<std::string> others;
    for (const Spec& spec : schema_.components) {
      if (spec.kind != *kind) continue;
      for (const ParameterSpec& parameter : spec.parameters) others.push_back(parameter.name);
    }
    if (const std::string meant = elbow::nearest(key, others); !meant.empty()) {
      return message + "; did you mean '" + meant + "', a parameter of " + section + " " +
             in_words(owners(schema_, *kind, meant), "and") + "?";
    }
  }
  std::vector<std::string> homes;
  for (const std::string& other : sections(schema_)) {
    const KeySpec* found = find_key(schema_, other, key);
    if (found != nullptr && serves(*found, config_.family_)) homes.push_back(bracketed(other));
  }
  if (homes.size() == 1) return message + "; " + homes[0] + " has a key of this name";
  if (!known.empty() && known.size() <= 8)
    return message + "; its keys are " + in_words(known, "and");
  return message;
}

void ConfigLoader::resolve_fixed(const std::string& name) {
  const auto found = entries_.sections.find(name);
  if (found == entries_.sections.end()) return;
  if (report_unused_section(name, found->second.headers)) return;
  for (const auto& [key, list] : found->second.keys) resolve_key(name, key, list);
}

void ConfigLoader::resolve_key(const std::string& section, const std::string& key,
                               const std::vector<Entry>& entries) {
  const KeySpec* spec = find_key(schema_, section, key);
  const Usage used = spec == nullptr ? Usage{} : usage(*spec);
  for (const Entry& entry : entries) {
    if (spec == nullptr) {
      std::vector<std::string> known = key_names(schema_, section);
      for (const std::string& other : sections(schema_)) {
        const std::string prefix = section + ".";
        if (other.rfind(prefix, 0) == 0) known.push_back(other.substr(prefix.size()));
      }
      error(entry.at_key(), unknown_key(section, key, known));
    } else if (used.use == Use::no) {
      if (entry.source->own()) error(entry.at_key(), used.reason);
    } else {
      Value value =
          check_value(spec->parameter, spec->path(), *entry.node, *entry.source, diagnostics_);
      if (&entry == &entries.front()) set(spec->path(), std::move(value), entry.at_value());
    }
  }
}

void ConfigLoader::fill_defaults() {
  for (const KeySpec& key : schema_.keys) {
    if (component_kind(key.section) || config_.contains(key.path())) continue;
    if (usage(key).use != Use::no) set(key.path(), default_of(key.parameter), {});
  }
}

// ---- Rules between keys ----------------------------------------------------------------------

void ConfigLoader::resolve_length() {
  const Section& run = entries_.sections["run"];
  const auto given = [&](const char* key) -> const Entry* {
    const Entry* entry = run.nearest(key);
    if (entry == nullptr) return nullptr;
    const auto* count = std::get_if<std::int64_t>(&entry->node->scalar.data);
    return count == nullptr || *count > 0 ? entry : nullptr;
  };
  const Entry* epochs = given("epochs");
  const Entry* steps = given("steps");
  if (epochs == nullptr && steps == nullptr) {
    error(place_of(run), "the length of the run is not given: set run.epochs or run.steps");
  } else if (epochs != nullptr && steps != nullptr) {
    // The nearer one counts: an override of one replaces the other in the file.
    if (epochs->source->rank == steps->source->rank) {
      error(std::max(epochs->node->key, steps->node->key) == steps->node->key &&
                    epochs->source->override_index <= steps->source->override_index
                ? steps->at_key()
                : epochs->at_key(),
            "run.epochs and run.steps are both given: keep one");
    } else if (epochs->source->rank < steps->source->rank) {
      set("run.steps", 0, {});
    } else {
      set("run.epochs", 0, {});
    }
  }
}

void ConfigLoader::resolve_name() {
  if (objective_ == nullptr || !config_.contains("run.name")) return;
  if (config_.text("run.name").empty()) {
    set("run.name", config_.family_ + "-" + objective_->name, {});
  }
}

void ConfigLoader::write_order() {
  const auto add = [this](const std::string& path) {
    if (config_.contains(path)) config_.order_.push_back(path);
  };
  const auto add_component = [&](SpecKind kind, const std::string& path) {
    if (!config_.contains(path + ".name")) return;
    add(path + ".name");
    const Spec* spec = find_spec(schema_, kind, config_.text(path + ".name"));
    for (const ParameterSpec& parameter : spec->parameters) add(path + "." + parameter.name);
  };
  for (const KeySpec& key : schema_.keys) {
    const auto kind = component_kind(key.section);
    if (!kind) {
      add(key.path());
    } else if (*kind != SpecKind::penalty) {
      add_component(*kind, key.section);
    } else {
      for (std::size_t i = 0; i < entries_.penalties.size(); ++i) {
        add_component(*kind, "penalty." + std::to_string(i));
      }
    }
  }
}

// ---- Entry points ----------------------------------------------------------------------------

namespace {

// `add` appends the file and what it extends.
template <typename Add>
Config load(const Schema& schema, const std::vector<std::string>& overrides, const Add& add) {
  Diagnostics diagnostics(overrides);
  Layers layers;
  add_overrides(schema, overrides, layers, diagnostics);
  const std::size_t before = diagnostics.count();
  add(layers, diagnostics);
  // Without all the files every further message would mislead.
  if (diagnostics.count() > before) diagnostics.throw_if_any();
  Config config = ConfigLoader(schema, layers, diagnostics).resolve();
  diagnostics.throw_if_any();
  return config;
}

}  // namespace

Config load_config(const Schema& schema, const std::filesystem::path& file,
                   const std::vector<std::string>& overrides) {
  return load(schema, overrides, [&](Layers& layers, Diagnostics& diagnostics) {
    add_file(file, layers, diagnostics);
  });
}

Config parse_config(const Schema& schema, const std::string& text, const std::string& name,
                    const std::vector<std::string>& overrides) {
  return load(schema, overrides, [&](Layers& layers, Diagnostics& diagnostics) {
    add_text(text, name, layers, diagnostics);
  });
}

}  // namespace elbow
