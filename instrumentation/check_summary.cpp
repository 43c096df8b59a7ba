#include "core/identity_page.h"
#include "instrumentation/identity_monitor.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

std::string counted(std::int64_t n, const std::string& one, const std::string& many) {
  return with_commas(n) + " " + (n == 1 ? one : many);
}

std::string failure_line(const CheckCount& count) {
  const CheckResult& first = count.first_failure->result;
  std::string line = "\n  FAILED " + count.id + " (" + std::string(to_string(count.kind)) + ") " +
                     with_commas(count.fails) + " of " + with_commas(count.evaluations) + ": " +
                     first.statement;
  line += "; first at step " + std::to_string(count.first_failure->step) + " (" +
          count.first_failure->split + "), left " + significant(first.lhs, 9) + ", right " +
          significant(first.rhs, 9) + ", tolerance " + significant(first.tolerance, 3);
  return line + "; see " + identity_page(count.id);
}

std::string flag_line(const CheckCount& count) {
  return "\n  flagged " + count.id + " (statistical) " + with_commas(count.fails) + " of " +
         with_commas(count.evaluations) + " beyond |z| 4: " + count.statement + "; mean z " +
         significant(count.z_mean, 2) + ", sd " + significant(count.z_sd(), 2) + "; see " +
         identity_page(count.id);
}

}  // namespace

std::string check_summary(const std::vector<CheckCount>& counts) {
  std::int64_t identities = 0, ranges = 0, evaluations = 0, broken = 0, flags = 0, statistical = 0;
  std::string failures, flagged;
  for (const CheckCount& count : counts) {
    (count.id.rfind("range:", 0) == 0 ? ranges : identities) += 1;
    evaluations += count.evaluations;
    if (count.kind == IdentityKind::statistical) {
      statistical += count.evaluations;
      flags += count.fails;
      if (count.fails > 0) flagged += flag_line(count);
    } else if (count.decisive() && count.fails > 0) {
      ++broken;
      failures += failure_line(count);
    }
  }
  if (evaluations == 0) return "checks: none evaluated";
  std::string text = "checks: " + counted(identities, "identity", "identities");
  if (ranges > 0) text += ", " + counted(ranges, "range", "ranges");
  text += ", " + counted(evaluations, "evaluation", "evaluations");
  text += broken == 0 ? ", all exact hold" : ", " + with_commas(broken) + " FAILED";
  if (statistical > 0) {
    text +=
        "; " + with_commas(flags) + " of " + with_commas(statistical) + " statistical beyond |z| 4";
  }
  return text + failures + flagged;
}

}  // namespace elbow
