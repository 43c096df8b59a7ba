// What many z-scores of one statement say together.
#pragma once

#include <cstdint>
#include <string>

#include "core/identity.h"

namespace elbow {

/// z-scores of a statement, one a record, each of new draws: given the past, symmetric around 0
/// where the statement is true. Then exp(l S - l^2 V / 2), with S = sum z and V = sum z^2, is a
/// supermartingale for every l (de la Pena 1999), whatever the spread of z, and so is its mean over
/// l ~ N(0, 1/rho): with chance 1 - alpha
///   |S| <= sqrt((V + rho) (2 ln(1/alpha) + ln((V + rho) / rho)))   at all records together
/// (Robbins 1970; Howard et al. 2021). alpha is 10^-6 and rho 10. A bias of one standard error a
/// record is seen after some 65 records, one of a tenth after some 3,400.
class RunningEvidence {
 public:
  /// Whether a statement has draws of its own at each train record. Those on a fixed held-out batch
  /// have not: the same images are off in the same direction every time.
  static bool adds_up(const IdentitySpec& identity);

  void add(double z);
  double bound() const;
  bool contradicts() const;
  /// Enough records for the mean z to be held to less than 1.2: with fewer the statement says
  /// nothing.
  bool speaks() const;
  /// "V53/run": lhs the mean z, rhs 0, tolerance the bound over n, z = 4 S / bound, so that 4 is
  /// the bound. Counted and flagged, and no failure of the run: z of a skewed residual in a batch
  /// of B has the mean -skewness / (2 sqrt B), not 0, which small batches of few dimensions show
  /// after hundreds of records.
  CheckResult result(const IdentitySpec& identity) const;

  struct State {
    std::int64_t n = 0;
    double sum = 0.0, squares = 0.0;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace elbow
