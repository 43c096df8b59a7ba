// A run's model as its newest checkpoint left it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "instrumentation/latent_model.h"
#include "training/session.h"
#include "training/stepper.h"

namespace elbow::app {

struct RestoredRun {
  std::unique_ptr<Session> session;  ///< weights, averages and buffers of the checkpoint
  std::unique_ptr<Stepper>
      stepper;  ///< optimisers, draws and counters: what training would go on with
  std::int64_t step = 0;
  std::string fingerprint;            ///< of the weights, so that results are told apart
  bool own_data = true;               ///< the bytes that the run was trained on
  std::vector<std::string> warnings;  ///< damaged checkpoints that were passed over
};

/// Reads RUN/config.toml, the data it names and the newest undamaged checkpoint. Throws
/// Error(usage) where RUN is no run, has no checkpoint, or a config that the checkpoint was not
/// trained with, and Error(data) where the data is not the run's, unless `other_data` says that
/// this is meant.
RestoredRun restore_run(const std::filesystem::path& run,
                        const std::optional<std::filesystem::path>& data_dir,
                        bool other_data = false);

/// The option --other-data of commands that restore a run.
inline constexpr const char* kOtherData =
    "measure on data that is not the run's own (the results name it)";

/// The VAE of a session as evaluation sees it: mode eval, averaged weights where the config has
/// them. Freezes the session's weights for good; while the result lives, the session's own decode,
/// encode and score may not be used. The session must outlive it.
LatentModel latent_model(Session& session);

}  // namespace elbow::app
