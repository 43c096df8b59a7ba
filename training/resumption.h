// Whether a checkpoint and a run's config and data belong together.
#pragma once

#include <map>
#include <string>

#include "training/checkpoint.h"
#include "training/session.h"

namespace elbow {

/// The settings that the trajectory depends on, as TOML by key: all but those of how long, what is
/// recorded and when (run.steps, run.epochs, run.name, log, pictures, probes, checkpoint,
/// evaluation, sinks, report).
std::map<std::string, std::string> trajectory_settings(const Config& config);

/// What a checkpoint says of the run that wrote it.
struct Provenance {
  std::map<std::string, std::string>
      settings;      ///< trajectory_settings; empty in checkpoints of old versions
  std::string data;  ///< Dataset::sha256
};
Provenance provenance(const Checkpoint& checkpoint);

/// Throws Error(usage) that names every setting in which `config` differs from what the checkpoint
/// was trained with. `run`: its directory, for the message.
void require_same_settings(const Config& config, const Provenance& trained, const std::string& run);

/// Throws Error(data) where `data` has other bytes than those that the checkpoint was trained on.
/// `otherwise`: what else can be done, a sentence for the message.
void require_same_data(const Dataset& data, const Provenance& trained, const std::string& run,
                       const std::string& otherwise);

}  // namespace elbow
