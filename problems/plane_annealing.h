// Annealed importance sampling on the plane VAE, from its prior or its encoder, and what must hold
// of the bounds.
#pragma once

#include "math/tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "problems/checks.h"
#include "training/session.h"

namespace elbow::problems {

enum class PathStart { prior, encoder };

struct AnnealingPlan {
  PathStart start = PathStart::encoder;
  std::int64_t chains = 16;  ///< per image
  std::int64_t steps = 60;   ///< temperatures
  std::uint64_t seed = 1;
};

/// One number an image; `log_w` and `log_start` of each forward chain, image by image. g is
/// ln p(x, z) minus the log-density of the start, `log_start` is g where a chain starts: from the
/// encoder the ELBO in the mean; and `eubo`, g at the exact code of an image, its EUBO.
struct AnnealedImages {
  std::vector<double> lower, upper, eubo;
  std::vector<double> log_w, log_start;
};

/// `exact`: posterior samples of the images [n, 2], for the reverse run; undefined: forward only.
AnnealedImages anneal(Session& session, const Tensor& images, const Tensor& exact,
                      const AnnealingPlan& plan);

/// Mean of a <= mean of b, with the standard error of the mean of a - b over images.
void check_order(const Checks& checks, const std::string& id, const std::string& statement,
                 const std::vector<double>& a, const std::vector<double>& b);

/// Mean of a <= mean of b over the chains of images that are given: the standard error is that of
/// the chains of each image, b - a in pairs. [n C], image by image.
void check_order_of_chains(const Checks& checks, const std::string& id,
                           const std::string& statement, const std::vector<double>& a,
                           const std::vector<double>& b, std::int64_t chains);

/// One number an image: the annealed lower bound, and the elbo of the objective's own weights.
void check_lower_bound(const Checks& checks, const std::vector<double>& lower,
                       const std::vector<double>& log_p);
void check_own_elbo(const Checks& checks, const std::vector<double>& elbo,
                    const std::vector<double>& log_p);

/// elbo <= E ln w <= ln p in expectation over the chains of each image, from the encoder.
void check_forward_bounds(const Checks& checks, const AnnealedImages& run,
                          const std::vector<double>& log_p);

/// elbo <= lower <= ln p <= upper <= eubo in expectation, for a run from the encoder.
///
/// The ends hold for any kernels K_t that leave f_t = f_0 e^(b_t g) invariant: K_t lowers
/// KL(. || f_t) = KL(. || f_0) - b_t E g + const, so with k_t = KL(mu_t || f_0) and a_t the gain of
/// E g over the start, k_t - b_t a_t <= k_(t-1) - b_t a_(t-1) <= -(b_t - b_(t-1)) a_(t-1), and by
/// induction a_t >= 0: E ln w = sum (b_t - b_(t-1)) E g(z_(t-1)) >= E g(z_0), the ELBO. The reverse
/// run is the same with f_1 and -g. The mean over chains only tightens (Jensen). From the prior
/// nothing of the kind is known of the encoder's ELBO.
void check_chain_of_bounds(const Checks& checks, const AnnealedImages& run,
                           const std::vector<double>& log_p);

/// The forward weights of each image against its ln p: E w = p(x), as the mean of w / p(x) over
/// chains, of each image and of all; and ln mean w <= ln p. A z-score only where the weights are
/// spread little (effective number of chains at least half) and at most a hundredth of the
/// posterior is out of reach (`unreached`, an image each): chains that never meet a second mode
/// agree with each other and are wrong. Of an image by itself from 64 chains on; else a meter.
void check_weights(const Checks& checks, const std::vector<double>& log_w,
                   const std::vector<double>& log_p, const std::vector<double>& unreached);

}  // namespace elbow::problems
