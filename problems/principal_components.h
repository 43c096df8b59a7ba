// What a linear VAE can reach on data with a given covariance: probabilistic PCA and reverse
// water-filling, from the eigenvalues.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <vector>

namespace elbow::problems {

/// Eigenvalues, largest first, of the covariance of rows x [n, D], centred, divided by n. At least
/// 0: rounding is cut off.
std::vector<double> covariance_spectrum(const Tensor& x);

/// The optimum of a linear VAE: x|z ~ N(Wz + b, sigma^2 I), q(z|x) linear and diagonal.
struct LinearOptimum {
  double variance = 0.0;        ///< sigma^2
  double theta = 0.0;           ///< beta sigma^2: what an eigenvalue must exceed
  std::int64_t active = 0;      ///< latent dimensions with KL > 0
  std::vector<double> kl;       ///< ½ ln(lambda_i / theta) of the active ones, largest first
  double total_kl = 0.0;        ///< their sum, nats
  double sse = 0.0;             ///< E ||x - Wz - b||^2
  double reconstruction = 0.0;  ///< E ln p(x|z), nats
  double elbo = 0.0;            ///< reconstruction - total_kl; for beta = 1 the largest E ln p(x)
};

/// At beta = 1 with the best sigma^2 for `latent` dimensions: the mean of the eigenvalues left out
/// (Tipping & Bishop 1999, equation 8). Errors: latent is not below D.
LinearOptimum learned_variance_optimum(const std::vector<double>& spectrum, std::int64_t latent);

/// At a fixed sigma^2 and any beta: latent i is used where lambda_i > theta = beta sigma^2
/// (Lucas et al. 2019, section 4).
LinearOptimum fixed_variance_optimum(const std::vector<double>& spectrum, std::int64_t latent,
                                     double beta, double variance);

/// ln N(x; b, W W^T + sigma^2 I) of each row of x, by Cholesky, float64.
/// x [n, D], w [D, q], b [D] -> [n].
Tensor gaussian_log_densities(const Tensor& x, const Tensor& w, const Tensor& b, double variance);
/// Its mean over the rows.
double gaussian_log_likelihood(const Tensor& x, const Tensor& w, const Tensor& b, double variance);

}  // namespace elbow::problems
