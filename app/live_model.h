// Hands the live model of a session to instruments, without letting them change it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "instrumentation/model_view.h"
#include "training/session.h"

namespace elbow::app {

/// Functions on the session's networks; the session must outlive the view.
ModelView model_view(Session& session);

/// Examples that training never sees, for probes and pictures: the first `count` of the validation
/// split, or of the test split where there is no validation; as training sees them. [n, D]
Tensor held_out(const Session& session, std::int64_t count);

/// ("gradient_norm/<network>/<term>", norm) of each weighted term of each phase on `x`: the norm of
/// d(weight * mean term)/d(parameters of the network), penalties left out. Noise comes from a
/// generator of its own, the same at every call. Parameters, their gradients, running statistics
/// and the training generators stay as they are.
std::vector<std::pair<std::string, double>> term_gradient_norms(Session& session, const Tensor& x,
                                                                std::int64_t step);

}  // namespace elbow::app
