// The standard normal prior.
#include "objectives/registry.h"

namespace elbow::components::priors_standard_normal {

PriorEntry entry() {
  return {
      .spec = {.kind = SpecKind::prior,
               .name = "standard_normal",
               .family = "vae",
               .summary = "independent standard normal codes",
               .equation = "p(z)=\\mathcal{N}(0,I)",
               .unicode = "p(z) = N(0, I)",
               .reference = "Kingma & Welling 2013, section 3",
               .convention = "nats; the KL to a diagonal Gaussian posterior is in closed form"}};
}

}  // namespace elbow::components::priors_standard_normal
