// Duality gap of a game between a discriminator that maximises a payoff V(G, D) and a generator
// that minimises it: max over D' of V(G, D') minus min over G' of V(G', D) >= 0, and 0 only where
// neither can gain alone. Source: Grnarova et al. 2019, "A domain agnostic measure for monitoring
// and evaluating GANs".
#pragma once

#include <span>

#include "core/estimate.h"

namespace elbow {

/// The gap is the sum of what each player gains by answering the other as it stands.
struct DualityGap {
  Estimate gap;            ///< V(G, D') - V(G', D)
  Estimate discriminator;  ///< V(G, D') - V(G, D)
  Estimate generator;      ///< V(G, D) - V(G', D)
};

/// From payoffs of the same n held-out draws at three pairs of players: `start` at (G, D),
/// `answered_generator` at (G, D'), `answered_discriminator` at (G', D). D' and G' are answers that
/// somebody found without these draws, not the best ones: each side is a lower estimate. `se`: of
/// the mean of the differences draw by draw. Throws Error for no draws, other sizes or NaN.
DualityGap duality_gap(std::span<const double> start, std::span<const double> answered_generator,
                       std::span<const double> answered_discriminator);

}  // namespace elbow
