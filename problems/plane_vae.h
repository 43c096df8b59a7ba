// A trained VAE with a two-dimensional latent space: ln p(x) by quadrature over the plane, weights
// from its objective, and the path that annealed importance sampling follows.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

#include "math/sampling/annealing.h"
#include "problems/training_run.h"

namespace elbow::problems {

/// configs/problems/latent_grid.toml trained on built-in digits, or (full) on MNIST where it is
/// found in `data_directory` or elsewhere.
TrainedModel train_plane_vae(bool full, const std::string& data_directory);

/// ln p(x) of one image [D] with the trained decoder: the trapezoidal rule on a grid over
/// [-6, 6]², refined `pieces` times along each axis in the cells that carry the mass.
double log_evidence(Session& session, const Tensor& x, std::int64_t pieces);

/// n values of a per-sample term of the objective on copies of an image, each with a z of its own.
std::vector<double> sampled_term(Session& session, const Tensor& x, std::int64_t n,
                                 const std::string& term, std::uint64_t seed);

/// From the prior to p(x, z): base = ln N(z; 0, I), g = ln p(x|z) of the row's image. rows [C, D].
Path prior_path(Session& session, const Tensor& rows);

/// ln q(z|x) for each row. z [C, 2], x [C, D] -> [C].
Tensor log_posterior(Session& session, const Tensor& z, const Tensor& x);
/// ln p(x|z) for each row, by the session's likelihood.
Tensor log_likelihood(Session& session, const Tensor& z, const Tensor& x);

/// Bounds on ln p of each image from `chains` annealed chains of `steps` temperatures. `exact`:
/// posterior samples of the images [n, 2], for the reverse run; undefined: forward only.
struct AnnealedBounds {
  std::vector<double> lower, upper;
};
AnnealedBounds annealed_bounds(Session& session, const Tensor& images, const Tensor& exact,
                               std::int64_t chains, std::int64_t steps, std::uint64_t seed);

}  // namespace elbow::problems
