// All players at once: every gradient is taken before any update.
#include "objectives/registry.h"

namespace elbow::components::dynamics_simultaneous {
namespace {

class Simultaneous : public Dynamics {
 public:
  void step(Game& game) override {
    std::vector<std::vector<Tensor>> gradients;
    for (const Phase& phase : game.phases())
      gradients.push_back(game.gradients(phase, game.evaluate(phase)));
    for (std::size_t i = 0; i < gradients.size(); ++i)
      game.apply(game.phases()[i], std::move(gradients[i]));
  }
};

}  // namespace

DynamicsEntry entry() {
  return {
      .spec = {.kind = SpecKind::dynamics,
               .name = "simultaneous",
               .family = "",
               .summary = "every player moves at once, on gradients at the same point",
               .equation = "x_{k+1}=x_k+h\\,v(x_k),\\quad v=(-\\nabla_\\theta L_G,"
                           "-\\nabla_\\psi L_D)",
               .unicode = "x ← x + h v(x), v = (−∇θ L_G, −∇ψ L_D)",
               .reference = "Mescheder et al. 2017, section 2",
               .convention = "both gradients at the same parameters, each with its own batch and "
                             "noise"},
      .create = [](const Parameters&) { return std::make_unique<Simultaneous>(); }};
}

}  // namespace elbow::components::dynamics_simultaneous
