// The live discriminator on data whose density is known: expectations by quadrature instead of
// batches, and the optimal discriminator where the generator's density is known too.
#pragma once

#include <functional>
#include <vector>

#include "core/identity.h"
#include "core/spec.h"
#include "math/densities/density.h"
#include "math/points.h"

namespace elbow {

/// The real and the fake part of L_D at outputs l, one by one.
struct CriticParts {
  std::vector<double> real, fake;
};

/// Made by the composition root from the objective and networks that train.
struct KnownCritic {
  DensityPtr data;                                                 ///< Gaussians in the plane
  std::function<std::vector<double>(const PointsView& x)> output;  ///< l(x), mode eval
  std::function<CriticParts(const std::vector<double>& l)> parts;
  /// The density of the generator's samples at this step; null where it is not known.
  std::function<DensityPtr()> generator;
  /// At points with weights p and q, the output that minimises p real(l) + q fake(l). Empty: the
  /// objective has no optimum without a constraint.
  std::function<std::vector<double>(const std::vector<double>& p, const std::vector<double>& q)>
      optimal;
};

/// Adds the terms of `known_critic_terms` that can be known:
///   truth/loss/discriminator/real  E_p of the real part by quadrature, beside its mean over the
///                                  held-out points [n, 2]
///   truth/jensen_shannon, ...      from ln p − ln q at nodes of p
///   truth/loss/discriminator       L_D of the live critic, and of the optimal one
/// Each is computed on nodes of smaller and smaller steps until two agree to 1e-3, and left out
/// where none do: where the samples are narrower than the modes, or the critic bends too sharply.
/// Outputs that are not finite: nothing.
void probe_critic(const KnownCritic& critic, const PointsView& held_out, Values& values);

std::vector<TermSpec> known_critic_terms();

/// N(b, W Wᵀ) in the plane, the law of z ↦ b + W z for z ~ N(0, I) of any dimension: b and the
/// columns of W as rows of `images` [1 + d, 2], b first, then b + w_k. Null where W Wᵀ is singular.
DensityPtr affine_image(const PointsView& images);

}  // namespace elbow
