// Specs of the terms that the loop adds to records.
#include "training/trainer.h"

namespace elbow {

const std::vector<TermSpec>& loop_terms() {
  static const std::vector<TermSpec> terms = {
      {.name = "gradient_norm/*",
       .symbol = "‖∇L‖",
       .latex = "\\lVert \\nabla_{\\theta} L \\rVert_2",
       .unit = "1",
       .sign = "+",
       .reduction = "Euclidean norm over all parameters of the network",
       .estimator = "backpropagation, one minibatch",
       .minimum = 0.0,
       .maximum = std::nullopt,
       .equilibrium = std::nullopt,
       .meaning = "Length of the gradient of the phase's whole loss, penalties included, in the "
                  "parameters of one network, before clipping.",
       .confused_with = "the norm of the expected gradient: minibatch noise keeps this one above "
                        "zero at an optimum",
       .reference = "Pascanu, Mikolov & Bengio 2013"},
      {.name = "learning_rate/*",
       .symbol = "η",
       .latex = "\\eta_t",
       .unit = "1",
       .sign = "+",
       .reduction = "none",
       .estimator = "value of the schedule at this step",
       .minimum = 0.0,
       .maximum = std::nullopt,
       .equilibrium = std::nullopt,
       .meaning = "Learning rate with which the phase's last update was made.",
       .confused_with = "the size of an update, which adaptive optimisers rescale per parameter",
       .reference = ""},
  };
  return terms;
}

}  // namespace elbow
