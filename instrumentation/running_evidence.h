// What many differences of one statement say together.
#pragma once

#include <cstdint>
#include <string>

#include "core/identity.h"

namespace elbow {

/// Differences r of a statement, one a record, each of new draws, with their standard errors s.
/// Where the statement is true x = r / s' has the mean 0 given the past, s' being the standard
/// error of the record before: that of its own record would not do, as r / s of a skewed r has the
/// mean -skewness / (2 sqrt B) in a batch of B. Then exp(l S - l^2 V / 2), with S = sum x and V =
/// sum (x^2 + 2 E[x^2 | past]) / 3, is a supermartingale for every l, whatever the law of x (Delyon
/// 2009), and so is its mean over l ~ N(0, 1/rho): with chance 1 - alpha
///   |S| <= sqrt((V + rho) (2 ln(1/alpha) + ln((V + rho) / rho)))   at all records together
/// (Robbins 1970; Howard et al. 2021). E[x^2 | past] is taken as (s / s')^2, its unbiased estimate.
/// alpha is 10^-6 and rho 10. A bias of one standard error a record is seen after some 60 records,
/// one of a tenth after some 3,400. That residuals and parameters hang together from record to
/// record does not matter, for the draws are new.
class RunningEvidence {
 public:
  /// Whether a statement has draws of its own at each train record. Those on a fixed held-out batch
  /// have not: the same images are off in the same direction every time.
  static bool adds_up(const IdentitySpec& identity);

  /// One record; se > 0. The first one only gives its standard error to the second.
  void add(double residual, double se);
  double bound() const;
  bool contradicts() const;
  /// Enough records for the mean to be held to less than 1.2 standard errors: with fewer the
  /// statement says nothing.
  bool speaks() const;
  /// "V53/run": lhs the mean x, rhs 0, tolerance the bound over n, z = 4 S / bound, so that 4 is
  /// the bound.
  CheckResult result(const IdentitySpec& identity) const;

  struct State {
    std::int64_t n = 0;
    double sum = 0.0, variance = 0.0;  // S and V
    double se = 0.0;                   // s of the latest record
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace elbow
