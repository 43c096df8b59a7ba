#include "instrumentation/running_evidence.h"

#include <cmath>

namespace elbow {
namespace {

constexpr double kAlpha = 1e-6, kRho = 10.0;
constexpr std::int64_t kFewest = 30;

}  // namespace

bool RunningEvidence::adds_up(const IdentitySpec& identity) {
  return identity.kind == IdentityKind::statistical && identity.id == "V53";
}

void RunningEvidence::add(double residual, double se) {
  if (state_.se > 0.0) {
    const double x = residual / state_.se, ratio = se / state_.se;
    ++state_.n;
    state_.sum += x;
    state_.variance += (x * x + 2.0 * ratio * ratio) / 3.0;
  }
  state_.se = se;
}

double RunningEvidence::bound() const {
  const double v = state_.variance + kRho;
  return std::sqrt(v * (2.0 * std::log(1.0 / kAlpha) + std::log(v / kRho)));
}

bool RunningEvidence::contradicts() const { return std::abs(state_.sum) > bound(); }

bool RunningEvidence::speaks() const { return state_.n >= kFewest; }

CheckResult RunningEvidence::result(const IdentitySpec& identity) const {
  const auto n = static_cast<double>(state_.n);
  CheckResult result;
  result.id = identity.id + "/run";
  result.kind = IdentityKind::statistical;
  result.statement =
      "mean difference of all train records, in standard errors, = 0: " + identity.statement;
  result.lhs = result.residual = state_.sum / n;
  result.tolerance = bound() / n;
  result.z = 4.0 * state_.sum / bound();
  result.verdict = contradicts() ? Verdict::fails : Verdict::holds;
  return result;
}

}  // namespace elbow
