// Statements between what a probe of a VAE's latent space measures
// (instrumentation/latent_probe.h).
#pragma once

#include <vector>

#include "core/identity.h"

namespace elbow {

/// V15 to V19 on sets of importance weights, V54, V57 and V58 on the aggregate posterior, of the
/// probes every N steps and of those every epoch (ids with ".epoch"); silent on records without a
/// probe.
std::vector<IdentitySpec> latent_probe_identities();

}  // namespace elbow
