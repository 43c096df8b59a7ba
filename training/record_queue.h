// Hands records to observers a few at a time: a training step evicts the caches, so that a handful
// of records in a row costs a fraction of as many each after its own step.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/record.h"

namespace elbow {

class RecordQueue {
 public:
  /// `done` sees each record after the last observer; `clock`: seconds, default a steady clock.
  /// `observers` must outlive the queue.
  RecordQueue(const std::vector<Observer*>& observers, std::function<void(StepRecord&&)> done,
              std::function<double()> clock = {});

  /// Hands over, in order, all records so far: when `capacity` have come, when the last handing
  /// over lies `patience` back, when an observer is prompt about this one, and for every split but
  /// "train". Throws what the observers throw; records not yet seen are then dropped.
  void add(StepRecord record);
  void flush();

  static constexpr std::size_t capacity = 16;
  static constexpr double patience = 0.05;  ///< seconds

 private:
  const std::vector<Observer*>& observers_;
  std::function<void(StepRecord&&)> done_;
  std::function<double()> clock_;
  std::vector<StepRecord> waiting_;
  double flushed_;
};

}  // namespace elbow
