// Distributions of points in the plane, with an exact log-density where there is one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace elbow {

using Point = std::array<double, 2>;

/// sum_k w_k N(x; c_k, sd^2 I) with equal weights w_k = 1/K.
struct PlaneMixture {
  std::vector<Point> centers;
  double sd;  ///< standard deviation of each coordinate, not a variance
};

/// Eight modes on the unit circle at angles 2 pi k / 8, sd 0.01.
/// Source: Lin et al. 2018 (PacGAN), section 4.1, after Srivastava et al. 2017.
PlaneMixture ring_mixture();
/// Modes at {-4, -2, 0, 2, 4}^2, sd 0.05. Source: as for the ring.
PlaneMixture grid_mixture();
/// Two modes at (-2, 0) and (2, 0), sd 0.5: 8 standard deviations apart.
PlaneMixture two_gaussians_mixture();

/// The density of a toy by name; nothing for other data.
std::optional<PlaneMixture> toy_mixture(const std::string& name);

/// ln p(x) in nats for points [n, 2], by log-sum-exp.
std::vector<double> log_density(const PlaneMixture& mixture, const std::vector<double>& points);

/// 100,000 training and 10,000 test points (or as many as asked) of `ring`, `grid`, `two_gaussians`
/// or `swiss_roll`; point i is a pure function of (seed, i). Labels of a mixture are the mode that
/// a point was drawn from. Swiss roll: (t cos t, t sin t) + N(0, 0.25^2), over 7.5, t uniform on
/// [1.5 pi, 4.5 pi]; no closed-form density. Source: Gulrajani et al. 2017, figure 1.
Dataset make_toy(const DatasetRequest& request);

}  // namespace elbow
