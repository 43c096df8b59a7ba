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

/// The mass of the posterior p(z|x) where it has more than `draws` times the density of the encoder
/// q(z|x), by quadrature: P(p(x, z) / (q(z|x) p(x)) > n) over z ~ p(z|x), what n samples from the
/// encoder tend to miss altogether. Chatterjee & Diaconis 2018: their mean weight estimates p(x)
/// where this is small, and falls short of it, seldom knowing so, where it is not.
double unreached_mass(Session& session, const Tensor& x, std::int64_t draws);

/// n values of a per-sample term of the objective on copies of an image, each with a z of its own.
std::vector<double> sampled_term(Session& session, const Tensor& x, std::int64_t n,
                                 const std::string& term, std::uint64_t seed);

/// ln p(x|z) for each row, by the session's likelihood.
Tensor log_likelihood(Session& session, const Tensor& z, const Tensor& x);

}  // namespace elbow::problems
