// Every exact value between two known densities, by every route that is known here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/estimate.h"
#include "math/densities/density.h"
#include "math/divergences/formula.h"

namespace elbow {

/// One value of one quantity of the design's list. `estimator` is the route: "closed_form",
/// "quadrature" (one- or two-dimensional, over x), "factors" (independent coordinates, quadrature
/// in each), "one_dimension" (equal covariances: along the line of the means).
struct Finding {
  std::string quantity, estimator;
  Estimate estimate;
  double error = 0.0;  ///< of an exact value: how far it may be off, quadrature and rounding
};

/// A value that is not given, and why.
struct LeftOut {
  std::string quantity, estimator, why;
};

/// The decimal digits that an exact value has, between 1 and `most`.
int digits_of(const Finding& exact, int most);

struct DivergenceSettings {
  std::vector<double> orders = {0.5};                     ///< of renyi and alpha
  std::vector<double> bandwidths = {0.5, 1.0, 2.0, 5.0};  ///< of mmd2: the sum of the kernels
  std::int64_t neighbours = 5;                            ///< k of the neighbour estimates
  std::optional<double> epsilon = {};                     ///< of sinkhorn_divergence; none: its own
  std::vector<FormulaDivergence> formulas = {};           ///< f_divergence of an f of one's own
};

/// The quantities in the order in which they are shown.
const std::vector<std::string>& divergence_quantities();

/// Exact values in the order of divergence_quantities(), two where there are two routes, then the
/// sliced distances; none for a quantity without one. A value whose error could not be controlled
/// is not among them: `left_out`, where given, says why. A value of fewer than 10 digits says so in
/// its note, and one of which nothing but rounding is left is 0 to within what the note says. Equal
/// laws, however written, have 0 everywhere. Throws Error (usage) where the dimensions differ.
std::vector<Finding> exact_divergences(const Density& p, const Density& q,
                                       const DivergenceSettings& settings,
                                       std::vector<LeftOut>* left_out = nullptr);

/// "α = 0.5", "RBF kernels, h = 0.5 + 1 + 2 + 5": what belongs to a value of these quantities.
std::string order_note(double order);
/// "f(t) = t · ln(t): kl", with the quantity that it is.
std::string formula_note(const FormulaDivergence& f);
std::string bandwidth_note(std::span<const double> bandwidths);

}  // namespace elbow
