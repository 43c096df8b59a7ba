// Classifier two-sample test: can held-out samples of P and Q be told apart?
#pragma once

#include <cstdint>
#include <span>

#include "core/estimate.h"
#include "math/statistics/interval.h"

namespace elbow {

/// The errors of shares are never 0: all of n points on one side is not all of the law. A share x
/// of n has the larger distance from x to an end of Wilson's 95 % interval, over 1.96.
struct ClassifierTwoSample {
  Estimate accuracy;           ///< balanced: mean of the two classes' shares; ties count half
  Estimate auc;                ///< P(T(x) > T(y)) + P(=)/2, DeLong's error, at least the one above
  Estimate total_variation;    ///< 2 accuracy - 1, lower bound in expectation
  Interval accuracy_interval;  ///< Wilson, 95 %, from the pooled count
  double z = 0.0;        ///< (accuracy - 1/2) / its sd under equality, (1/n + 1/m)/16 as variance
  double p_value = 1.0;  ///< one-sided, exact: of the number of positive scores of P given that of
                         ///< both samples (Fisher), which orders them as the accuracy does
};

/// From scores, large for P, of a classifier with threshold 0 that saw none of these samples. Under
/// equality the accuracy is about N(1/2, 1/(4 n_test)). Throws Error on an empty side or NaN.
/// Source: Lopez-Paz & Oquab 2017; DeLong, DeLong & Clarke-Pearson 1988; Fisher 1935. With scores
/// of a regression that was fitted on other halves: logistic_divergences.
ClassifierTwoSample two_sample_from_scores(std::span<const double> at_p,
                                           std::span<const double> at_q);

/// Half-width of Wilson's interval for a share of n, seen as 0 or 1, over 1.96.
double unseen_share_error(double n);

/// Standard error of `share` of n independent points, as above.
double share_error(double share, double n);

}  // namespace elbow
