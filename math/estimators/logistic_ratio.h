// Density ratio by logistic regression, and what it says about divergences on held-out data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/estimate.h"
#include "math/estimators/classifier_two_sample.h"
#include "math/logistic_features.h"
#include "math/points.h"

namespace elbow {

struct LogisticOptions {
  bool quadratic = false;  ///< all products x_i x_j as features too: exact for two Gaussians
  double ridge = 1e-6;     ///< penalty ridge/2 times the variance of T over the points of the fit
  double tolerance = 1e-10;
  std::int64_t most_iterations = 100;
};

/// T(x) ~ ln p(x)/q(x), linear in the features.
class LogisticRatio {
 public:
  /// Newton's method on the cross entropy (mean over each class, hence balanced whatever the
  /// sizes), in an orthonormal basis of the features: the ratio is the same function of a point
  /// after a shift, a change of units or an invertible linear map. Throws Error on bad points.
  /// Separable samples: the ridge keeps T finite but overconfident.
  LogisticRatio(const PointsView& p, const PointsView& q, const LogisticOptions& options = {});
  double operator()(const double* x) const;
  std::vector<double> operator()(const PointsView& points) const;
  /// Every point of the fit is on its side of T = 0: no finite T is best.
  bool separates() const { return separates_; }

 private:
  LogisticFeatures features_;
  std::vector<double> weights_;
  bool separates_ = false;
};

/// Estimates from scores T ~ ln p/q at samples that T was not fitted on. Standard errors are those
/// at this T: they say nothing of how well it was fitted.
struct RatioDivergences {
  Estimate kl;               ///< mean_P T: no bound
  Estimate reverse_kl;       ///< -mean_Q T: no bound
  Estimate jeffreys;         ///< their sum: no bound
  Estimate jensen_shannon;   ///< lower bound in expectation
  Estimate total_variation;  ///< 2 (balanced accuracy) - 1: lower bound in expectation
  Estimate donsker_varadhan, reverse_donsker_varadhan;
  Estimate nwj, reverse_nwj;       ///< of the critic 1 + T, of KL(q||p) 1 - T
  ClassifierTwoSample classifier;  ///< with the threshold T = 0
  bool separated = false;          ///< see logistic_divergences
};
/// kl, reverse_kl and jeffreys lose their standard error where T is no log-ratio of densities: the
/// held-out mean of e^T over Q (e^-T over P) is off 1 by more than 4 of its errors, or T itself has
/// a tail without a variance.
RatioDivergences ratio_divergences(std::span<const double> at_p, std::span<const double> at_q);

/// Fits on a random half of each sample and evaluates on the other. se: delete-group jackknife over
/// both halves, which fits anew each time (total variation, accuracy and area: at the fitted ratio,
/// of whose noise their values are free to first order); absent for fewer than 80 samples on a
/// side. At most one feature for every four points of the fit, 100 in all (LogisticFeatures); ridge
/// at least (features / points)². The samples exchanged give the same numbers, exchanged.
///
/// Where a fit, or one of the jackknife, separates its points, ln p/q has no finite fit and the
/// divergence may be infinite: kl, reverse_kl, jeffreys and nwj are NaN with the reason as note,
/// and the Donsker-Varadhan rows are the bound of the critic that is the classifier's sign,
///   KL(P||Q) >= a ln a/b + (1 - a) ln (1-a)/(1-b),  a = P(T > 0), b = Q(T > 0),
/// at the ends of the exact 97.5 % bounds of a and b: true with 95 %. kl, reverse_kl and jeffreys
/// are NaN likewise for fewer than 10 points of the fit for each feature. Throws Error for n or
/// m < 4.
RatioDivergences logistic_divergences(const PointsView& p, const PointsView& q, std::uint64_t seed,
                                      const LogisticOptions& options = {});

/// The bound above from counts of positive scores, 0 where the intervals overlap.
double kl_bound_of_counts(std::int64_t positive_p, std::int64_t n, std::int64_t positive_q,
                          std::int64_t m);

}  // namespace elbow
