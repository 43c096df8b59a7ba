#include "core/outcome.h"

namespace elbow {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::finished:
      return "finished";
    case Outcome::early_stopped:
      return "early_stopped";
    case Outcome::interrupted:
      return "interrupted";
    case Outcome::stopped:
      return "stopped";
    case Outcome::diverged:
      return "diverged";
    case Outcome::failed:
      break;
  }
  return "failed";
}

std::string_view outcome_words(Outcome outcome) {
  return outcome == Outcome::early_stopped ? "stopped early" : to_string(outcome);
}

}  // namespace elbow
