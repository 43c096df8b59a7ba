// The loss as its equation, on one line.
#pragma once

#include <string>

#include "core/record.h"
#include "instrumentation/term_table.h"

namespace elbow {

/// One part per phase of the record, joined by " · ", each a loss and the weighted terms that make
/// it:
///   -ELBO 103.2 = 81.8 reconstruction + 21.4 KL
///   loss 167.4 = 81.8 reconstruction + 4 × 21.4 KL · -ELBO 103.2
///   D 1.271 = 0.610 real + 0.661 fake [2 ln 2 = 1.386] · G 0.812 [ln 2 = 0.693] · D(x) 0.61
/// A term stands as weight × value with the sign of its contribution, the weight left out where it
/// is 1 or -1. Terms are called by the last part of their name, written as in their symbol ("KL");
/// the loss of a single phase is called "-ELBO" when it equals minus the term that its parts belong
/// to ("elbo" for "elbo/kl"), and that term follows it otherwise. In brackets: the value that
/// theory gives at equilibrium. Terms under "probability/" follow by their symbol.
/// Decimals depend on the size of the loss only, and numbers have a least width, so that the line
/// keeps its shape. Empty when the record has no loss.
std::string equation_line(const StepRecord& record, const TermTable& terms);
std::string equation_line(const StepRecord& record, const RunInfo& info);

/// `value` in closed form where it is a small multiple of ln 2 ("2 ln 2 = 1.386"), otherwise as a
/// short number.
std::string closed_form(double value);

}  // namespace elbow
