// Hands the live model of a session to instruments, without letting them change it.
#pragma once

#include "instrumentation/latent_model.h"
#include "instrumentation/model_view.h"
#include "training/session.h"

namespace elbow::app {

/// Functions on the session's networks; the session must outlive the view.
ModelView model_view(Session& session);

/// The same for probes of a VAE's latent space; without `simulate`, without gradients.
LatentModel live_latent_model(Session& session);

/// Examples that training never sees, for probes and pictures: the first `count` of the validation
/// split, or of the test split where there is no validation; as training sees them. [n, D]
Tensor held_out(const Session& session, std::int64_t count);

}  // namespace elbow::app
