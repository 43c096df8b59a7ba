#include "training/early_stopping.h"

#include <utility>

#include "core/error.h"

namespace elbow {

EarlyStopping::EarlyStopping(std::string term, bool maximise, std::int64_t patience)
    : term_(std::move(term)), maximise_(maximise), patience_(patience) {}

namespace {

bool larger_is_better(const std::string& mode, const std::string& term) {
  if (mode == "auto") return !term.starts_with("loss");
  return mode == "max";
}

}  // namespace

EarlyStopping::EarlyStopping(const Config& config)
    : EarlyStopping(
          config.text("early_stopping.term"),
          larger_is_better(
              config.contains("early_stopping.mode") ? config.text("early_stopping.mode") : "auto",
              config.text("early_stopping.term")),
          config.contains("early_stopping.patience") ? config.integer("early_stopping.patience")
                                                     : 0) {}

void EarlyStopping::observe(const Values& values) {
  if (!enabled()) return;
  if (!values.contains(term_)) {
    throw Error("early_stopping.term = \"" + term_ + "\" is in no validation record of this run.",
                ExitCode::usage);
  }
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
