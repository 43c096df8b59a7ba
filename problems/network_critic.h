// A small network trained as the critic between two known laws by the program's own loop, and what
// must hold of any critic and of one trained to optimality.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <string>

#include "core/estimate.h"
#include "problems/checks.h"
#include "problems/critic_outputs.h"
#include "problems/known_pairs.h"
#include "problems/training_run.h"

namespace elbow::problems {

/// q = N(mean, L Lᵀ) of the affine generator x = mean + L z, against p = N(0, I); on the line only
/// the first numbers count.
struct AffineLaw {
  std::int64_t dim = 1;
  PlaneNormal q;
  /// p and q on nodes, with q moved along the first axis.
  KnownPair pair(double shift = 0.0) const;
  /// d ln q / d mean[0] at points [n, D].
  Tensor score(const Tensor& points) const;
};

/// n points of p = N(0, I).
Dataset standard_points(std::int64_t dim, std::int64_t n, std::uint64_t seed, std::uint64_t stream);

/// configs/problems/known_density_gan.toml on n points of p: the critic learns, the generator is
/// the given law and stays.
TrainedModel train_critic(const std::string& objective, const AffineLaw& law, std::int64_t n,
                          bool full, std::uint64_t seed);

/// L_D of the best of k-parameter critics on n points of p and fresh samples of q exceeds the least
/// L_D by c/2n of a chi-squared with at most k degrees of freedom (Wilks), c = score_variance of
/// the objective: its mean and four standard deviations, c (k + 4 √2k) / 2n.
double allowed_regret(double score_variance, std::int64_t parameters, std::int64_t n);

/// A critic's raw outputs l at the nodes of a pair. `allowed`: what its L_D may be above the least;
/// 0: only a meter.
void check_critic(const Checks& checks, const Adversary& objective, const KnownPair& d,
                  const Tensor& l, double allowed);

/// dL_G/dmean[0] that back-propagation through the session's generator gives, mean over batches.
Estimate sampled_generator_gradient(Session& session, std::int64_t batches, std::uint64_t seed);

/// The generator's gradient at the critic l against quadrature and against finite differences of
/// the divergence; their distance is at most √I √E_q (g(l) − g(l*))², by Cauchy and Schwarz.
void check_critic_gradient(const Checks& checks, const Adversary& objective, const AffineLaw& law,
                           const Tensor& l, const Estimate& sampled);

/// The objective's own estimate of its divergence on points that it was not trained on, against the
/// same number by quadrature. Objectives without such a term: nothing.
void check_held_out(const Checks& checks, const KnownPair& d, const Tensor& l,
                    const Values& held_out);

}  // namespace elbow::problems
