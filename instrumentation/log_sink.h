// log.txt: what happened in a run, in time-stamped plain lines.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/record.h"

namespace spdlog {
class logger;
}

namespace elbow {

/// Writes the start, a training record at most every `seconds`, every validation and test record,
/// every message, and the end. Lines before start() are kept until the file is open. Resumed runs
/// append.
class LogSink : public Observer {
 public:
  explicit LogSink(double seconds = 10.0, std::function<double()> clock = {});
  ~LogSink() override;
  std::string name() const override { return "log_sink"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  void finish(const RunSummary& summary) override;
  std::string save() override;

  void note(const std::string& text);
  void warning(const std::string& text);
  void error(const std::string& text);
  /// The first failure of an identity, from IdentityMonitor.
  void check_failed(const StepRecord& record, const CheckResult& check);

 private:
  void write(int level, const std::string& text);
  RunInfo info_;
  double seconds_;
  std::function<double()> clock_;
  double next_ = 0.0;
  std::shared_ptr<spdlog::logger> logger_;
  std::vector<std::pair<int, std::string>> early_;
};

}  // namespace elbow
