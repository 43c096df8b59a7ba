// A planted mistake: the loss has the right value, but no gradient flows through its KL.
#include "tests/app/mutants/planted.h"

namespace elbow::components::mutants_detached_kl {

ObjectiveEntry entry() {
  return testing::planted_objective(
      "detached_kl", [](VaeForward& f) { return (f.kl.detach() - f.log_px).mean(); });
}

}  // namespace elbow::components::mutants_detached_kl
