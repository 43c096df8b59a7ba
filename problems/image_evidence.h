// Statements about images whose ln p(x) and posterior are known.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/identity.h"
#include "problems/checks.h"
#include "problems/plane_vae.h"

namespace elbow::problems {

/// The truth about one image.
struct ImageTruth {
  double log_p = 0.0;           ///< ln p(x)
  double reconstruction = 0.0;  ///< E_q ln p(x|z)
  double kl = 0.0;              ///< KL(q ‖ p(z)) by quadrature
  double gap = 0.0;             ///< KL(q ‖ posterior)
  double eubo = 0.0;            ///< E_posterior ln w
  double elbo() const { return reconstruction - kl; }
};

/// KL(q ‖ posterior) and KL(posterior ‖ q) by a way of their own.
struct PosteriorGaps {
  double forward = 0.0, reverse = 0.0;
};

/// V26, V31, V53; `kl` is that of the objective.
void check_image(const Checks& checks, const ImageTruth& truth, const PosteriorGaps& gaps,
                 double kl);

/// L_K from ln w of K codes; the program's own unless a test puts another one in its place.
using ImportanceBound = std::function<double(std::span<const double> log_w)>;
double importance_bound(std::span<const double> log_w);

/// V25, V26, V30 of what an objective samples for one image: the mean of its elbo, and ln w of
/// single codes (their number a multiple of 50). `finite_fourth_moment`: whether w has one.
void check_sampled_bounds(const Checks& checks, const ImageTruth& truth, const Moments& elbo,
                          std::span<const double> log_w, bool finite_fourth_moment,
                          const ImportanceBound& bound = importance_bound);

/// V33, V85: p of every image there can be sums to 1, and the mean ln p of data cannot beat their
/// own entropy. `counts`: how often each image stands in the data.
void check_every_image(const Checks& checks, const std::vector<double>& log_p,
                       const std::vector<double>& counts);

/// V25, V86 of a quadrature: ln p(x) by it and by a finer one, against ln w of sampled codes.
void check_quadrature(const Checks& checks, double log_p, double refined,
                      const std::vector<double>& log_w);

/// The posterior's mass where w <= n p(x) in two ways: from ln w of sampled codes, cut off at
/// n p(x), and by quadrature, which also gives the standard error. A meter where the mean is
/// skewed: then a few draws decide it.
void check_reach(const Checks& checks, double log_p, const std::vector<double>& log_w,
                 std::int64_t draws, const Reach& reach);

}  // namespace elbow::problems
