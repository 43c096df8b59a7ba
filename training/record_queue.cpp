#include "training/record_queue.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"

namespace elbow {

RecordQueue::RecordQueue(const std::vector<Observer*>& observers,
                         std::function<void(StepRecord&&)> done, std::function<double()> clock)
    : observers_(observers),
      done_(std::move(done)),
      clock_(clock ? std::move(clock) : steady_seconds),
      flushed_(clock_()) {
  waiting_.reserve(capacity);
}

void RecordQueue::add(StepRecord record) {
  const bool prompt =
      std::any_of(observers_.begin(), observers_.end(),
                  [&](const Observer* observer) { return observer->prompt(record); });
  const bool now = prompt || record.split != "train" || waiting_.size() + 1 >= capacity ||
                   clock_() - flushed_ >= patience;
  waiting_.push_back(std::move(record));
  if (now) flush();
}

void RecordQueue::flush() {
  // Emptied first: after an error no observer sees a record twice.
  std::vector<StepRecord> records = std::exchange(waiting_, {});
  flushed_ = clock_();
  for (StepRecord& record : records) {
    for (Observer* observer : observers_) observer->step(record);
    done_(std::move(record));
  }
  records.clear();
  waiting_ = std::move(records);  // its memory
}

}  // namespace elbow
