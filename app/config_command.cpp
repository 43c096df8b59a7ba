// elbow config show|check|keys: the resolved config, its errors, the keys that exist.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "app/resolved_config.h"
#include "core/config/config.h"
#include "core/config/describe.h"
#include "core/config/schema.h"
#include "data/dataset.h"
#include "data/image_sets.h"
#include "objectives/registry.h"
#include "training/session.h"
#include "training/trainer.h"

namespace elbow::app {
namespace {

/// Counts and shape of MNIST without a pixel, to check a config where its data is not at hand.
Dataset shape_of_mnist(const Config& config) {
  Dataset data;
  data.name = "mnist";
  data.dim = 784;
  data.height = data.width = 28;
  data.classes = 10;
  const auto count = [&](const char* key, std::int64_t all) {
    const std::int64_t asked = config.integer(key);
    return asked > 0 ? asked : all;
  };
  data.valid.count = config.integer("data.validation");
  data.train.count = count("data.train_count", 60000) - data.valid.count;
  data.test.count = count("data.test_count", 10000);
  return data;
}

/// All that `elbow train` refuses before it trains.
void check_config(const std::string& file, const std::vector<std::string>& overrides) {
  const Schema schema = make_schema(component_specs());
  Config config = resolved_config(schema, file, overrides, std::nullopt);
  const std::string said =
      file + ": ok, " + config.family() + " objective '" + config.text("objective.name") + "'";
  const ImageSet* set = find_image_set(config.text("data.name"));
  const bool absent = set != nullptr && !find_image_set_files(*set, std::nullopt);
  Dataset data =
      absent ? shape_of_mnist(config) : load_dataset(dataset_request(config, std::nullopt));
  Session session(std::move(config), std::move(data));
  session.total_steps();
  require_trainable(session);
  for (const std::string& warning : session.warnings()) std::cerr << "warning: " << warning << "\n";
  std::cout << said << (absent ? "; its data is not here and was not looked at\n" : "\n");
}

}  // namespace

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
      check_config(options->file, options->overrides);
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
