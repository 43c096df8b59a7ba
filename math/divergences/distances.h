// Distances between known densities that are no f-divergences: transport, energy, kernels.
#pragma once

#include <optional>
#include <span>

#include "math/densities/density.h"
#include "math/densities/density_pair.h"
#include "math/divergences/approximate.h"

namespace elbow {

/// W1 = int |F - G| dx, W2² = E_p (X - G^-1(F(X)))² and the squared energy distance 2 int (F - G)²
/// of densities of one variable, by quadrature to about 1e-11 of the value; W2² in closed form
/// between two members of a location-scale family. F - G keeps its digits where both are nearly
/// equal; between others W2² has those that its error says.
struct LineDistances {
  Approximate wasserstein1, wasserstein2_squared, energy;
};
LineDistances line_distances(const Density& p, const Density& q);

/// W2² between location + scale Z of one family: (l + s E Z)² + s² Var Z, l and s the differences.
double location_scale_distance(const LocationScalePair& pair);

/// E |X - Y|, X ~ p and Y ~ q independent: closed form or one integral for Gaussians and their
/// mixtures in any dimension; nothing for other densities.
std::optional<double> mean_distance(const Density& p, const Density& q);
/// 2 E|X - Y| - E|X - X'| - E|Y - Y'|, between two Gaussians of several dimensions as one integral
/// of positive terms, else from mean_distance.
std::optional<Approximate> energy_distance(const Density& p, const Density& q);

/// E exp(-|X - Y|² / (2 h²)): closed form for Gaussians, else from the characteristic functions,
/// one integral a coordinate where coordinates are independent, and sums over mixtures; nothing
/// where a density is neither.
std::optional<double> mean_kernel(const Density& p, const Density& q, double bandwidth);
/// Squared maximum mean discrepancy E k(X, X') + E k(Y, Y') - 2 E k(X, Y), k the sum of Gaussian
/// kernels with these bandwidths. Between two Gaussians and, where one is none, on a line, as
/// int |phi_p - phi_q|², no term cancels; else it is the difference of the three means.
std::optional<Approximate> squared_mmd(const Density& p, const Density& q,
                                       std::span<const double> bandwidths);
/// On a line, whatever the densities: (h/√2π) int |phi_p - phi_q|² e^(-h² w²/2) dw, summed over the
/// bandwidths, of the characteristic functions.
Approximate squared_mmd_by_characteristic(const DensityPair& pair,
                                          std::span<const double> bandwidths);

}  // namespace elbow
