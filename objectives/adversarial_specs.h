// What adversarial objectives say about themselves in common: terms and closure identities.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/spec.h"
#include "objectives/join.h"

namespace elbow {

/// One part of a loss: how it is written and the value it has where p = q and the opponent is
/// optimal.
struct LossPart {
  std::string symbol, latex;
  std::optional<double> equilibrium;
};

struct AdversarialLossSpec {
  std::string unit;  ///< "nats", "critic units", ...
  std::string reference;
  bool nonnegative = true;  ///< the discriminator's parts are >= 0
  LossPart total, real, fake;
  std::string generator_sign = "+";  ///< "+", "-" or "±"
  LossPart generator;
  std::string generator_meaning;
};

/// loss/discriminator, its real and fake part, loss/generator and loss/generator/fake.
std::vector<TermSpec> adversarial_loss_terms(const AdversarialLossSpec& spec);

/// critic/auc, of every discriminator.
TermSpec auc_term_spec();

/// logit/real, logit/fake, probability/real, probability/fake, logit/generated, critic/auc: outputs
/// whose sigmoid is the probability of "real".
std::vector<TermSpec> logit_term_specs();

/// critic/real, critic/fake, critic/generated, critic/auc: outputs that are no logits.
std::vector<TermSpec> critic_term_specs(const std::string& unit, const std::string& reference,
                                        std::optional<double> equilibrium);

/// accuracy, accuracy/real, accuracy/fake.
std::vector<TermSpec> accuracy_term_specs(const std::string& rule);

/// The parts of an equation that names, from left to right, L_D, the two given pieces of it (key:
/// "real" or "fake"), L_G and the generator's piece.
std::vector<EquationPart> adversarial_equation_parts(EquationPart first, EquationPart second,
                                                     const std::string& generator);

/// V1.discriminator and V1.generator: the weighted terms sum to what was back-propagated.
std::vector<IdentitySpec> adversarial_identities();

}  // namespace elbow
