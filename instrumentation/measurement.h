// What an evaluation after training yields, and how long work reports and stops.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/estimate.h"

namespace elbow {

/// One line of `elbow eval`: a number with its error, and what it says in a few words.
struct Measurement {
  std::string quantity;   ///< "iwae/k50"
  std::string estimator;  ///< "iwae": a name of `elbow list estimators`, or plain words
  Estimate estimate = {};
  std::string meaning = {};
};

/// The user stopped the work; what was finished before stays.
class Stopped : public Error {
 public:
  Stopped() : Error("Stopped.", ExitCode::interrupted) {}
};

/// Hooks of work that takes long. Both may be empty.
struct Work {
  std::function<void(const std::string& what, double done)> progress = {};  ///< done in [0, 1]
  std::function<bool()> stopped = {};

  /// Reports, or throws Stopped.
  void at(const std::string& what, double done) const {
    if (stopped && stopped()) throw Stopped();
    if (progress) progress(what, done);
  }
};

}  // namespace elbow
