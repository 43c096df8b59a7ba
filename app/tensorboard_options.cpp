#include "app/tensorboard_options.h"

#include "math/host.h"

namespace elbow::app {

TensorboardOptions tensorboard_options(Session& session) {
  const Config& config = session.config();
  TensorboardOptions options;
  options.config = to_toml(config);
  for (const auto& [name, value] : config.values()) {
    options.parameters.push_back({.name = name, .value = value, .description = {}});
  }
  if (session.data().valid.count > 0 && config.integer("evaluation.every") > 0) {
    options.splits.push_back("valid");
  }
  if (session.data().test.count > 0 && config.flag("evaluation.test")) {
    options.splits.push_back("test");
  }
  options.weights_every = config.integer("pictures.every");
  options.weights = [&session] {
    std::vector<std::pair<std::string, std::vector<double>>> weights;
    for (const NamedTensor& weight : all_weights(session.networks())) {
      weights.emplace_back(weight.name, to_doubles(weight.tensor));
    }
    return weights;
  };
  return options;
}

}  // namespace elbow::app
