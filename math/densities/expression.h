// Densities written as text: normal(0,1), mixture(0.3*laplace(0,1),0.7*uniform(-1,2)).
#pragma once

#include <string>
#include <string_view>

#include "math/densities/density.h"

namespace elbow {

/// The density that `text` describes. Blanks may stand between the parts. In one dimension
///   normal(mean, standard deviation)   laplace(location, scale)   logistic(location, scale)
///   exponential(rate)                  uniform(low, high)
/// in several normal([mean, ...], [[covariance row], ...]), and the other families with lists for
/// their numbers: independent coordinates; mixture(weight*density, ...) of any of them.
/// Throws Error (usage) with the text, a caret under the mistake and a hint.
DensityPtr parse_density(std::string_view text);

/// One line with an example of every form, for help.
std::string density_examples();

}  // namespace elbow
