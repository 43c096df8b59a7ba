// Classifier two-sample test: can held-out samples of P and Q be told apart?
#pragma once

#include <cstdint>
#include <span>

#include "core/estimate.h"
#include "math/estimators/logistic_ratio.h"
#include "math/points.h"
#include "math/statistics/interval.h"

namespace elbow {

struct ClassifierTwoSample {
  Estimate accuracy;           ///< balanced: mean of the two classes' shares; ties count half
  Estimate auc;                ///< P(T(x) > T(y)) + P(=)/2, DeLong's error
  Estimate total_variation;    ///< 2 accuracy - 1, lower bound in expectation
  Interval accuracy_interval;  ///< Wilson, 95 %, from the pooled count
  double z = 0.0;        ///< (accuracy - 1/2) / its sd under equality, (1/n + 1/m)/16 as variance
  double p_value = 1.0;  ///< one-sided
};

/// From scores, large for P, of a classifier with threshold 0 that saw none of these samples. Under
/// equality the accuracy is about N(1/2, 1/(4 n_test)). Throws Error on an empty side or NaN.
/// Source: Lopez-Paz & Oquab 2017; DeLong, DeLong & Clarke-Pearson 1988.
ClassifierTwoSample two_sample_from_scores(std::span<const double> at_p,
                                           std::span<const double> at_q);

/// Logistic regression on a random half of each sample, tested on the other. Throws Error for n or
/// m < 4.
ClassifierTwoSample classifier_two_sample(const PointsView& p, const PointsView& q,
                                          std::uint64_t seed, const LogisticOptions& options = {});

}  // namespace elbow
