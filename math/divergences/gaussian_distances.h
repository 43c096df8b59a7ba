// Distances between Gaussians of any dimension that are no f-divergences: transport, energy,
// kernels. All take distributions of the same dimension.
#pragma once

#include <optional>
#include <span>

#include "math/densities/density.h"
#include "math/divergences/approximate.h"

namespace elbow {

/// Squared W2 = |d|² + tr S_p + tr S_q - 2 tr (S_p^½ S_q S_p^½)^½ (Dowson & Landau 1982), which is
/// also the Frechet distance of any two distributions with these moments. Where it is small against
/// the variances it is |d|² + tr K S_p K, K the optimal map less I, from the difference S_q - S_p.
double gaussian_wasserstein2_squared(std::span<const double> mean_p, const Matrix& covariance_p,
                                     std::span<const double> mean_q, const Matrix& covariance_q);

/// E |N(mean, sd²)|.
double mean_absolute(double mean, double sd);
/// W1 = E|N(d, (s_p - s_q)²)| in one dimension.
double gaussian_wasserstein1(const Gaussian& p, const Gaussian& q);

/// E |Z| for Z ~ N(mean, covariance): closed form in one dimension, else the integral
///   (1/√π) int_0^inf (1 - E exp(-w² |Z|²)) / w² dw, to rounding.
double gaussian_mean_norm(std::span<const double> mean, const Matrix& covariance);

/// E k(X, Y) for k = exp(-|x - y|² / (2 h²)), X ~ p and Y ~ q independent:
///   |I + S/h²|^-½ exp(-½ d^T (h² I + S)^-1 d), S = S_p + S_q.
double gaussian_mean_kernel(const Gaussian& p, const Gaussian& q, double bandwidth);
/// Squared maximum mean discrepancy of that kernel, as a sum of terms >= 0.
double gaussian_squared_mmd(const Gaussian& p, const Gaussian& q, double bandwidth);
/// 2 E|X - Y| - E|X - X'| - E|Y - Y'| = (1/√π) int_0^inf M(w) / w² dw, M the squared maximum mean
/// discrepancy of the kernel exp(-w² |x - y|²).
Approximate gaussian_energy(const Gaussian& p, const Gaussian& q);

/// The means over directions θ, uniform on the sphere, of W1 and W2² between θ·X and θ·Y: by
/// quadrature over the directions in two and three dimensions, over the angle with the means'
/// difference where both covariances are multiples of I, and in closed form for one covariance;
/// nothing for others. dim > 1.
struct SlicedDistances {
  Approximate wasserstein1, wasserstein2_squared;
};
std::optional<SlicedDistances> gaussian_sliced(const Gaussian& p, const Gaussian& q);

}  // namespace elbow
