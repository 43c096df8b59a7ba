// A model trained by the program's own loop, for problems.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/identity.h"
#include "instrumentation/identity_monitor.h"
#include "problems/checks.h"
#include "training/session.h"

namespace elbow::problems {

struct TrainedModel {
  std::unique_ptr<Session> session;
  Values values;                   ///< of a pass over the whole training split
  std::vector<CheckCount> counts;  ///< identities and ranges, as evaluated while it trained
};

/// Trains with the loop of `elbow train`, in a scratch directory that is removed; `prepare` may set
/// weights before the first step. Throws Error where the run does not finish: diverged, or stopped
/// by a signal (130 after Ctrl-C, else a failure: there is no checkpoint).
TrainedModel train_model(Config config, Dataset data,
                         const std::function<void(Session&)>& prepare = {});

/// A per-sample term of the objective at each row of x [n, D], mode eval, with a z of its own.
/// Throws Error where no phase emits it.
std::vector<double> term_at_rows(Session& session, const Tensor& x, const std::string& term,
                                 std::uint64_t seed);

/// A data set of points [n, D] in memory (float32), training split only.
Dataset points_dataset(const std::string& name, const Tensor& points);

/// Emits the score of the identities that the run was held to: "no failures among N evaluations".
void emit_run_identities(const Checks& checks, const TrainedModel& model);

}  // namespace elbow::problems
