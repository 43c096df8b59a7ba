// The families of densities. Parameters that make no density throw Error saying which and why.
#pragma once

#include "math/densities/density.h"

namespace elbow {

/// N(mean, covariance), covariance symmetric positive definite:
///   ln p(x) = -½ (x - m)^T S^-1 (x - m) - ½ ln |S| - (d/2) ln 2π.
DensityPtr make_normal(std::vector<double> mean, Matrix covariance);
/// N(mean, sd²) of one variable.
DensityPtr make_normal(double mean, double sd);
/// p(x) = exp(-|x - location| / scale) / (2 scale).
DensityPtr make_laplace(double location, double scale);
/// p(x) = e^-z / (scale (1 + e^-z)²), z = (x - location) / scale.
DensityPtr make_logistic(double location, double scale);
/// p(x) = rate e^(-rate x) on x >= 0.
DensityPtr make_exponential(double rate);
/// 1 / (high - low) on [low, high].
DensityPtr make_uniform(double low, double high);

/// Independent coordinates, each of one variable, all of one family: laplace([0,0],[1,1]).
/// `expression` is what the whole calls itself.
DensityPtr make_product(std::vector<DensityPtr> factors, std::string expression);

/// sum_k w_k p_k; weights positive, summing to 1 within 1e-6 (they are then divided by their sum),
/// components of one dimension.
DensityPtr make_mixture(std::vector<std::pair<double, DensityPtr>> components);

}  // namespace elbow
