// Statements of a problem, judged and handed on.
#pragma once

#include <string>
#include <utility>

#include "problems/problem.h"

namespace elbow::problems {

/// Judges both sides of statements by `judge` (core/identity.h) and emits the results. Every id
/// gets the prefix.
class Checks {
 public:
  explicit Checks(const Emit& emit, std::string prefix = "")
      : emit_(emit), prefix_(std::move(prefix)) {}

  /// The same with ids under prefix/name.
  Checks under(const std::string& name) const { return Checks(emit_, prefix_ + name + "/"); }

  /// |lhs - rhs| <= tolerance max(1, |lhs|, |rhs|, scale); equal infinities agree.
  void exact(const std::string& id, const std::string& statement, double lhs, double rhs,
             double tolerance, double scale = 1.0) const;
  void oracle(const std::string& id, const std::string& statement, double lhs, double rhs,
              double tolerance, double scale = 1.0) const;
  /// lhs <= rhs + tolerance max(1, |lhs|, |rhs|) + 4 se; rhs may be infinite.
  void bound(const std::string& id, const std::string& statement, double lhs, double rhs,
             double tolerance, double se = 0.0) const;
  /// |lhs - rhs| <= 4 se.
  void statistical(const std::string& id, const std::string& statement, double lhs, double rhs,
                   double se) const;
  /// A meter that is reported and never fails.
  void optimum(const std::string& id, const std::string& statement, double lhs, double rhs,
               double se = 0.0) const;
  /// A result of the program's own monitor.
  void emit(CheckResult result) const;

 private:
  void judged(IdentityKind kind, const std::string& id, const std::string& statement,
              const Sides& sides, double tolerance) const;

  const Emit& emit_;
  std::string prefix_;
};

}  // namespace elbow::problems
