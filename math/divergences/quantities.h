// What each quantity of `elbow divergence` is, as data.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// One quantity between P, with density p, and Q. `maximum` is infinite where it has none; the
/// least value is 0, at P = Q.
struct DivergenceQuantity {
  std::string name;      ///< as in output: "kl"
  std::string summary;   ///< one line
  std::string equation;  ///< LaTeX
  std::string unicode;   ///< the same in one line of Unicode
  std::string unit;      ///< "nats", "1", "distance", "squared distance"
  double maximum = std::numeric_limits<double>::infinity();
  std::string convention;  ///< order of the arguments, factors, when it is infinite
  std::string confused_with;
  std::string reference;
};

/// In the order of divergence_quantities() (math/divergences/exact.h).
const std::vector<DivergenceQuantity>& divergence_quantity_specs();

/// The unit of a quantity of `elbow divergence`, of those from samples only too; "" of others.
std::string unit_of_quantity(std::string_view name);

}  // namespace elbow
