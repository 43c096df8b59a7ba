// Numbers of a trained linear VAE against those of probabilistic PCA.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "problems/checks.h"
#include "problems/principal_components.h"

namespace elbow::problems {

/// Means over the training split, one z a row.
struct LinearNumbers {
  double elbo = 0.0, kl = 0.0, reconstruction = 0.0, sse = 0.0;
  std::vector<double> kl_dim;  ///< of each latent dimension, largest first
  /// Standard errors of sse, and of elbo and reconstruction, from the draws of z alone: the
  /// statements are about these rows.
  double sse_se = 0.0, reconstruction_se = 0.0;
  double expected_sse = 0.0;  ///< its expectation over z, in closed form from the weights
};

/// Numbers that a sampled z enters are held to the optimum within a share for what training leaves
/// and 4 standard errors of the draws. V87, V89: beta = 1 with learned sigma. `log_p`: mean ln p of
/// the trained decoder; `dimensions`: of the data.
void check_learned_variance(const Checks& checks, const LinearNumbers& found, double sigma,
                            double log_p, std::int64_t dimensions, const LinearOptimum& truth);

/// V87: a fixed variance, `latent` dimensions and beta: which of them are used.
void check_fixed_variance(const Checks& checks, const LinearNumbers& found,
                          const std::vector<double>& spectrum, std::int64_t latent, double beta,
                          double variance);

/// A point of the rate-distortion curve.
struct RatePoint {
  double beta, rate, distortion;
};
/// V90: the curve is convex with slope −β, so that a chord lies between the slopes of its ends.
void check_slopes(const Checks& checks, const std::vector<RatePoint>& points,
                  const std::function<LinearOptimum(double beta)>& truth);

/// V87: the published numbers that the eigenvalues of MNIST must give (train split), with learned
/// variance, and with 784 latent dimensions at σ² = 0.1.
void check_published_learned(const Checks& checks,
                             const std::function<LinearOptimum(std::int64_t latent)>& optimum);
void check_published_fixed(const Checks& checks,
                           const std::function<LinearOptimum(double beta)>& optimum);

/// "0.5", "12": without zeros at the end.
std::string short_number(double value);

}  // namespace elbow::problems
