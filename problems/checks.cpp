#include "problems/checks.h"

#include <cmath>

namespace elbow::problems {

void Checks::emit(CheckResult result) const {
  result.id = prefix_ + result.id;
  emit_(result);
}

void Checks::judged(IdentityKind kind, const std::string& id, const std::string& statement,
                    const Sides& sides, double tolerance) const {
  CheckResult result = judge(
      {.id = id, .kind = kind, .statement = statement, .sides = nullptr, .tolerance = tolerance},
      sides);
  const bool infinite = std::isinf(sides.rhs) && !std::isnan(sides.lhs);
  if (infinite && (kind == IdentityKind::exact || kind == IdentityKind::oracle)) {
    result.residual = sides.lhs == sides.rhs ? 0.0 : sides.lhs - sides.rhs;
    result.tolerance = 0.0;
    result.verdict = sides.lhs == sides.rhs ? Verdict::holds : Verdict::fails;
  }
  if (infinite && kind == IdentityKind::bound)
    result.verdict = sides.lhs <= sides.rhs ? Verdict::holds : Verdict::fails;
  // A known value is there to compare with: an estimate that is no number has failed.
  if (kind == IdentityKind::statistical && std::isfinite(sides.rhs) && !std::isfinite(sides.lhs))
    result.verdict = Verdict::fails;
  emit(std::move(result));
}

void Checks::exact(const std::string& id, const std::string& statement, double lhs, double rhs,
                   double tolerance, double scale) const {
  judged(IdentityKind::exact, id, statement, {.lhs = lhs, .rhs = rhs, .se = 0.0, .scale = scale},
         tolerance);
}

void Checks::oracle(const std::string& id, const std::string& statement, double lhs, double rhs,
                    double tolerance, double scale) const {
  judged(IdentityKind::oracle, id, statement, {.lhs = lhs, .rhs = rhs, .se = 0.0, .scale = scale},
         tolerance);
}

void Checks::bound(const std::string& id, const std::string& statement, double lhs, double rhs,
                   double tolerance, double se) const {
  judged(IdentityKind::bound, id, statement, {.lhs = lhs, .rhs = rhs, .se = se}, tolerance);
}

void Checks::statistical(const std::string& id, const std::string& statement, double lhs,
                         double rhs, double se) const {
  judged(IdentityKind::statistical, id, statement, {.lhs = lhs, .rhs = rhs, .se = se}, 1e-12);
}

void Checks::optimum(const std::string& id, const std::string& statement, double lhs, double rhs,
                     double se) const {
  judged(IdentityKind::optimum, id, statement, {.lhs = lhs, .rhs = rhs, .se = se}, 1e-12);
}

}  // namespace elbow::problems
