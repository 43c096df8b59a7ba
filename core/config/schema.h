// The config schema as data. Validation, help, `config show`, docs and completion are made from it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/spec.h"

namespace elbow {

/// "This key is used only where `key` has one of `values`."
struct Condition {
  std::string key;  ///< "model.encoder"
  std::vector<std::string> values;
};

/// One key of the config outside the tables that a component's own spec describes.
struct KeySpec {
  std::string section;  ///< "optimizer"; "" is not used
  ParameterSpec parameter;
  std::vector<std::string> families;  ///< objective families that use it; empty: all
  std::vector<Condition> any_of;      ///< used where one of these holds; empty: always
  std::string path() const { return section + "." + parameter.name; }
};

/// Fixed keys plus the specs of every component; the keys of [objective], [likelihood], [prior],
/// [dynamics] and [[penalty]] beside `name` are the parameters of the chosen component's spec.
struct Schema {
  std::vector<KeySpec> keys;
  std::vector<Spec> components;
};

/// The fixed keys of every run.
const std::vector<KeySpec>& run_keys();

/// run_keys() with these components.
Schema make_schema(std::span<const Spec> components);

}  // namespace elbow
