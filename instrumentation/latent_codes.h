// Codes for pictures of a latent space: traversals and the manifold of a plane.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <vector>

namespace elbow {

/// Mean over rows of KL(N(mu_j, exp(log_var_j)) || N(0, 1)) = (mu_j^2 + expm1(lv_j) - lv_j) / 2 per
/// dimension, nats: [n, 2d] -> [d] float64.
Tensor kl_per_dimension(const Tensor& mu_log_var);

/// Dimensions by falling KL [d], at most `limit`; equal ones in their own order.
std::vector<std::int64_t> by_falling_kl(const Tensor& kl, std::int64_t limit);

/// Codes of a traversal, row by row: [rows * steps, d]. Row r varies dimension `order[r]` of `code`
/// [d] over an even grid from -extent to extent.
Tensor traversal_codes(const Tensor& code, const std::vector<std::int64_t>& order,
                       std::int64_t steps, double extent);

/// The inverse normal distribution function at the cell centres of a size x size division of the
/// unit square, row by row from the top left: the first coordinate grows to the right, the second
/// upwards. [size * size, 2]
Tensor manifold_codes(std::int64_t size);

}  // namespace elbow
