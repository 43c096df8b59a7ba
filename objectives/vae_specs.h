// What VAE objectives say about themselves in common: the terms of the bound and their identities.
#pragma once

#include <vector>

#include "core/spec.h"

namespace elbow {

/// Every term that `vae_terms` emits, and `loss`; the likelihood's own stand in its spec.
std::vector<TermSpec> vae_term_specs();

/// The parts of an equation that names, from left to right, L, the reconstruction and the KL;
/// `weight` (LaTeX, key) stands before the KL where it is logged.
std::vector<EquationPart> vae_equation_parts(std::vector<EquationPart> weight = {});

/// V1, V2, V3, V4, V53 and ELBO: they hold for every objective built on `vae_terms`.
std::vector<IdentitySpec> vae_identities();

/// V12: loss − (−elbo) = (β − 1) · elbo/kl, with β the value of `beta_key`, or 1 where it is empty.
IdentitySpec loss_against_elbo(std::string beta_key);

}  // namespace elbow
