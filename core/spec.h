// Specs: what an objective, penalty, likelihood, ... says about itself, as data. Config validation,
// help, `explain`, terms.json and docs/equations.md are made from these records.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/identity.h"
#include "core/value.h"

namespace elbow {

enum class ValueType { boolean, integer, real, text, integers, reals };

/// One config key. A real with `schedulable` also accepts a schedule table (core/schedule.h).
struct ParameterSpec {
  std::string name;    ///< key inside its table: "beta"
  std::string symbol;  ///< symbol in the equation, Unicode: "β"; empty if it stands in none
  ValueType type = ValueType::real;
  Value default_value = {};  ///< null: the key must be given
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  bool minimum_excluded = false;          ///< the range is (minimum, ...
  std::vector<std::string> choices = {};  ///< allowed texts; empty: any
  bool schedulable = false;
  std::string description;  ///< one line
};

/// One logged quantity. `name` may end in "/*" for a family of keys ("kl/dim/*").
struct TermSpec {
  std::string name;       ///< key in metrics.jsonl
  std::string symbol;     ///< Unicode: "KL(q‖p)"
  std::string latex;      ///< "\\mathrm{KL}(q_\\phi(z\\mid x)\\,\\|\\,p(z))"
  std::string unit;       ///< "nats", "logit", "probability", "1" (pure number), ...
  std::string sign;       ///< "+" (>= 0), "-" (<= 0) or "±"
  std::string reduction;  ///< "sum over latent dimensions, mean over the batch"
  std::string estimator;  ///< "closed form", "Monte Carlo, one sample of z per datum", ...
  std::optional<double> minimum = {};  ///< a value outside the range is a failed check
  std::optional<double> maximum = {};
  std::optional<double> equilibrium = {};  ///< at p = q with an optimal opponent, or at the optimum
  std::string meaning;                     ///< one plain sentence: what it says about the model
  std::string confused_with = {};          ///< what it is commonly mistaken for; may be empty
  std::string reference;                   ///< "Kingma & Welling 2013, appendix B"
};

/// A piece of an equation that is a logged term: a report puts a brace and the value under it.
struct EquationPart {
  std::string latex;  ///< as it stands in the equation, with its sign where the term has it
  std::string term;   ///< "elbo/kl"
};

enum class SpecKind { objective, penalty, likelihood, prior, dynamics };

/// The record that describes one component.
struct Spec {
  SpecKind kind = SpecKind::objective;
  std::string name;                      ///< as written in the config: "non_saturating"
  std::string family;                    ///< "vae", "gan", or "" when it serves every family
  std::string summary;                   ///< one line
  std::string equation;                  ///< LaTeX
  std::string unicode;                   ///< the same in one line of Unicode
  std::vector<EquationPart> parts = {};  ///< from left to right; objectives and penalties
  std::string reference;
  std::string convention;  ///< which published variant, which reduction, which factors
  std::vector<ParameterSpec> parameters = {};
  std::vector<TermSpec> terms = {};
  std::vector<IdentitySpec> identities = {};
  std::string source = {};  ///< path of the file, filled in by the generated table
};

std::string_view to_string(SpecKind kind);  ///< "objective", "penalty", ...

}  // namespace elbow
