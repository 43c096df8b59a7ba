// Distances between known densities that are no f-divergences: transport, energy, kernels.
#pragma once

#include <optional>
#include <span>

#include "math/densities/density.h"

namespace elbow {

/// W1 = int |F - G| dx, W2² = E_p (X - G^-1(F(X)))² and the squared energy distance 2 int (F - G)²
/// of densities of one variable, by quadrature to about 1e-11.
struct LineDistances {
  double wasserstein1 = 0.0, wasserstein2_squared = 0.0, energy = 0.0;
};
LineDistances line_distances(const Density& p, const Density& q);

/// E |X - Y|, X ~ p and Y ~ q independent: closed form or one integral for Gaussians and their
/// mixtures in any dimension; nothing for other densities.
std::optional<double> mean_distance(const Density& p, const Density& q);
/// 2 E|X - Y| - E|X - X'| - E|Y - Y'| from mean_distance.
std::optional<double> energy_distance(const Density& p, const Density& q);

/// E exp(-|X - Y|² / (2 h²)): closed form for Gaussians, else from the characteristic functions,
/// one integral a coordinate where coordinates are independent, and sums over mixtures; nothing
/// where a density is neither.
std::optional<double> mean_kernel(const Density& p, const Density& q, double bandwidth);
/// Squared maximum mean discrepancy E k(X, X') + E k(Y, Y') - 2 E k(X, Y), k the sum of Gaussian
/// kernels with these bandwidths.
std::optional<double> squared_mmd(const Density& p, const Density& q,
                                  std::span<const double> bandwidths);

}  // namespace elbow
