// How strongly each term of the loss pulls at each network, apart from the others.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "training/session.h"

namespace elbow {

/// ("gradient_norm/<network>/<term>", norm) for every phase, its networks, and every term of its
/// loss, penalties included:
///   norm = ‖d(mean term) / d(parameters of the network)‖₂, without the term's weight,
/// so that a term whose weight is 0 for now (warm-up) has its norm too. Terms without a graph have
/// none. x: [n, D]; undefined or empty: no norms.
///
/// And ("gradient_difference/<phase>", r): r = ‖∇ loss − Σ weight · ∇ term‖₂ over the largest of
/// the norms that enter it, all parameters of the phase together; 0 but for rounding (G8).
///
/// The training weights (not their averages) in mode eval; `step` is what schedules are read at.
/// Noise comes from generators of its own, the same at every call. Parameters, their gradients and
/// requires_grad, running statistics and the training generators stay as they are, also after an
/// exception.
std::vector<std::pair<std::string, double>> term_gradient_norms(Session& session, const Tensor& x,
                                                                std::int64_t step);

}  // namespace elbow
