// The optimal critic of an adversarial objective between known laws, as the objective's own losses
// have it, and what must hold there of L_D, of the divergence and of the generator's gradient.
#pragma once

#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"

namespace elbow::problems {

/// G29, G30, G31: the critic by its formula, L_D by its divergence, and no critic does better.
void check_optimal_critic(const Checks& checks, const Adversary& objective, const KnownPair& d);

/// Where p = q, the losses are at the equilibrium that the spec declares.
void check_equilibrium(const Checks& checks, const Adversary& objective);

/// G56, G61: the generator's gradient in the mean of q = N(mean, 1) at the optimal critic.
void check_generator(const Checks& checks, const Adversary& objective, double mean);

/// G56: the gradient that back-propagation gives through samples x = z + mean, by quadrature over
/// z. Needs gradients switched on.
void check_pathwise(const Checks& checks, const Adversary& objective, double mean);

/// Published numbers of pair A, N(0, 1) against N(1, 1), and B, N(0, 1) against N(1, sd 2);
/// `plane`: N(0, I) against N(m, I) with a mean m of length 1.
void check_pairs(const Checks& checks, const KnownPair& a, const KnownPair& b,
                 const KnownPair& plane);
/// Those of the losses at the optimum of both pairs; G35.
void check_losses_of_pairs(const Checks& checks, const Adversary& objective, const KnownPair& a,
                           const KnownPair& b);

}  // namespace elbow::problems
