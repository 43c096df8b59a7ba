// Density ratio by logistic regression, and what it says about divergences on held-out data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

struct LogisticOptions {
  bool quadratic = false;  ///< all products x_i x_j as features too: exact for two Gaussians
  double ridge = 1e-6;     ///< penalty ridge/2 |w|^2 on standardised features, intercept free
  double tolerance = 1e-10;
  std::int64_t most_iterations = 100;
};

/// T(x) ~ ln p(x)/q(x), linear in the features.
class LogisticRatio {
 public:
  /// Newton's method on the cross entropy (mean over each class, hence balanced whatever the
  /// sizes). Features are standardised by both samples together; those that are constant are
  /// dropped. Throws Error on bad points. Separable samples: the ridge keeps T finite but
  /// overconfident.
  LogisticRatio(const PointsView& p, const PointsView& q, const LogisticOptions& options = {});
  double operator()(const double* x) const;
  std::vector<double> operator()(const PointsView& points) const;
  /// Coefficients of the features in the units of the data (0 for dropped ones), and the constant.
  const std::vector<double>& weights() const { return weights_; }
  double intercept() const { return intercept_; }

 private:
  std::int64_t dim_;
  bool quadratic_;
  std::vector<double> weights_;
  double intercept_ = 0.0;
};

/// Estimates from scores T ~ ln p/q at samples that T was not fitted on. Standard errors are those
/// at this T: they say nothing of how well it was fitted.
struct RatioDivergences {
  Estimate kl;               ///< mean_P T: no bound
  Estimate reverse_kl;       ///< -mean_Q T: no bound
  Estimate jensen_shannon;   ///< lower bound in expectation
  Estimate total_variation;  ///< 2 (balanced accuracy) - 1: lower bound in expectation
  Estimate donsker_varadhan;
  Estimate nwj;  ///< of the critic 1 + T
};
RatioDivergences ratio_divergences(std::span<const double> at_p, std::span<const double> at_q);

/// Fits on a random half of each sample and evaluates on the other. Throws Error for n or m < 4.
RatioDivergences logistic_divergences(const PointsView& p, const PointsView& q, std::uint64_t seed,
                                      const LogisticOptions& options = {});

}  // namespace elbow
