#include "training/resumption.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"

namespace elbow {
namespace {

bool leaves_trajectory_alone(const std::string& key) {
  for (const char* prefix : {"run.steps", "run.epochs", "run.name", "log.", "pictures.", "probes.",
                             "checkpoint.", "evaluation.", "sinks.", "report."}) {
    if (key.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

std::map<std::string, std::string> trajectory_settings(const Config& config) {
  std::map<std::string, std::string> settings;
  for (const auto& [key, value] : config.values()) {
    if (!leaves_trajectory_alone(key)) settings[key] = to_toml(value);
  }
  return settings;
}

Provenance provenance(const Checkpoint& checkpoint) {
  const auto saved = nlohmann::json::parse(checkpoint.json);
  return {.settings = saved.value("settings", std::map<std::string, std::string>()),
          .data = saved.at("data").get<std::string>()};
}

void require_same_settings(const Config& config, const Provenance& trained,
                           const std::string& run) {
  if (trained.settings.empty()) return;
  const auto now = trajectory_settings(config);
  std::set<std::string> keys;
  for (const auto& [key, value] : now) keys.insert(key);
  for (const auto& [key, value] : trained.settings) keys.insert(key);
  const auto text = [](const std::map<std::string, std::string>& settings, const std::string& key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::string("not set") : found->second;
  };
  std::string differences;
  for (const std::string& key : keys) {
    const std::string then = text(trained.settings, key), given = text(now, key);
    if (then != given) {
      differences += "  " + key + ": " + then + " in the run, " + given + " now\n";
    }
  }
  if (differences.empty()) return;
  throw Error("error: the run in " + run + " was trained with another config:\n" + differences +
                  "Its checkpoint goes with these settings only. Set them as they were, or start a "
                  "new run.",
              ExitCode::usage);
}

void require_same_data(const Dataset& data, const Provenance& trained, const std::string& run,
                       const std::string& otherwise) {
  if (data.sha256 == trained.data) return;
  throw Error("error: the run in " + run + " was trained on data with the SHA-256 " + trained.data +
                  ", but this is " + data.description + ", SHA-256 " + data.sha256 +
                  ". Name the run's own data with --data-dir, or " + otherwise,
              ExitCode::data);
}

}  // namespace elbow
