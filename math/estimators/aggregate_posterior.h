// The aggregate posterior q(z) = 1/N sum_n q(z|x_n) of diagonal Gaussian posteriors, and what
// splits the KL of a VAE: index-code mutual information, total correlation, dimension-wise KL.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/estimate.h"
#include "math/aggregate_sums.h"
#include "math/points.h"

namespace elbow {

/// How the references are weighted in ln q^(z_i) = logsumexp_j [ln W_ij + ln q(z_i|x_j)]. B
/// references, N images in the data set, M = B - 1. The weight enters once per (i, j), not once per
/// dimension.
///   full           1/B, the references being all images (or a large sample of them): report this
///   batch          1/B, a minibatch with the image itself: I^ <= ln B, a lower bound of I_q
///   leave_one_out  1/M, the image itself 0: an upper bound of I_q in expectation; can explode
///   mws            1/(N B): no estimate of q(z); equal posteriors give I = ln N, TC = (d - 1) ln N
///   mss            itself 1/N, the next one (N - M)/(N M), the others 1/M: unbiased for q(z)
///   symmetric_mss  itself 1/N, every other (N - 1)/(N M): the same mean, no special index
/// Sources: Hoffman & Johnson 2016; Chen et al. 2018 (mws, mss); Poole et al. 2019 (leave_one_out).
enum class AggregateWeights { full, batch, leave_one_out, mws, mss, symmetric_mss };
std::string_view to_string(AggregateWeights weights);

/// ln W_ij of the reference j for a sample of image `own`; -inf for a weight of 0. Rows sum to 1
/// (mws: to 1/N). dataset_size is used by mws, mss and symmetric_mss only.
double aggregate_log_weight(AggregateWeights weights, std::int64_t own, std::int64_t j,
                            std::int64_t references, std::int64_t dataset_size);

struct AggregateOptions {
  AggregateWeights weights = AggregateWeights::full;
  std::int64_t dataset_size = 0;  ///< N: mws, mss, symmetric_mss
  std::int64_t groups = 20;       ///< of the jackknife; fewer than 2: no standard errors
};

/// Log-densities at each sample, nats.
struct AggregateDensities {
  std::vector<double> own;    ///< ln q(z_i|x_own(i)): [n]
  std::vector<double> prior;  ///< ln N(z_i; 0, I): [n]
  std::vector<double> joint;  ///< ln q^(z_i): [n]
  Points marginal;            ///< ln q^_l(z_il): [n, d]
};

/// Cost O(n B d) exponentials, vectorised, on all threads. Throws Error for sizes that do not fit,
/// numbers that are not finite, log_var outside [-60, 60], an index outside, a data set smaller
/// than the references (mws, mss, symmetric_mss) and fewer than two references (all but full,
/// batch).
AggregateDensities aggregate_densities(const CodeSamples& samples,
                                       const DiagonalPosteriors& references,
                                       const AggregateOptions& options);

/// Means over the samples of
///   mutual_information  I^  = ln q(z|x) - ln q^(z)
///   total_correlation   TC^ = ln q^(z) - sum_l ln q^_l(z_l)
///   dimension_wise_kl   DW^ = sum_l ln q^_l(z_l) - ln p(z), per dimension in dimension_kl
///   marginal_kl         TC^ + DW^ = ln q^(z) - ln p(z)
///   kl                  ln q(z|x) - ln p(z) = I^ + TC^ + DW^ exactly (V54)
/// against the standard normal prior, nats. Standard errors: jackknife over groups of images, each
/// left out with its samples and as a reference alike; none for mss, where the special index of an
/// image changes with the groups that are left.
struct AggregateTerms {
  Estimate mutual_information, total_correlation, dimension_wise_kl, marginal_kl, kl;
  std::vector<Estimate> dimension_kl;
};
AggregateTerms aggregate_terms(const CodeSamples& samples, const DiagonalPosteriors& references,
                               const AggregateOptions& options);

}  // namespace elbow
