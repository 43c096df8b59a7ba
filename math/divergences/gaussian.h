// Closed forms between Gaussians of any dimension. All take distributions of the same dimension.
#pragma once

#include <span>

#include "math/densities/density.h"

namespace elbow {

/// KL(p||q) = ½ [tr(S_q^-1 S_p) + d^T S_q^-1 d - dim + ln |S_q| / |S_p|], d the difference of
/// means.
double gaussian_kl(const Gaussian& p, const Gaussian& q);

/// Renyi's D_a(p||q) = (1/(a-1)) ln int p^a q^(1-a), a > 0, a != 1 (a = 1: the KL):
///   (a/2) d^T S_a^-1 d - ln(|S_a| / (|S_p|^(1-a) |S_q|^a)) / (2 (a - 1)), S_a = (1-a) S_p + a S_q;
/// +inf where S_a is not positive definite. Source: Gil, Alajaji & Linder 2013.
double gaussian_renyi(const Gaussian& p, const Gaussian& q, double a);
/// ln int p^a q^(1-a) for any a, +inf where it diverges.
double gaussian_log_power_integral(const Gaussian& p, const Gaussian& q, double a);

/// Squared W2 = |d|² + tr S_p + tr S_q - 2 tr (S_p^½ S_q S_p^½)^½ (Dowson & Landau 1982), which is
/// also the Frechet distance of any two distributions with these moments.
double gaussian_wasserstein2_squared(std::span<const double> mean_p, const Matrix& covariance_p,
                                     std::span<const double> mean_q, const Matrix& covariance_q);

/// W1 = E|N(d, (s_p - s_q)²)| in one dimension.
double gaussian_wasserstein1(const Gaussian& p, const Gaussian& q);

/// E |Z| for Z ~ N(mean, covariance): closed form in one dimension, else the integral
///   (1/√π) int_0^inf (1 - E exp(-w² |Z|²)) / w² dw, to rounding.
double gaussian_mean_norm(std::span<const double> mean, const Matrix& covariance);

/// E k(X, Y) for k = exp(-|x - y|² / (2 h²)), X ~ p and Y ~ q independent:
///   |I + S/h²|^-½ exp(-½ d^T (h² I + S)^-1 d), S = S_p + S_q.
double gaussian_mean_kernel(const Gaussian& p, const Gaussian& q, double bandwidth);

/// Distance of the means in units of a common covariance.
double mahalanobis(const Gaussian& p, const Gaussian& q);
/// Whether the covariances are the same to 1e-14.
bool same_covariance(const Gaussian& p, const Gaussian& q);

}  // namespace elbow
