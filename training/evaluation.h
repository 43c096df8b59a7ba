// Terms as plain numbers: of one training step, and of a pass over a whole split.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/identity.h"
#include "objectives/objective.h"
#include "training/session.h"

namespace elbow {

/// The numbers of one evaluation of a phase, read before anything changes them.
struct PhaseValues {
  std::string phase;
  std::vector<std::pair<std::string, Moments>> moments;
  std::vector<std::pair<std::string, double>> weights;
};

/// Mean and standard error of each term, and the scalar loss under its key. The loss has the
/// standard error of the weighted sum of its terms where they are per sample. With a graph also
/// effective_beta and theta, from the derivatives of the loss (loss_weights.h).
PhaseValues phase_values(const std::string& phase, const Evaluation& evaluation);

void add_to(Values& values, const PhaseValues& phase);

/// "discriminator" for "loss/discriminator"; the name of the only phase for "loss".
std::string phase_of_loss(const std::string& loss_key, const std::vector<Phase>& phases);

/// Adds the penalties of `phase` to its evaluation: terms with their weights, and
/// loss += weight * penalty.
void add_penalties(std::vector<PhasePenalty>& penalties, const std::string& phase,
                   Evaluation& evaluation, const Context& context, at::Generator& noise);

/// A pass over a whole split in its order: every term's mean over all samples (sample-weighted, so
/// that a short last batch counts for what it is) and its standard error; a term that is one number
/// a batch is averaged with the batch sizes as weights; of names that end in /min and /max it is
/// the extreme; `active_units`, a count that depends on the batch, is left out. Mode eval. When EMA
/// is on the terms are of the averaged weights, and "live/<term>" of the weights that train, from
/// the same draws (families of terms have no live values). Noise and dynamic binarisation start
/// from the seed `evaluation`: the same in every pass, and nothing that training draws from is
/// touched.
Values evaluate_split(Session& session, const Split& split, std::int64_t step,
                      std::int64_t batch_size);

}  // namespace elbow
