#include "training/block_timer.h"

#include <algorithm>

namespace elbow {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

}  // namespace

void BlockTimer::step(std::int64_t batches) {
  // The first step warms caches and thread pools: blocks start after it.
  if (batches_ < 0) {
    batches_ = batches;
    start_ = Clock::now();
    return;
  }
  if (++steps_ < block_) return;
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - start_).count();
  step_seconds_.push_back(seconds / static_cast<double>(steps_));
  batch_rates_.push_back(static_cast<double>(batches - batches_) / seconds);
  steps_ = 0;
  batches_ = batches;
  start_ = now;
}

double BlockTimer::seconds_per_step() const { return median(step_seconds_); }

double BlockTimer::batches_per_second() const { return median(batch_rates_); }

}  // namespace elbow
