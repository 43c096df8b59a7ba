// A number that may change over training: a constant, or a rule written in the config.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace elbow {

struct Value;

/// One mistake in a schedule table; `key` is the entry at fault, "" for the table as a whole.
struct ScheduleProblem {
  std::string key;
  std::string message;
};

/// Everything that is wrong with a number or schedule table; empty when Schedule::from accepts it.
std::vector<ScheduleProblem> check_schedule(const Value& value);

/// Schedules of a numeric config value, as a function of the optimiser step t (first step: t = 0).
///   constant     value
///   linear       from + (to - from) min(1, t / steps)
///   cyclical     `cycles` equal periods over `steps`; in each a linear rise from `from` to `to`
///                over the fraction `ramp` of it, then `to` (Fu et al. 2019); `to` after `steps`
///   cosine       to + (from - to) (1 + cos(pi min(1, t / steps))) / 2
///   exponential  from * rate^(t / steps), continuous
///   step         from * rate^floor(t / steps)
/// steps >= 1, cycles >= 1 (4 when not given), ramp in (0, 1] (0.5), rate > 0; every number finite.
/// In TOML: beta = 4.0, or beta = { schedule = "linear", from = 0.0, to = 4.0, steps = 2000 }.
class Schedule {
 public:
  Schedule(double constant = 0.0);
  /// From a number or a table as above. Throws Error(usage) that says what is wrong with it.
  static Schedule from(const Value& value);

  double at(std::int64_t step) const;
  bool is_constant() const { return kind_ == Kind::constant; }
  double minimum() const;  ///< smallest value over all t >= 0 (infimum)
  double maximum() const;  ///< largest value over all t >= 0 (supremum)
  double final() const;    ///< the value as t grows without bound
  /// Whether `final` is reached: linear, cyclical and cosine schedules.
  bool has_end() const;

 private:
  enum class Kind { constant, linear, cyclical, cosine, exponential, step };
  Kind kind_ = Kind::constant;
  double from_ = 0.0, to_ = 0.0, rate_ = 1.0, ramp_ = 0.5;
  std::int64_t steps_ = 1, cycles_ = 1;
};

}  // namespace elbow
