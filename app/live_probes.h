// What probes measure on the live model of a session: composed here, because it joins data,
// objectives and instruments.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <functional>

#include "core/identity.h"
#include "math/densities/density.h"
#include "training/session.h"

namespace elbow::app {

/// The density of the data where it is a known mixture of Gaussians, else null.
DensityPtr known_density(const Session& session);

/// n samples of the model, noise included: x ~ p(x|z) or G(z). [n, D]; undefined where the
/// likelihood cannot be sampled.
Tensor draw_samples(Session& session, std::int64_t n, at::Generator& generator);

/// The probes every so many steps, beyond gradients and active units, on held_out [n, D]: the
/// latent space of a VAE, and estimates beside exact values where the density of the data is known.
/// They draw from generators of their own. The session must outlive them.
std::function<void(Values&)> step_probes(Session& session, const Tensor& held_out);

/// The heavier probes every so many epochs.
std::function<void(Values&)> epoch_probes(Session& session, const Tensor& held_out);

}  // namespace elbow::app
