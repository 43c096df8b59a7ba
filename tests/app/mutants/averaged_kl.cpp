// A planted mistake: the KL is averaged over latent dimensions instead of summed, in its term and
// in the loss.
#include "tests/app/mutants/planted.h"

namespace elbow::components::mutants_averaged_kl {

ObjectiveEntry entry() {
  return testing::planted_objective("averaged_kl", [](VaeForward& f) {
    f.kl = f.kl / static_cast<double>(f.z.size(1));
    return (f.kl - f.log_px).mean();
  });
}

}  // namespace elbow::components::mutants_averaged_kl
