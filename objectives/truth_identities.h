// Statements between estimates and truths on data whose density is known
// (instrumentation/known_*), and between distances of samples; silent on records without them.
#pragma once

#include <string>
#include <vector>

#include "core/identity.h"
#include "objectives/identities.h"

namespace elbow {

/// G76, G77 and G80: samples and held-out data beside the density of the data.
std::vector<IdentitySpec> known_samples_identities();

/// G32 and G80.loss: the live critic under quadrature.
std::vector<IdentitySpec> known_critic_identities();

/// G46: distances between samples and held-out data (instrumentation/sample_distances.h).
std::vector<IdentitySpec> sample_distance_identities();

/// For statements between up to three quadratures that are each right to 1e-3.
inline constexpr double kTruthTolerance = 3e-3;

/// L_D of the optimal critic as a function of a divergence, both by quadrature (G30, G33, G34).
IdentitySpec loss_at_optimum(std::string id, std::string statement, Sum divergence);

/// V25 and V26: bounds beside ln p(x) by quadrature over z.
std::vector<IdentitySpec> known_evidence_identities();

}  // namespace elbow
