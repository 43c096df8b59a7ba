#include "report/involved.h"

#include <string_view>

namespace elbow::report {
namespace {

/// "discriminator" for V1.discriminator and "" for V1; nothing for other identities.
std::optional<std::string> closure_of(const std::string& id) {
  for (const std::string_view name : {"V1", "G8"}) {
    if (id == name) return "";
    if (id.starts_with(name) && id[name.size()] == '.') return id.substr(name.size() + 1);
  }
  return std::nullopt;
}

bool in_phase(const std::string& key, const std::string& phase) {
  if (phase.empty()) return true;
  const std::string loss = "loss/" + phase;
  return key == loss || key.starts_with(loss + "/");
}

Values without(const Values& values, const std::string& key) {
  Values rest;
  for (const auto& [name, moments] : values.all()) {
    if (name != key) rest.set(name, moments);
  }
  return rest;
}

}  // namespace

std::vector<std::string> involved(const IdentitySpec& identity, const Values& values,
                                  const std::vector<std::string>& keys) {
  std::vector<std::string> found;
  if (const auto phase = closure_of(identity.id)) {
    for (const std::string& key : keys) {
      if (in_phase(key, *phase)) found.push_back(key);
    }
    return found;
  }
  if (!identity.sides || !identity.sides(values)) return found;
  for (const std::string& key : keys) {
    if (values.contains(key) && !identity.sides(without(values, key))) found.push_back(key);
  }
  return found;
}

}  // namespace elbow::report
