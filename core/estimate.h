// Estimates: numbers that stand for a quantity, each with its error and the direction of its bias;
// and what an estimator says about itself, as data.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// none     unbiased or exact
/// lower    below the quantity in expectation, at every sample size
/// upper    above the quantity in expectation, at every sample size
/// unknown  biased, direction or size not known in general (vanishing with the sample where noted)
enum class Bias { none, lower, upper, unknown };

std::string_view to_string(Bias bias);

/// One number that stands for a quantity. `se` is the standard error of `value` around its own
/// expectation: it says nothing of the bias. Absent where there is no sampling (exact), or where no
/// valid error is known; `note` then says which.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::optional<double> se = {};
  Bias bias = Bias::unknown;
  bool exact = false;  ///< closed form, enumeration or quadrature, to the precision stated in note
  std::string note = {};
};

/// What an estimator says about itself: behind `elbow list estimators`, `elbow explain` and
/// docs/equations.md.
struct EstimatorSpec {
  std::string name;      ///< as in output and `explain`: "knn_kl", "mmd2_unbiased"
  std::string quantity;  ///< what it estimates, a name of the design's list or plain words: "kl"
  std::string summary;   ///< one line
  std::string equation;  ///< LaTeX
  std::string unicode;   ///< the same in one line of Unicode
  std::string unit;      ///< "nats", "1", "distance", "squared distance"
  std::optional<double> minimum = {};  ///< range of the quantity, not of the estimate
  std::optional<double> maximum = {};
  Bias bias = Bias::unknown;
  std::string bias_note;       ///< why, and how it shrinks
  std::string standard_error;  ///< how it is obtained: "between images", "delete-group jackknife"
  std::string cost;            ///< "O(n² d)"
  std::string confused_with = {};
  std::string reference;
  std::string source = {};  ///< path of the file, filled in by the generated table
};

/// All of them, in the order of the files of math/estimators and then of their own.
const std::vector<EstimatorSpec>& estimator_specs();

}  // namespace elbow
