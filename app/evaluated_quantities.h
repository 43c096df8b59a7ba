// What each quantity of `elbow eval` is, as data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elbow::app {

/// A quantity that is no term of training. `name` may end in "*": iwae/k*. Estimators have specs of
/// their own (core/estimate.h).
struct EvaluatedQuantity {
  std::string name;
  std::string meaning;
  std::string unit;
  std::string
      estimator;  ///< a name of `elbow list estimators`; "" where it is a plain count or mean
};

const std::vector<EvaluatedQuantity>& evaluated_quantities();

/// What stands behind the last '/' of a quantity that is derived from another: "floor" of
/// "precision/floor".
struct DerivedQuantity {
  std::string suffix, meaning;
};

const std::vector<DerivedQuantity>& derived_quantities();

/// Whether `name` is the quantity, or one of the family it names.
bool is_called(const EvaluatedQuantity& quantity, std::string_view name);

}  // namespace elbow::app
