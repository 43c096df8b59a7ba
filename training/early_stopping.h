// Ends a run when a term of the validation record stops improving.
#pragma once

#include <cstdint>
#include <string>

#include "core/config/config.h"
#include "core/identity.h"
#include "core/spec.h"

namespace elbow {

/// Stops after `patience` validation passes in a row without a value better than the best so far.
/// A value that is not a number is no improvement.
class EarlyStopping {
 public:
  struct State {
    bool any = false;  ///< whether `best` holds a value
    double best = 0.0;
    std::int64_t without_improvement = 0;
  };

  EarlyStopping(std::string term, bool maximise, std::int64_t patience);
  /// [early_stopping]; off with an empty term. With mode "auto" smaller values of loss and sse are
  /// better, larger ones of elbo, elbo/reconstruction and log_w. Throws Error(usage) where the term
  /// is none of `specs`, or any other and the mode "auto".
  EarlyStopping(const Config& config, const std::vector<Spec>& specs);

  bool enabled() const { return !term_.empty(); }
  /// Throws Error(usage) where a record of validation with these values lacks the term.
  void require_in(const Values& values) const;
  /// Takes one validation record, which has the term (`require_in`).
  void observe(const Values& values);
  bool should_stop() const { return enabled() && state_.without_improvement >= patience_; }
  std::string message() const;

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  std::string term_;
  bool maximise_;
  std::int64_t patience_;
  State state_;
};

}  // namespace elbow
