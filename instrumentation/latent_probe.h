// A look at a VAE's latent space during training: importance weights of a few held-out images and
// the aggregate posterior of a held-out batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/identity.h"
#include "core/spec.h"
#include "instrumentation/latent_model.h"

namespace elbow {

/// How much a tier of probes looks at; its names start with `tier`.
struct LatentProbeSize {
  std::string tier = "probe";
  std::int64_t images = 16;  ///< of the importance weights: the first ones of x
  std::int64_t samples = 8;  ///< K, codes of each
  std::int64_t batch = 64;   ///< B, codes and references of the aggregate posterior
};

/// Every N steps, and every epoch.
LatentProbeSize step_probe_size();
LatentProbeSize epoch_probe_size();

struct LatentProbeOptions {
  LatentProbeSize size = {};
  std::int64_t dataset_size = 0;  ///< N of the training split, for symmetric_mss
  std::uint64_t seed = 0;         ///< of the codes: the same at every call
};

/// Adds to `values` the terms of `latent_probe_terms` for the held-out images x [n, D].
///   TIER/iwaeK/...    from K codes of each of some images, one set of weights per image: the
///                     bounds with their standard errors between images
///   TIER/aggregate/.. from one code of each of B images against the posteriors of all of them,
///                     with the weights batch, leave_one_out and symmetric_mss
/// Nothing for x without rows and where the model's numbers are not finite. Draws from the seed
/// alone.
void probe_latent(const LatentModel& model, const Tensor& x, const LatentProbeOptions& options,
                  Values& values);

std::vector<TermSpec> latent_probe_terms(const LatentProbeSize& size);

}  // namespace elbow
