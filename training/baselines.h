// What models without a network reach on a run's data, in closed form: what an ELBO has to beat.
#pragma once

#include "math/tensor.h"

#include <string>
#include <vector>

#include "training/session.h"

namespace elbow {

struct Baseline {
  std::string name;   ///< independent_pixels | mean_image | principal_components
  double nats = 0.0;  ///< mean ln p(x) over the test split
};

/// Fitted to the training split by maximum likelihood, measured on the test split:
///   bernoulli  independent_pixels: p(x) = prod_d Bernoulli(x_d; m_d)
///   gaussian   mean_image: N(m, s^2 I), and principal_components: probabilistic PCA with as many
///              components as the model has latent dimensions (left out where that is not below D)
/// Under dynamic binarisation the mean over the bits. Empty for a GAN, without a test split, and
/// where a baseline is not finite.
std::vector<Baseline> data_baselines(const Session& session);

/// Mean over images of sum_d x_d ln m_d + (1 - x_d) ln(1 - m_d), which is linear in x: `image` is
/// their mean. m_d = (n t_d + 1) / (n + 2) from the mean t of n training images: a pixel that was
/// never on may be on in a test image. train, image [D] in [0, 1]; nats.
double independent_pixels(const Tensor& train, std::int64_t n, const Tensor& image);

/// Mean and covariance (divided by n) of a training split.
struct SecondMoments {
  Tensor mean;        ///< m: [D] float64
  Tensor covariance;  ///< [D, D] float64
};

/// Mean of ln p(x) under probabilistic PCA with q components over images with the second moment
/// S = mean of (x - m)(x - m)^T, `test` [D, D] float64:
///   -1/2 [D ln 2 pi + sum_(i<=q) (ln l_i + u_i.S u_i / l_i)
///         + (D - q) ln s^2 + (tr S - sum_(i<=q) u_i.S u_i) / s^2]
/// l_i, u_i: the q largest eigenvalues of the covariance with their vectors; s^2: the mean of the
/// others. q = 0: N(m, s^2 I). NaN for q >= D. Source: Tipping & Bishop 1999, equations 5 to 8.
double principal_components(const SecondMoments& train, std::int64_t q, const Tensor& test);

}  // namespace elbow
