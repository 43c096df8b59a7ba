// Two densities side by side, for what depends on their difference.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "math/densities/density.h"

namespace elbow {

/// The same law in fewest parts: mixtures of mixtures are flattened, equal components merged, and a
/// mixture of one component is that component.
DensityPtr simplified(const Density& density);
/// Whether two simplified laws are the same: equal components in any order, weights to 1e-15.
bool same_law(const Density& p, const Density& q);

/// ln p, ln q and ln(p/q) at a point.
struct LogPair {
  double p = 0.0, q = 0.0, ratio = 0.0;
};

/// A component of p beside the nearest one of q; either may be missing.
struct AlignedPart {
  DensityPtr p, q;
  double weight_p = 0.0, weight_q = 0.0;
  double weight_difference = 0.0;  ///< of p minus of q; they sum to 0
  PointFunction log_ratio = {};    ///< ln p/q of the two components, where both are there
  std::function<double(double)> cdf_difference = {};
};

/// p and q, simplified, and both moved by one vector so that a common offset that is large against
/// their scales costs no digits: for quantities that do not change under it. ln(p/q) and P - Q are
/// sums over components of differences that are exact in the parameters, so that they keep their
/// digits where p is nearly q.
class DensityPair {
 public:
  /// Of one dimension, else Error.
  DensityPair(const Density& p, const Density& q);

  std::int64_t dim() const { return p_->dim(); }
  const Density& p() const { return *p_; }
  const Density& q() const { return *q_; }
  const std::vector<AlignedPart>& parts() const { return parts_; }
  LogPair operator()(std::span<const double> x) const;
  /// P(X <= x) - Q(X <= x); dim() = 1.
  double cdf_difference(double x) const;
  /// What rounding leaves of ln(p/q) and of differences of probabilities beside their own size: 0
  /// for two members of a family, some 1e-15 where laws of different make are subtracted.
  double noise() const { return noise_; }

 private:
  DensityPtr p_, q_;
  std::vector<AlignedPart> parts_;
  double noise_ = 0.0;
};

}  // namespace elbow
