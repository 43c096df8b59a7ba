// report.html of a run that trains.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/config/schema.h"
#include "core/record.h"

namespace elbow::app {

/// Rewrites report.html in the run directory while it trains: at a record when `every` seconds have
/// passed since the last time, but never more than a hundredth of the time. It reads the files of
/// the run only, so that it cannot change the training. `every` = 0, or a program that was built
/// without the page: nothing is written. A page that cannot be written is said once, and training
/// goes on.
class LivePage : public Observer {
 public:
  LivePage(const Schema& schema, std::filesystem::path run, double every,
           std::function<void(const std::string&)> warn);
  std::string name() const override { return "live_page"; }
  void step(StepRecord& record) override;

  /// Writes it now, for after the run: the observers' finish comes before result.json. Whether a
  /// page was written.
  bool write();

 private:
  using Clock = std::chrono::steady_clock;
  const Schema& schema_;
  std::filesystem::path run_;
  double every_;
  std::function<void(const std::string&)> warn_;
  Clock::time_point next_;
  bool failed_ = false;
};

}  // namespace elbow::app
