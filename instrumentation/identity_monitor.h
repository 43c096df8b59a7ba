// Evaluates every identity and range on every record and keeps the score.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/record.h"
#include "instrumentation/running_evidence.h"
#include "instrumentation/term_table.h"

namespace elbow {

/// Where and how a check failed for the first time.
struct FirstFailure {
  std::int64_t step = 0;
  std::string split;
  CheckResult result;
};

/// The score of one identity over a run.
struct CheckCount {
  std::string id;
  IdentityKind kind = IdentityKind::exact;
  std::string statement;
  std::int64_t evaluations = 0, holds = 0, fails = 0, inconclusive = 0;
  std::int64_t z_count = 0;  ///< finite z of statistical and optimum identities ...
  double z_mean = 0.0;       ///< ... their mean ...
  double z_m2 = 0.0;         ///< ... and the sum of squared deviations
  std::optional<FirstFailure> first_failure = {};

  /// Standard deviation of z; near 1 when the standard errors are right. 0 below two values.
  double z_sd() const;
  /// Whether a failure of it fails the run: exact, bound and oracle do, the others are counted.
  bool decisive() const;
};

/// Fills record.checks: first the identities of RunInfo.specs in their order, then the ranges of
/// the terms, as bounds with the id "range:<key>". A family of keys makes one range check, on its
/// worst member, with the id "range:<pattern>": it holds exactly when every member's would.
/// Statistical identities with new draws at each train record are also judged on all of them, as
/// "<id>/run" (RunningEvidence). A range has the tolerance of float32 sums, relative to max(1,
/// |value|, |limit|).
class IdentityMonitor : public Observer {
 public:
  using Alert = std::function<void(const StepRecord&, const CheckResult&)>;

  /// `alert` is called at the first failure of each decisive id.
  explicit IdentityMonitor(Alert alert = {});

  std::string name() const override { return "identity_monitor"; }
  void start(const RunInfo& info) override;
  void step(StepRecord& record) override;
  std::string save() override;
  void restore(const std::string& state) override;

  /// A decisive check has failed: the run ends with exit code 5.
  bool failed() const { return failed_; }
  /// In the order of their first evaluation.
  const std::vector<CheckCount>& counts() const { return counts_; }

 private:
  struct RangeCheck {
    IdentitySpec identity;
    std::string pattern;
    Range range;
    bool shared = false;  // some keys under the family's prefix belong to another term
  };
  void check_range(const RangeCheck& check, StepRecord& record);
  void count(StepRecord& record, CheckResult result);
  void accumulate(const IdentitySpec& identity, StepRecord& record, const CheckResult& result);
  CheckCount& entry(const CheckResult& result);

  Alert alert_;
  std::vector<IdentitySpec> identities_;
  std::vector<RangeCheck> ranges_;
  TermTable terms_;
  std::vector<CheckCount> counts_;
  std::map<std::string, RunningEvidence> evidence_;  // by id
  std::unordered_map<std::string, std::size_t> index_;
  bool failed_ = false;
};

/// The end of a run in words. First line: "checks: 18 identities, 9,380 evaluations, all exact
/// hold; 3 of 2,100 statistical beyond |z| 4"; then one line for each id that failed, decisive ones
/// first.
std::string check_summary(const std::vector<CheckCount>& counts);

}  // namespace elbow
