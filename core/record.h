// What the training loop hands to observers: plain numbers, no tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/identity.h"
#include "core/spec.h"

namespace elbow {

/// One line of metrics.jsonl with the checks made on it.
struct StepRecord {
  std::int64_t step = 0;  ///< optimiser steps done (1 after the first)
  double epoch = 0.0;     ///< passes over the training split, fractional
  double wall = 0.0;  ///< seconds of training so far, earlier sessions of a resumed run included
  double samples_per_second = 0.0;  ///< of the recent past; terminal only, never in metrics.jsonl
  std::string split = "train";      ///< train | valid | test
  Values values;
  std::vector<CheckResult> checks;  ///< filled by the identity monitor, before the sinks see it
};

/// Known before the first step.
struct RunInfo {
  std::string directory;         ///< run directory, absolute
  std::string name;              ///< run.name
  std::string family;            ///< "vae" or "gan"
  std::string objective;         ///< "beta"
  std::int64_t total_steps = 0;  ///< planned
  std::int64_t first_step = 0;   ///< 0, or the step of the checkpoint that is resumed
  std::vector<Spec> specs;       ///< objective first, then likelihood, prior, penalties, dynamics
  std::vector<TermSpec> terms;   ///< terms that the loop and the probes add to those of the specs
  bool averaged = false;         ///< valid and test are of averaged weights (ema.decay)
};

enum class Outcome { finished, early_stopped, interrupted, stopped, diverged, failed };

/// Known after the last step.
struct RunSummary {
  Outcome outcome = Outcome::finished;
  std::int64_t step = 0;
  double wall = 0.0;
  std::string message;  ///< why it stopped, in words; may be empty
};

/// Watches a run. Called on the training thread, in the order: start, then records and checkpoints
/// as they come, then finish (also after an error). An observer may not touch the training
/// generators or parameters. `record` may be completed (checks) by an observer for those after it.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual std::string name() const = 0;
  virtual void start(const RunInfo&) {}
  virtual void step(StepRecord&) {}
  /// Whether it must see this record before training goes on, because it looks at the model as it
  /// is at that step. Other train records may reach it a few steps late.
  virtual bool prompt(const StepRecord&) const { return false; }
  virtual void finish(const RunSummary&) {}
  /// Called before each checkpoint: flush, then return what `restore` needs, as text ("" if none).
  virtual std::string save() { return {}; }
  /// Called after start() when a run is resumed, with the text from the checkpoint.
  virtual void restore(const std::string&) {}
};

}  // namespace elbow
