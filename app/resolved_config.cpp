#include "app/resolved_config.h"

#include "data/dataset.h"

namespace elbow::app {

Config resolved_config(const Schema& schema, const std::filesystem::path& file,
                       const std::vector<std::string>& overrides,
                       const std::optional<std::filesystem::path>& data_dir) {
  Config config = load_config(schema, file, overrides);
  if (config.text("data.name") != "auto") return config;
  auto more = overrides;
  // A directory that was asked for is used, or named in an error: never glyphs in its place.
  more.push_back(data_dir || find_mnist(data_dir) ? "data.name=mnist" : "data.name=glyphs");
  return load_config(schema, file, more);
}

}  // namespace elbow::app
