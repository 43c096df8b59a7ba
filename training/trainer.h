// The training loop: steps, records, validation, checkpoints, signals. Knows no objective by name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/record.h"
#include "core/spec.h"
#include "training/result.h"
#include "training/run_directory.h"
#include "training/session.h"

namespace elbow {

struct TrainOptions {
  /// Continue from the newest undamaged checkpoint of the directory; from the start where there is
  /// none and no records.
  bool resume = false;
  /// Called once, when nothing can refuse the run any more and before anything is written.
  std::function<void()> begin = {};
  /// Terms that observers add, for RunInfo.
  std::vector<TermSpec> observer_terms = {};
  /// Counts of verdicts for result.json, asked for after the observers have finished.
  std::function<std::map<std::string, std::int64_t>()> check_counts = {};
  /// The checks that failed, likewise.
  std::function<std::vector<FailedCheck>()> failed_checks = {};
  /// Share of the seconds given that probes took, for result.json.
  std::function<double(double)> probe_share = {};
  /// Says one line to the user: a checkpoint passed over, where a resumed run starts.
  std::function<void(const std::string&)> say = {};
};

/// Throws Error(usage) for what only a model and data can tell: an early_stopping.term that no
/// validation record has. Draws nothing that training draws from.
void require_trainable(Session& session);

/// Terms that the loop itself adds to records.
const std::vector<TermSpec>& loop_terms();

/// Whether a step's record is made: at multiples of log.every, of probes.every and of
/// pictures.every, at step 1 and at the last step.
class RecordPlan {
 public:
  RecordPlan(const Config& config, std::int64_t total_steps);
  bool due(std::int64_t step) const;

 private:
  std::vector<std::int64_t> intervals_;
  std::int64_t total_steps_;
};

/// Trains `session` to its last step, and keeps in `directory` the checkpoints, status.json and
/// result.json. One step after another: optimiser step; train record; at the end of every
/// evaluation.every-th epoch and of the run a validation pass; early stopping; a checkpoint where
/// one is due. SIGINT, SIGTERM and SIGUSR1 let the step finish, save and return. At the end of a
/// run that was not cut short: a test pass (evaluation.test).
///
/// A run that is stopped anywhere and resumed gives the parameters and records of one that was
/// not, bit for bit (wall-clock fields aside). A non-finite loss or gradient ends with
/// Outcome::diverged, without a checkpoint. A resume that is refused (other settings or data, fewer
/// steps than trained, no undamaged checkpoint) throws Error and leaves every file as it was. Any
/// other error leaves status "failed" and is thrown on, after the observers' finish.
RunSummary train(Session& session, RunDirectory& directory, const std::vector<Observer*>& observers,
                 const TrainOptions& options = {});

}  // namespace elbow
