// Builders of identities over the values of one record.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/identity.h"

namespace elbow {

/// constant + Σ coefficient · value(key).
struct Sum {
  std::vector<std::pair<std::string, double>> terms;
  double constant = 0.0;
};

/// lhs = rhs on the same batch (exact). Skipped where a key is absent. The scale of the comparison
/// is the largest root mean square of a term, so that means that cancel are judged by what entered
/// them.
IdentitySpec equality(std::string id, std::string statement, Sum lhs, Sum rhs);

/// Σ weight · mean(term) of a phase, penalties included = the scalar that was back-propagated.
IdentitySpec closure(std::string id, std::string phase, std::string loss_key);

/// ‖∇ loss − Σ weight · ∇ term‖ = 0, relative to the largest of these gradients, where a probe has
/// measured it.
IdentitySpec gradient_closure(std::string id, const std::string& phase);

/// A penalty of a batch = its mean over the samples one by one, where a probe has measured both
/// (G6).
IdentitySpec penalty_of_samples(const std::string& penalty);

/// E[difference] = 0 for a term of per-sample differences; z = mean / se (statistical).
IdentitySpec zero_mean(std::string id, std::string statement, std::string lhs, std::string rhs,
                       std::string difference);

/// Root mean square over samples of a value: what its rounding error is proportional to.
double magnitude(const Moments& moments);

}  // namespace elbow
