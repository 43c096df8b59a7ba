#include "core/identity.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace elbow {

std::string_view to_string(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::exact:
      return "exact";
    case IdentityKind::bound:
      return "bound";
    case IdentityKind::statistical:
      return "statistical";
    case IdentityKind::optimum:
      return "optimum";
    case IdentityKind::oracle:
      return "oracle";
  }
  return "";
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::fails:
      return "fails";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  return "";
}

const Moments& Values::at(std::string_view key) const {
  const auto found = moments_.find(key);
  if (found == moments_.end()) {
    throw Error("This record has no value named '" + std::string(key) + "'.");
  }
  return found->second;
}

const std::vector<std::pair<std::string, double>>& Values::weights(const std::string& phase) const {
  static const std::vector<std::pair<std::string, double>> none;
  const auto found = weights_.find(phase);
  return found == weights_.end() ? none : found->second;
}

CheckResult judge(const IdentitySpec& identity, const Sides& sides) {
  CheckResult result;
  result.id = identity.id;
  result.kind = identity.kind;
  result.statement = identity.statement;
  result.lhs = sides.lhs;
  result.rhs = sides.rhs;
  result.residual = sides.lhs - sides.rhs;

  const double rounding =
      identity.tolerance *
      std::max({1.0, std::abs(sides.lhs), std::abs(sides.rhs), std::abs(sides.scale)});
  const bool finite =
      std::isfinite(sides.lhs) && std::isfinite(sides.rhs) && std::isfinite(sides.scale);
  const bool has_se = std::isfinite(sides.se) && sides.se > 0.0;
  if (has_se && finite) result.z = result.residual / sides.se;
  result.se = has_se ? sides.se : 0.0;
  result.tolerance = rounding;

  switch (identity.kind) {
    case IdentityKind::exact:
    case IdentityKind::oracle:
      result.verdict =
          finite && std::abs(result.residual) <= rounding ? Verdict::holds : Verdict::fails;
      break;
    case IdentityKind::bound:
      // A bound in expectation is seen through noise.
      if (has_se) result.tolerance += 4.0 * sides.se;
      result.verdict =
          finite && result.residual <= result.tolerance ? Verdict::holds : Verdict::fails;
      break;
    case IdentityKind::statistical:
      // float32 rounding is no evidence, so it is allowed for where se is smaller still.
      result.tolerance = has_se ? std::max(4.0 * sides.se, rounding) : rounding;
      if (finite && std::abs(result.residual) <= result.tolerance) {
        result.verdict = Verdict::holds;
      } else {
        result.verdict = finite && has_se ? Verdict::fails : Verdict::inconclusive;
      }
      break;
    case IdentityKind::optimum:
      result.verdict = Verdict::inconclusive;
      break;
  }
  return result;
}

}  // namespace elbow
