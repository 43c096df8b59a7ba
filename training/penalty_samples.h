// Whether a penalty treats the samples of a batch apart.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "training/session.h"

namespace elbow {

/// For every penalty with a term of its own: ("penalty_of_batch/<name>", its mean over the first 8
/// rows of x) and ("penalty_of_samples/<name>", the mean over the same rows given one at a time),
/// before its weight. Equal where each sample has its own slope and no layer couples samples (G6);
/// a norm over the whole batch, or a sum in place of a mean, is off by a factor of up to 8.
///
/// Real and sampled points are both x, so that a penalty on points between them needs no noise; one
/// that depends on its noise even so is left out. The training weights in mode eval; draws,
/// gradients and weights of the session stay as they are. x: [n, D]; undefined or n < 2: nothing.
std::vector<std::pair<std::string, double>> penalties_of_samples(Session& session, const Tensor& x,
                                                                 std::int64_t step);

}  // namespace elbow
