#include "training/early_stopping.h"

#include <string_view>
#include <utility>

#include "core/error.h"

namespace elbow {

EarlyStopping::EarlyStopping(std::string term, bool maximise, std::int64_t patience)
    : term_(std::move(term)), maximise_(maximise), patience_(patience) {}

namespace {

enum class Better { none, smaller, larger };

/// Which values of a term are better whatever else happens. None where that depends on the rest: a
/// KL, a player's loss in a game, an accuracy.
Better better_values(std::string_view term) {
  if (term == "loss" || term == "sse") return Better::smaller;
  for (const char* larger : {"elbo", "elbo/reconstruction", "log_w"}) {
    if (term == larger) return Better::larger;
  }
  return Better::none;
}

/// The first spec that declares the term, or its family "kl/dim/*".
const TermSpec* find_term(const std::vector<Spec>& specs, const std::string& name) {
  for (const Spec& spec : specs) {
    for (const TermSpec& term : spec.terms) {
      const std::string_view declared = term.name;
      const bool family =
          declared.ends_with("/*") && name.starts_with(declared.substr(0, declared.size() - 1));
      if (declared == name || family) return &term;
    }
  }
  return nullptr;
}

bool larger_is_better(const Config& config, const std::vector<Spec>& specs) {
  const std::string name = config.text("early_stopping.term");
  if (name.empty()) return false;
  const TermSpec* term = find_term(specs, name);
  if (term == nullptr) {
    throw Error(
        "early_stopping.term = \"" + name + "\" is no term of this run; see `elbow list terms`.",
        ExitCode::usage);
  }
  const std::string mode = config.text("early_stopping.mode");
  if (mode != "auto") return mode == "max";
  const Better better = better_values(name);
  if (better == Better::none) {
    throw Error("early_stopping.term = \"" + name +
                    "\": whether larger or smaller values of it are better depends on the rest. "
                    "Say early_stopping.mode=max or early_stopping.mode=min.",
                ExitCode::usage);
  }
  return better == Better::larger;
}

}  // namespace

EarlyStopping::EarlyStopping(const Config& config, const std::vector<Spec>& specs)
    : EarlyStopping(config.text("early_stopping.term"), larger_is_better(config, specs),
                    config.contains("early_stopping.patience")
                        ? config.integer("early_stopping.patience")
                        : 0) {}

void EarlyStopping::require_in(const Values& values) const {
  if (!enabled() || values.contains(term_)) return;
  throw Error("early_stopping.term = \"" + term_ +
                  "\" is in no validation record of this run: it is measured in training only.",
              ExitCode::usage);
}

void EarlyStopping::observe(const Values& values) {
  if (!enabled()) return;
  const double value = values[term_];
  const bool better = maximise_ ? value > state_.best : value < state_.best;
  if (value == value && (better || !state_.any)) {
    state_ = {.any = true, .best = value, .without_improvement = 0};
  } else {
    ++state_.without_improvement;
  }
}

std::string EarlyStopping::message() const {
  return "'" + term_ + "' did not improve on " + std::to_string(state_.best) + " in " +
         std::to_string(state_.without_improvement) + " validation passes.";
}

}  // namespace elbow
