// Overrides that make a VAE of seconds out of any of the configs.
#pragma once

#include <string>
#include <vector>

namespace elbow::testing {

inline std::vector<std::string> small_vae() {
  return {"run.epochs=0",
          "run.steps=40",
          "data.name=glyphs",
          "data.train_count=256",
          "data.test_count=64",
          "data.validation=64",
          "model.hidden=[16]",
          "model.latent=2",
          "log.every=2",
          "pictures.every=20",
          "optimizer.batch_size=32",
          "probes.every=0",
          "probes.epochs=0",
          "sinks.tensorboard=false"};
}

}  // namespace elbow::testing
