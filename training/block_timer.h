// Speed as the median over blocks of steps, which pauses (checkpoints, validation) do not move.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace elbow {

class BlockTimer {
 public:
  explicit BlockTimer(std::int64_t steps_per_block = 100) : block_(steps_per_block) {}

  /// After each step, with the batches drawn so far.
  void step(std::int64_t batches);
  /// Medians over the whole blocks so far; 0 before the first is complete.
  double seconds_per_step() const;
  double batches_per_second() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t block_, steps_ = 0, batches_ = -1;
  Clock::time_point start_ = Clock::now();
  std::vector<double> step_seconds_, batch_rates_;
};

}  // namespace elbow
