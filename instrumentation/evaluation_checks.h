// What must hold between the measurements of one evaluation.
#pragma once

#include <vector>

#include "core/identity.h"
#include "instrumentation/measurement.h"

namespace elbow {

/// The statements whose quantities are all there, each judged as a bound in expectation:
///   V25  elbo <= iwae/kK, ascending in K
///   V45  bdmc/elbo <= bdmc/lower, ais/above_elbo >= 0, bdmc/gap >= 0
///   V56  0 <= I_q <= KL; TC, DW and marginal KL >= 0
///   V58  minibatch with the image itself <= I_q <= minibatch without it
///   G31, G33, G34  the discriminator's bounds of JSD, Le Cam and TV <= ln 2, 2, 1
///   G74  duality gap and both of its sides >= 0
///   G76  KL(classes of samples || real) >= -ln(share of the real images in the classes that occur)
///   G79  precision, recall, coverage and shares of classes in [0, 1]; density and distances >= 0
std::vector<CheckResult> evaluation_checks(const std::vector<Measurement>& rows);

}  // namespace elbow
