#include "problems/configs.h"

#include "core/error.h"
#include "objectives/registry.h"

namespace elbow::problems {

Config problem_config(const std::string& stem, const std::vector<std::string>& overrides) {
  const auto found = config_texts().find(stem);
  if (found == config_texts().end()) throw Error("There is no configs/problems/" + stem + ".toml.");
  return parse_config(make_schema(component_specs()), found->second,
                      "configs/problems/" + stem + ".toml", overrides);
}

}  // namespace elbow::problems
