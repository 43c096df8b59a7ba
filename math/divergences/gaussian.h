// Closed forms of the f-divergences between Gaussians of any dimension, in which nothing cancels.
#pragma once

#include <vector>

#include "math/densities/density.h"

namespace elbow {

/// p in coordinates where q is N(0, I) and p's covariance is diagonal: coordinate i has variance
/// 1 + excess = e^log_variance and mean `shift`. Each has its digits also where p is nearly q: they
/// come from the differences of the parameters.
class GaussianPair {
 public:
  struct Coordinate {
    double excess, log_variance, shift;
  };
  /// Of one dimension.
  GaussianPair(const Gaussian& p, const Gaussian& q);
  /// From the factors and the differences of means and covariances, p minus q.
  GaussianPair(const Cholesky& p, const Cholesky& q, const std::vector<double>& mean_difference,
               const Matrix& covariance_difference);

  const std::vector<Coordinate>& coordinates() const { return coordinates_; }
  /// KL(p||q) = ½ sum (excess - log_variance + shift²), and KL(q||p).
  double kl() const;
  double reverse_kl() const;
  /// ln int p^a q^(1-a) for any a, +inf where it diverges; all terms have one sign. With
  /// s = (1 - a) e^log_variance + a its coordinates add
  ///   ½ [a (a - 1) shift² / s + (1 - a) log_variance - ln s].
  double log_power_integral(double a) const;
  /// Renyi's D_a(p||q) = (1/(a-1)) ln int p^a q^(1-a), a > 0; KL at a = 1. Source: Gil, Alajaji &
  /// Linder 2013.
  double renyi(double a) const;
  /// What rounding may leave of these, relative: 1e-15 times dimension and condition of the
  /// covariances, more where s is nearly 0.
  double rounding(double a) const;

 private:
  std::vector<Coordinate> coordinates_;
  double condition_ = 1.0;
};

double gaussian_kl(const Gaussian& p, const Gaussian& q);
double gaussian_renyi(const Gaussian& p, const Gaussian& q, double a);
double gaussian_log_power_integral(const Gaussian& p, const Gaussian& q, double a);

/// Distance of the means in units of a common covariance.
double mahalanobis(const Gaussian& p, const Gaussian& q);
/// Whether the covariances are the same to 1e-14.
bool same_covariance(const Gaussian& p, const Gaussian& q);
std::vector<double> mean_difference(const Gaussian& p, const Gaussian& q);

}  // namespace elbow
