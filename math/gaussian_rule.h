// Expectations under Gaussians and mixtures of them on the line and in the plane, on fixed nodes.
#pragma once

#include <vector>

#include "math/densities/density.h"
#include "math/points.h"

namespace elbow {

/// E f(X) ≈ Σ weight f(node); the weights are positive and sum to 1.
struct ExpectationRule {
  Points nodes;  ///< [n, d]
  std::vector<double> weights;
};

/// The trapezoidal rule with the given step in the whitened coordinates of each component, out to
/// 5.5 standard deviations. For a function that is smooth at the scale of a component its error
/// falls as e^(-2π²/step²); beyond 5.5 lies a mass of 3e-7. Throws Error unless the density is a
/// Gaussian or a mixture of Gaussians in one or two dimensions.
/// Source: Trefethen & Weideman 2014, "The exponentially convergent trapezoidal rule", section 2.
ExpectationRule gaussian_rule(const Density& density, double step = 0.8);

}  // namespace elbow
