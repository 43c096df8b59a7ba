// Every estimator of a divergence from two samples, in one table with one signature: what
// `elbow divergence` prints beside the exact values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/estimate.h"
#include "math/divergences/exact.h"
#include "math/estimators/logistic_ratio.h"
#include "math/gram.h"
#include "math/points.h"

namespace elbow {

/// A test in words, "p = 0.005 (...)", and the standard deviation of the statistic over relabelled
/// points: what its error is where P = Q, and the first order of the jackknife shows nothing. 0
/// where it is not known.
struct TwoSampleTest {
  std::string text;
  double spread = 0.0;
};

/// An estimator of one quantity of the design's list.
struct TwoSampleEstimator {
  std::string quantity;
  std::string name;              ///< of its EstimatorSpec, or of the one it is made of
  std::string note = {};         ///< parameters, in the words of the exact rows
  std::int64_t most_points = 0;  ///< of each sample, by cost; 0: any number
  std::int64_t most_dim = 0;     ///< 0: any dimension
  bool equal_sizes = false;      ///< needs as many points of both
  bool has_floor = false;        ///< is read beside its value between two samples of one law
  bool of_sets = false;          ///< a distance of two sets of points, whether independent or not
  std::function<Estimate(const PointsView& p, const PointsView& q, std::uint64_t seed)> estimate;
  /// Test of P = Q by this statistic. Empty: none.
  std::function<TwoSampleTest(const PointsView& p, const PointsView& q, std::uint64_t seed)> test =
      {};
};

/// One logistic regression of P against Q, shared by every row that is made of it.
using SharedRatio =
    std::function<RatioDivergences(const PointsView& p, const PointsView& q, std::uint64_t seed)>;
/// With squares and products of up to 10 coordinates; remembers its last results.
SharedRatio shared_ratio(std::int64_t dim);

/// In the order of the quantities of the design's list. `dim` is that of the points: some
/// estimators are cheap on a line only.
std::vector<TwoSampleEstimator> two_sample_estimators(const DivergenceSettings& settings,
                                                      std::int64_t dim, const SharedRatio& ratio);
std::vector<TwoSampleEstimator> two_sample_estimators(const DivergenceSettings& settings,
                                                      std::int64_t dim);

/// The estimate from at most `most_points` points of each (the first ones: hand the points over in
/// random order), with the notes joined and the test's result, from the same points, among them;
/// a standard error is widened by the spread of the test.
/// Throws what the estimator throws.
Estimate evaluate(const TwoSampleEstimator& estimator, const PointsView& p, const PointsView& q,
                  std::uint64_t seed);

/// The estimator between points of P and `more` of the same law, for the note beside its value:
/// "floor 0.05 (two samples of P, 700 points each)". Where that takes fewer points than the value,
/// the value between as many of P and Q stands beside it: at another size it is another number.
/// Empty where the estimator has no floor.
std::string floor_note(const TwoSampleEstimator& estimator, const PointsView& p,
                       const PointsView& q, const PointsView& more, std::uint64_t seed);
/// The same with the second half of P as `more` of the first.
std::string floor_note_of_halves(const TwoSampleEstimator& estimator, const PointsView& p,
                                 const PointsView& q, std::uint64_t seed);

/// "p = 0.005 (199 relabellings)" by the U-statistic of the kernel, of all these points. Valid at
/// any n, where the statistic is not normal.
TwoSampleTest permutation_test_of(const PointsView& p, const PointsView& q, const Kernel& kernel,
                                  std::uint64_t seed);

/// Points of each sample from which sums over all pairs, and their relabelling, take a second.
inline constexpr std::int64_t kMostRelabelledPairs = 2000;

/// Estimates from the log-densities at samples of both, where both densities are known.
struct KnownRatioEstimate {
  std::string quantity, name;
  Estimate estimate;
};
/// What the ratios at samples cannot say of themselves. k3 of kl averages q/p under P: its second
/// moment may be infinite, and where Q has mass outside the support of P its mean is below 1.
struct RatioTails {
  bool forward_infinite = false;   ///< int q²/p = inf, or not known: k3 of kl
  bool backward_infinite = false;  ///< int p²/q likewise: k3 of reverse_kl
  bool q_outside_p = false;        ///< Q has mass where p = 0: k3 of kl is too low by it
  bool p_outside_q = false;        ///< likewise: k3 of reverse_kl
};
/// `at_p`, `at_q`: ln p/q at samples of P and of Q. k1, k2 and k3 of both KLs, and the bounded
/// divergences under the mixture. k3 has bias `lower` where mass lies outside; its error, like
/// those of k1 and k2, is left out where what it averages may have no variance.
std::vector<KnownRatioEstimate> known_ratio_estimates(const std::vector<double>& at_p,
                                                      const std::vector<double>& at_q,
                                                      const RatioTails& tails);

}  // namespace elbow
