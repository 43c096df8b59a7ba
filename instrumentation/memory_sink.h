// Keeps the records of a run in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/record.h"

namespace elbow {

class MemorySink : public Observer {
 public:
  std::string name() const override { return "memory_sink"; }
  void start(const RunInfo& info) override { info_ = info; }
  void step(StepRecord& record) override { records_.push_back(record); }
  void finish(const RunSummary& summary) override { summary_ = summary; }
  /// The number of records; restore() drops those after it.
  std::string save() override { return std::to_string(records_.size()); }
  void restore(const std::string& state) override;

  const RunInfo& info() const { return info_; }
  const std::vector<StepRecord>& records() const { return records_; }
  const std::optional<RunSummary>& summary() const { return summary_; }

 private:
  RunInfo info_;
  std::vector<StepRecord> records_;
  std::optional<RunSummary> summary_;
};

}  // namespace elbow
