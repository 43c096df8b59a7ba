// One player after the other, each against the newest opponent.
#include "core/error.h"
#include "objectives/registry.h"

namespace elbow::components::dynamics_alternating {
namespace {

class Alternating : public Dynamics {
 public:
  explicit Alternating(const Parameters& parameters)
      : discriminator_steps_(parameters.integer("discriminator_steps")),
        generator_steps_(parameters.integer("generator_steps")) {
    if (discriminator_steps_ + generator_steps_ < 1)
      throw Error(
          "alternating: discriminator_steps and generator_steps are both 0; one must train.",
          ExitCode::usage);
  }

  void step(Game& game) override {
    for (const Phase& phase : game.phases()) {
      for (std::int64_t i = 0; i < repetitions(phase); ++i) {
        const Evaluation evaluation = game.evaluate(phase);
        game.apply(phase, game.gradients(phase, evaluation));
      }
    }
  }

 private:
  std::int64_t repetitions(const Phase& phase) const {
    if (phase.name == "discriminator") return discriminator_steps_;
    if (phase.name == "generator") return generator_steps_;
    return 1;
  }

  std::int64_t discriminator_steps_, generator_steps_;
};

}  // namespace

DynamicsEntry entry() {
  return {
      .spec = {.kind = SpecKind::dynamics,
               .name = "alternating",
               .family = "",
               .summary = "discriminator steps first, then generator steps",
               .equation = "\\psi\\leftarrow\\psi-h\\nabla_\\psi L_D(\\theta,\\psi)\\ (n_D\\times),"
                           "\\quad\\theta\\leftarrow\\theta-h\\nabla_\\theta L_G(\\theta,\\psi)"
                           "\\ (n_G\\times)",
               .unicode = "ψ ← ψ − h ∇L_D(θ, ψ), n_D times; then θ ← θ − h ∇L_G(θ, ψ), n_G times",
               .reference = "Goodfellow et al. 2014, algorithm 1",
               .convention = "discriminator first: the generator answers the updated "
                             "discriminator; fresh data and noise in every step; a model with a "
                             "single phase takes one step of it",
               .parameters = {{.name = "discriminator_steps",
                               .symbol = "n_D",
                               .type = ValueType::integer,
                               .default_value = 1,
                               .minimum = 0.0,
                               .description = "discriminator updates in one training step"},
                              {.name = "generator_steps",
                               .symbol = "n_G",
                               .type = ValueType::integer,
                               .default_value = 1,
                               .minimum = 0.0,
                               .description = "generator updates in one training step"}}},
      .create = [](const Parameters& parameters) {
        return std::make_unique<Alternating>(parameters);
      }};
}

}  // namespace elbow::components::dynamics_alternating
