// What a loss is in terms of the ELBO, computed from the loss itself.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <optional>

#include "objectives/loss_translator.h"
#include "objectives/objective.h"

namespace elbow {

class Session;

/// L = −a · mean ln p(x|z) + b · mean KL: a and b are the derivatives of L in the two terms
/// "elbo/reconstruction" and "elbo/kl", to the 7 digits of float32, so that what an objective adds
/// to its loss counts, whatever it says of itself. Nothing where L has other parts (the sum is then
/// not L), where a sample's weight depends on it, where a term is absent or 0, or without a graph.
std::optional<LossReduction> loss_weights(const Evaluation& evaluation);

/// The same of the session's loss at a step of its schedules, on images x [B, D], with generators
/// of its own and in mode eval: nothing is changed.
std::optional<LossReduction> loss_weights(Session& session, const Tensor& x, std::int64_t step);

}  // namespace elbow
