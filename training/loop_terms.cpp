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
      {.name = "effective_beta",
       .symbol = "β_eff",
       .latex = "\\beta_{\\mathrm{eff}}=\\frac{b}{R_z}\\cdot\\frac{R_x}{a}",
       .unit = "1",
       .sign = "+",
       .reduction = "none: a property of the loss",
       .estimator = "derivatives of the loss in the two terms, in train records; absent where "
                    "the loss has other parts",
       .minimum = 0.0,
       .meaning = "the loss is a multiple of the negative ELBO whose KL has this weight, for sums "
                  "over pixels and latent dimensions and the likelihood in use",
       .confused_with = "a weight beside a mean over pixels, which is D times smaller",
       .reference = "Higgins et al. 2017, equation 4"},
      {.name = "theta",
       .symbol = "θ = βσ²",
       .latex = "\\theta=\\beta\\sigma^2",
       .unit = "squared pixel units",
       .sign = "+",
       .reduction = "none: a property of the loss",
       .estimator = "effective_beta times the variance; absent where that is",
       .minimum = 0.0,
       .meaning = "what a squared-error loss fixes of β and σ² together; a linear model keeps "
                  "the latent dimensions whose data variance exceeds it",
       .confused_with = "β: a pixel mean or another σ changes θ, not the β in the config",
       .reference = "Lucas et al. 2019, section 4"},
  };
  return terms;
}

}  // namespace elbow
