// The discriminator of the cross-entropy games (minimax, non-saturating): formulas, terms,
// identities.
#pragma once

#include "objectives/adversarial.h"
#include "objectives/adversarial_specs.h"

namespace elbow {

/// L_D = E_p softplus(-l) + E_q softplus(l), summed; the scalar through binary cross entropy with
/// logits. The generator's part is empty. Source: Goodfellow et al. 2014, equation 1.
AdversarialFormulas cross_entropy_discriminator();

/// ln sigma(-l) = ln(1 - D), stable; and ln sigma(l) = ln D.
Tensor log_one_minus_d(const Tensor& l);
Tensor log_d(const Tensor& l);

/// Every term of the discriminator's turn, and the generator's loss as it is given.
std::vector<TermSpec> cross_entropy_terms(const std::string& generator_sign,
                                          const LossPart& generator, const std::string& meaning,
                                          const std::string& reference);

/// Closure, G1 (between the generator's losses `minimax` and `non_saturating`), G2, G31.
std::vector<IdentitySpec> cross_entropy_identities(const std::string& minimax,
                                                   const std::string& non_saturating);

}  // namespace elbow
