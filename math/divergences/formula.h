// An f-divergence from the formula of its f.
#pragma once

#include <string>

#include "math/divergences/f_divergence.h"

namespace elbow {

/// D_f(p||q) = int q f(p/q) of an f that was typed, with what decides whether it is finite.
struct FormulaDivergence {
  std::string formula;  ///< f in Unicode: "t · ln(t)"
  std::string slope;    ///< f'(t)
  /// "kl", "2 · total_variation": the quantity of `elbow divergence` that it is; empty if none.
  std::string known;
  FDivergence f;
  double at_zero = 0.0;            ///< lim f(t), t -> 0; may be +inf
  double slope_at_infinity = 0.0;  ///< lim f(t)/t, t -> inf; may be +inf
  /// Where the limits above are infinite: f grows at most like t^highest for large t, and like
  /// t^lowest for small ones; infinite for what grows faster than powers. 1 and 0: no faster than
  /// t ln t and -ln t, the f of the KL divergences.
  double highest = 1.0, lowest = 0.0;
  bool kinked = false;  ///< made with abs, relu, min, max, sign or step
};

/// The divergence of f(t), t > 0, a formula of the functions of equations/functions.h. Throws
/// Error(usage) that shows the mistake under the formula, or says that f(1) is not 0, where f is
/// not convex (held at 600 points from 10^-6 to 10^6), or that a limit at 0 or infinity could not
/// be found. `origin` is how the formula is named in messages: "--f".
FormulaDivergence formula_divergence(const std::string& text, const std::string& origin);

}  // namespace elbow
