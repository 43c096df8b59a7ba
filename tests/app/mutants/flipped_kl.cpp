// A planted mistake: the KL enters the loss with the wrong sign, while the spec and the log say
// "+".
#include "tests/app/mutants/planted.h"

namespace elbow::components::mutants_flipped_kl {

ObjectiveEntry entry() {
  return testing::planted_objective("flipped_kl",
                                    [](VaeForward& f) { return (-f.kl - f.log_px).mean(); });
}

}  // namespace elbow::components::mutants_flipped_kl
