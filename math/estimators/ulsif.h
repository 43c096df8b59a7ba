// Density ratio by unconstrained least-squares importance fitting, and Pearson's chi-squared from
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// Basis functions phi at the samples, row-major: [n, count] and [m, count].
struct RatioFeatures {
  std::vector<double> at_p, at_q;
  std::size_t count = 0;
};

/// theta = (H + lambda I)^-1 h, H = mean over Q of phi phi^T, h = mean over P of phi: the ridge
/// regression whose theta^T phi comes closest to p/q in L2(Q). `clip` sets negative ones to 0. Each
/// mean is over its own sample size. Throws Error where H + lambda I is singular.
/// Source: Kanamori, Hido & Sugiyama 2009, eq. 4.
std::vector<double> ulsif_weights(const RatioFeatures& features, double lambda, bool clip);

/// chi^2(P||Q) = integral p^2/q - 1 with r = theta^T phi, two ways:
///   linear     mean_P r - 1
///   quadratic  2 mean_P r - mean_Q r^2 - 1, a lower bound in expectation for an r from other data
/// se: delete-group jackknife that fits anew, with basis and lambda held fixed; absent for fewer
/// than 80 samples on a side.
struct UlsifChi2 {
  Estimate linear, quadratic;
};
UlsifChi2 ulsif_chi2(const RatioFeatures& features, double lambda, bool clip);

struct UlsifOptions {
  std::int64_t centres = 100;  ///< kernels, at random samples of P
  double width = 0.0;          ///< of the Gaussian kernels; 0: 3/4 of the centres' median distance
  double lambda = 0.1;
  bool clip = true;
  bool cross_validate =
      false;  ///< choose width and lambda in five folds: less bias, far more noise
  std::uint64_t seed = 1;
};

/// The same with phi_l(x) = exp(-|x - c_l|^2 / (2 width^2)). Regularisation pulls it down, by a
/// quarter and more where p/q varies a lot. The linear form has no error (its noise is that of
/// where the kernels are as well), and neither has one with cross-validation. Throws Error for
/// fewer than 10 samples on a side, for what require_common_density refuses and for samples that
/// lie apart.
UlsifChi2 ulsif_pearson_chi2(const PointsView& p, const PointsView& q,
                             const UlsifOptions& options = {});

}  // namespace elbow
