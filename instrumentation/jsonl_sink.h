// Writes metrics.jsonl, checks.jsonl and terms.json of a run directory.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/record.h"
#include "instrumentation/append_file.h"
#include "instrumentation/terms_json.h"

namespace elbow {

/// Appends one line of metrics.jsonl, newline included:
/// {"step":100,"epoch":0.21,"wall":1.93,"split":"train","loss":104.2,"elbo":-104.2,...}
/// Losses first, then the keys in natural order (kl/dim/2 before kl/dim/10); "<key>.se" after each
/// mean over more than one sample. Doubles in the shortest form that reads back to the same value,
/// wall in milliseconds, non-finite numbers as "nan", "inf", "-inf". Returns whether the record has
/// other keys than the one before it.
class MetricsFormat {
 public:
  bool append(std::string& out, const StepRecord& record);

 private:
  struct Column {
    std::size_t source;       // position in the record's sorted keys
    std::string key, key_se;  // quoted and escaped, with comma and colon
  };
  void lay_out(const Values& values);
  std::vector<std::string> keys_;  // of the record that the columns were made for
  std::vector<Column> columns_;
  std::vector<const Moments*> moments_;
};

/// Appends the lines of checks.jsonl for one record:
/// {"step":..,"split":..,"id":..,"kind":..,"lhs":..,"rhs":..,"residual":..,"tolerance":..,"z":..,
/// "verdict":..}, with "statement" after the kind where the verdict is "fails".
void append_checks(std::string& out, const StepRecord& record);

/// Buffered: written about every second, at each checkpoint and at the end. The state that save()
/// returns is the length of both files; restore() cuts them to it, so that a run that was killed
/// and resumed has exactly the lines of one that was not. A run that starts at step 0 without
/// restore() begins both files anew.
class JsonlSink : public Observer {
 public:
  JsonlSink() = default;
  std::string name() const override { return "jsonl_sink"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  void finish(const RunSummary& summary) override;
  std::string save() override;
  void restore(const std::string& state) override;

 private:
  void begin();
  AppendFile metrics_, checks_;
  MetricsFormat format_;
  TermsFile terms_;
  bool truncate_ = false;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace elbow
