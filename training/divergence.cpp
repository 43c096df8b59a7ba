#include "training/divergence.h"

#include <cmath>
#include <cstdio>

#include "math/fused.h"
#include "math/host.h"

namespace elbow {
namespace {

constexpr double kLargest = 1e30;

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

bool is_lost(double value) { return !(std::abs(value) <= kLargest); }

std::string in_words(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  return short_number(value) + ", past what float32 can calculate with";
}

std::string state_of_weights(const Networks& networks) {
  double largest = 0.0;
  std::string name;
  for (const auto& [network, module] : networks.all()) {
    for (const NamedTensor& parameter : module->parameters()) {
      for (const double value : to_doubles(parameter.tensor.detach())) {
        if (is_lost(value)) {
          return "The first weight that is lost is in '" + network + "." + parameter.name +
                 "': " + in_words(value) + ".";
        }
        if (std::abs(value) > largest) {
          largest = std::abs(value);
          name = network + "." + parameter.name;
        }
      }
    }
  }
  return "The weights are finite, the largest " + short_number(largest) + " in '" + name + "'.";
}

std::string remedy(const Config& config) {
  std::string text = "Try a smaller optimizer.lr";
  const auto& values = config.values();
  if (const auto lr = values.find("optimizer.lr"); lr != values.end()) {
    text += " (now " + to_toml(lr->second) + ")";
  }
  const auto clip = values.find("optimizer.clip");
  const bool unclipped = clip != values.end() && clip->second == Value(0.0);
  return text + (unclipped ? ", or bound the gradient with optimizer.clip." : ".");
}

void require_finite(const Values& values, const std::string& where, const Networks& networks,
                    const Config& config) {
  for (const auto& [key, m] : values.all()) {
    if (!is_lost(m.mean) || key.starts_with("learning_rate/")) continue;
    throw Divergence(where + ": the term '" + key + "' is " + in_words(m.mean) + ". " +
                     state_of_weights(networks) + " " + remedy(config));
  }
}

void require_finite_weights(const std::string& where, const Networks& networks,
                            const Config& config) {
  for (const auto& [name, network] : networks.all()) {
    for (const NamedTensor& parameter : network->parameters()) {
      if (is_lost(std::sqrt(squared_norm(parameter.tensor.detach())))) {
        throw Divergence(where + ": " + state_of_weights(networks) + " " + remedy(config));
      }
    }
  }
}

}  // namespace elbow
