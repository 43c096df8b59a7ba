#include "core/config/describe.h"

#include <algorithm>

#include "core/config/check_value.h"
#include "core/config/lookup.h"
#include "core/error.h"
#include "core/text.h"

namespace elbow {
namespace {

std::string joined(const std::vector<std::string>& items, const std::string& between) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : between) + item;
  return out;
}

std::string type_of(const ParameterSpec& spec) {
  if (!spec.choices.empty()) return joined(spec.choices, " | ");
  if (spec.type == ValueType::boolean) return "true | false";
  return std::string(type_name(spec));
}

std::string use_of(const KeySpec& key) {
  std::vector<std::string> conditions;
  if (!key.families.empty()) conditions.push_back("for " + in_words(key.families, "and", ""));
  if (!key.any_of.empty()) conditions.push_back("where " + conditions_text(key.any_of));
  return joined(conditions, ", ");
}

// `otherwise` stands where there is no default.
std::string entry(const ParameterSpec& spec, const std::string& indent, const std::string& use,
                  const std::string& otherwise) {
  constexpr std::size_t width = 30;
  std::string line = indent + spec.name;
  line += std::string(line.size() < width ? width - line.size() : 1, ' ') + type_of(spec);
  const std::string range = range_text(spec);
  if (!range.empty()) line += " " + range;
  const Value usual = default_of(spec);
  line += usual.is_null() ? ", " + otherwise : ", default " + to_toml(usual);
  if (!spec.symbol.empty()) line += ", symbol " + spec.symbol;
  line += "\n";
  if (!spec.description.empty()) line += indent + "    " + spec.description + "\n";
  if (!use.empty()) line += indent + "    Only " + use + ".\n";
  return line;
}

std::string fixed_entry(const KeySpec& key) {
  const auto dot = key.section.find('.');
  return entry(key.parameter, "  ", use_of(key),
               dot == std::string::npos ? "required"
                                        : "inherited from [" + key.section.substr(0, dot) + "]");
}

std::string describe_section(const Schema& schema, const std::string& section) {
  std::string out = bracketed(section) + "\n";
  const auto kind = component_kind(section);
  for (const KeySpec& key : schema.keys) {
    if (key.section == section) out += fixed_entry(key);
  }
  for (const Spec& spec : schema.components) {
    if (!kind || spec.kind != *kind) continue;
    out += "\n  " + section + " " + spec.name + (spec.summary.empty() ? "" : ": " + spec.summary) +
           "\n";
    if (spec.parameters.empty()) out += "    (no parameters)\n";
    for (const ParameterSpec& parameter : spec.parameters) {
      out += entry(parameter, "    ", "", "required");
    }
  }
  return out;
}

std::string parameter_path(const Spec& spec, const ParameterSpec& parameter) {
  return std::string(to_string(spec.kind)) + "." + parameter.name;
}

}  // namespace

std::string describe_key(const Schema& schema, std::string_view path) {
  std::string out;
  for (const KeySpec& key : schema.keys) {
    if (key.path() == path) out += bracketed(key.section) + "\n" + fixed_entry(key);
  }
  for (const Spec& spec : schema.components) {
    for (const ParameterSpec& parameter : spec.parameters) {
      if (parameter_path(spec, parameter) != path) continue;
      const std::string section(to_string(spec.kind));
      out += (out.empty() ? "" : "\n") + bracketed(section) + " name = \"" + spec.name + "\"\n" +
             entry(parameter, "  ", "", "required");
    }
  }
  return out;
}

std::vector<std::string> key_paths(const Schema& schema) {
  std::vector<std::string> paths;
  const auto add = [&](std::string path) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  };
  for (const KeySpec& key : schema.keys) add(key.path());
  for (const Spec& spec : schema.components) {
    for (const ParameterSpec& parameter : spec.parameters) {
      add(parameter_path(spec, parameter));
    }
  }
  return paths;
}

std::string describe_keys(const Schema& schema, std::string_view section) {
  const auto known = sections(schema);
  std::string out;
  for (const std::string& name : known) {
    if (section.empty() || name == section) {
      out += (out.empty() ? "" : "\n") + describe_section(schema, name);
    }
  }
  if (out.empty()) {
    std::string hint = did_you_mean(section, known);
    if (hint.empty()) hint = "; sections are " + in_words(known, "and", "");
    throw Error("There is no section '" + std::string(section) + "'" + hint, ExitCode::usage);
  }
  return out;
}

}  // namespace elbow
