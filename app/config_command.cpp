// elbow config show|check|keys: the resolved config, its errors, the keys that exist.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "core/config/config.h"
#include "core/config/describe.h"
#include "core/config/schema.h"
#include "objectives/registry.h"

namespace elbow::app {

void add_config(CLI::App& app, Action& action) {
  struct Options {
    std::string file, section;
    std::vector<std::string> overrides;
    bool origin = false;
  };
  auto options = std::make_shared<Options>();
  auto* config = app.add_subcommand("config", "Show or check a config, or list the keys");
  config->require_subcommand(1);
  config->footer(
      "\nExamples:\n  elbow config show configs/vae/beta.toml --origin\n"
      "  elbow config check configs/vae/elbo.toml objective.beta=4\n"
      "  elbow config keys optimizer");

  auto* show = config->add_subcommand("show", "Print the resolved config as TOML");
  show->add_option("CONFIG", options->file, "config file")->required();
  show->add_option("overrides", options->overrides, "key=value ...");
  show->add_flag("--origin", options->origin, "say where each value came from");
  show->callback([=, &action] {
    action = [=] {
      const auto schema = make_schema(component_specs());
      std::cout << to_toml(load_config(schema, options->file, options->overrides), options->origin);
      return 0;
    };
  });

  auto* check = config->add_subcommand("check", "Report every mistake of a config at once");
  check->add_option("CONFIG", options->file, "config file")->required();
  check->add_option("overrides", options->overrides, "key=value ...");
  check->callback([=, &action] {
    action = [=] {
      const auto schema = make_schema(component_specs());
      const auto config = load_config(schema, options->file, options->overrides);
      std::cout << options->file << ": ok, " << config.family() << " objective '"
                << config.text("objective.name") << "'\n";
      return 0;
    };
  });

  auto* keys = config->add_subcommand("keys", "List the keys with type, default and range");
  keys->add_option("SECTION", options->section, "only this section");
  keys->callback([=, &action] {
    action = [=] {
      std::cout << describe_keys(make_schema(component_specs()), options->section);
      return 0;
    };
  });
}

}  // namespace elbow::app
