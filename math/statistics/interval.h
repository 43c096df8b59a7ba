// Confidence intervals from a value and its standard error, and for proportions.
#pragma once

#include <cstdint>
#include <span>

namespace elbow {

struct Interval {
  double low = 0.0, high = 0.0;
  bool contains(double value) const { return low <= value && value <= high; }
};

/// value -+ z se, z the normal quantile of (1 + level) / 2.
Interval normal_interval(double value, double se, double level = 0.95);
/// The same with Student's t: for a standard error from `dof` + 1 independent parts.
Interval t_interval(double value, double se, double dof, double level = 0.95);

/// Interval of a proportion from `successes` of `trials`; never empty, always inside [0, 1].
/// Source: Wilson 1927, "Probable inference".
Interval wilson_interval(std::int64_t successes, std::int64_t trials, double level = 0.95);

/// Standard error of the mean of J scores from resampled splits (k-fold, repeated hold-out), which
/// share training data: sqrt((1/J + n_test / n_train) s^2), with J - 1 degrees of freedom.
/// Source: Nadeau & Bengio 2003, "Inference for the generalization error", eq. 9.
double resampled_score_se(std::span<const double> scores, std::int64_t n_train,
                          std::int64_t n_test);

}  // namespace elbow
