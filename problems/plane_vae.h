// A trained VAE with a two-dimensional latent space: ln p(x) by quadrature over the plane, weights
// from its objective.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

#include "problems/training_run.h"

namespace elbow::problems {

/// configs/problems/latent_grid.toml trained on built-in digits, or (full) on MNIST where it is
/// found in `data_directory` or elsewhere.
TrainedModel train_plane_vae(bool full, const std::string& data_directory);

/// ln p(x) of one image [D] with the trained decoder: the trapezoidal rule on a grid over
/// [-6, 6]², refined `pieces` times along each axis in the cells that carry the mass.
double log_evidence(Session& session, const Tensor& x, std::int64_t pieces);

/// What n draws from the encoder q(z|x) can reach of the posterior p(z|x), with the weights
/// r = p(x, z) / (q(z|x) p(x)) cut to 0 above n, by quadrature.
struct Reach {
  double unreached = 0.0;          ///< P(r > n) over z ~ p(z|x)
  double second = 0.0, third = 0;  ///< E_q r^2 1[r <= n], E_q r^3 1[r <= n]
};

/// n samples from the encoder tend to miss `unreached` altogether. Chatterjee & Diaconis 2018:
/// their mean weight estimates p(x) where this is small, and falls short of it, seldom knowing so,
/// where it is not.
Reach reach(Session& session, const Tensor& x, std::int64_t draws);

/// n values of a per-sample term of the objective on copies of an image, each with a z of its own.
std::vector<double> sampled_term(Session& session, const Tensor& x, std::int64_t n,
                                 const std::string& term, std::uint64_t seed);

/// ln p(x|z) for each row, by the session's likelihood.
Tensor log_likelihood(Session& session, const Tensor& z, const Tensor& x);

}  // namespace elbow::problems
