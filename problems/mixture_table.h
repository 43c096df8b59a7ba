// The best Gaussians of the mixture: published numbers, orders of the alpha family that are other
// rows, and trained models beside them.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "problems/mixture_fit.h"

namespace elbow::problems {

/// GT2, and the moments of the mixture, which are the best under KL. `optima`: by the name of the
/// divergence.
void check_table(const Checks& checks, const std::map<std::string, Model>& optima);

/// The α-divergence of a special order is another row times a factor, at that row's optimum.
void check_orders(const Checks& checks, const std::map<std::string, Model>& optima,
                  const std::function<FDivergence(double order)>& family = alpha_divergence);

/// No trained model has less than the least divergence; meters of its mean and sd.
void check_trained_model(const Checks& checks, const Divergence& divergence, Model found,
                         Model truth);

}  // namespace elbow::problems
