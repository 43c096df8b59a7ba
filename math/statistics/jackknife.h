// Delete-group jackknife: bias and standard error of smooth functions of a sample.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace elbow {

struct Jackknife {
  double value = 0.0;  ///< on the whole sample
  double bias = 0.0;   ///< (g - 1)(mean of the values without a group - value)
  double se = 0.0;     ///< sqrt((g - 1)/g sum (theta_(i) - their mean)^2)
  double dof = 0.0;    ///< g - 1
  double corrected() const { return value - bias; }
};

/// From the value on the whole sample and those without each group, of about equal sizes. Not for
/// medians, nearest neighbours and maxima, which are not smooth. Throws Error for fewer than two.
/// Source: Efron & Tibshirani 1993, chapter 11; Shao & Tu 1995, section 2.3 (groups).
Jackknife jackknife(double value, std::span<const double> without);

/// The same for a function of the indices that are kept, ascending. Index i is in group i mod g:
/// the sample must be in no order that matters. `groups` = n is the ordinary jackknife.
Jackknife delete_group_jackknife(std::size_t n, std::size_t groups,
                                 const std::function<double(std::span<const std::size_t>)>& f);

}  // namespace elbow
