// Whether two measured numbers differ: standard errors, tests and their multiplicity.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "math/statistics/interval.h"

namespace elbow::report {

/// What a standard error speaks of.
///   none    there is none
///   data    one seed: the images that the number was measured on
///   series  one seed: the minibatches of one training, a correlated series
///   seeds   several seeds: training from another seed, on the same images
enum class ErrorSource { none, data, series, seeds };

/// One number of one group of runs that differ in their seed only.
struct Measured {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::optional<double> se = {};
  double dof = std::numeric_limits<double>::infinity();  ///< of se; infinite: normal
  int seeds = 1;
  double spread = 0.0;  ///< standard deviation between seeds; 0 for one
  ErrorSource source = ErrorSource::none;

  /// 95 % interval (normal or Student's t); nothing without a standard error.
  std::optional<Interval> interval() const;
};

/// One number with the standard error of its data.
Measured measured_once(double value, std::optional<double> se,
                       double dof = std::numeric_limits<double>::infinity());

/// The mean of a correlated series, with its standard error.
Measured measured_of_series(double value, double se, double dof);

/// One number per seed: their mean, se = s / sqrt(n), n - 1 degrees of freedom. A single one is
/// measured_once. Throws Error on an empty list.
Measured measured_over_seeds(std::span<const Measured> per_seed);

/// How a difference was tested.
///   none        no standard error on one side, or both numbers are constants
///   unpaired    one seed each: se^2 = se_a^2 + se_b^2. Images that both were measured on share
///               their difficulty, so that the true error is smaller as a rule: conservative. Of
///               series of minibatches it is not. Neither speaks of training from other seeds.
///   welch       several seeds on both sides: Welch's t with Satterthwaite's degrees of freedom
///   prediction  one seed against n: could it be one more of them? se^2 = s^2 (1 + 1/n), n - 1
///               degrees of freedom; assumes that both sides spread alike
enum class Test { none, unpaired, welch, prediction };
std::string_view to_string(Test test);

struct Difference {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::optional<double> se = {};
  double dof = std::numeric_limits<double>::infinity();
  Test test = Test::none;
  std::optional<double> p = {};       ///< two-sided, of no difference
  std::optional<double> p_holm = {};  ///< adjusted for all tests of the comparison
  bool significant() const { return p_holm && *p_holm < 0.05; }
  bool only_unadjusted() const { return p && *p < 0.05 && !significant(); }
  std::optional<Interval> interval() const;  ///< 95 %, unadjusted
};

/// b - a. Source of Welch's test: Welch 1947, "The generalization of Student's problem".
Difference difference(const Measured& a, const Measured& b);

/// Holm's step-down adjustment: holds the chance of any false mark below the level, whatever the
/// dependence of the tests. Source: Holm 1979, "A simple sequentially rejective multiple test
/// procedure". In the order of the input.
std::vector<double> holm(std::span<const double> p);

}  // namespace elbow::report
