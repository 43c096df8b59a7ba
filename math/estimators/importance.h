// Everything that one set of K log-weights says: ln w_k = ln p(x, z_k) - ln q(z_k|x), z_k ~ q(z|x).
// The weights are unnormalised; mean w is an unbiased estimate of p(x). -inf is a weight of zero.
// All functions throw Error for an empty set, NaN and +inf. Plain C++ in float64.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/estimate.h"

namespace elbow {

using LogWeights = std::span<const double>;

// --- Bounds on ln p(x): nats ------------------------------------------------------------------

/// mean_k ln w_k, the ELBO's estimate (= L_1). Unbiased for the ELBO; se = sd / sqrt(K).
Estimate mean_log_weight(LogWeights log_w);

/// L_K = ln (1/K) sum_k w_k, by logsumexp. A lower bound of ln p in expectation. se: delta method,
/// sqrt(sum w~^2 - 1/K) with w~ = w / sum w; absent for K = 1 and where every weight is zero.
/// Source: Burda et al. 2016, eq. 8; V15 to V18 of docs/conventions.md.
Estimate iwae(LogWeights log_w);
/// The value of `iwae` alone.
double iwae_value(LogWeights log_w);
/// sqrt(sum w~^2 - 1/K), the first-order standard error of ln mean w.
double delta_method_se(LogWeights log_w);

/// VR bound L_a = 1/(1-a) ln (1/K) sum_k w_k^(1-a), for every real a and +-infinity; nonincreasing
/// in a. a = 1: mean ln w; a = 0: IWAE; a = -inf: max ln w; a = inf: min ln w. For a < 0 the exact
/// value is an upper bound of ln p, this estimate of it is not.
/// Source: Li & Turner 2016, eq. 4 and 5. Throws Error where a is NaN.
double renyi_bound(LogWeights log_w, double alpha);

/// CUBO_n = 1/n ln (1/K) sum_k w_k^n = renyi_bound at a = 1 - n, n != 0. The exact value is at
/// least ln p for n >= 1; this estimate is biased low and may fall below. Source: Dieng et al.
/// 2017. Throws Error for n = 0.
double chi_upper_bound(LogWeights log_w, double n);

/// MIWAE(M, K) = 1/M sum_m ln (1/K) sum_k w_mk; log_w is row-major [M, K]. Lower bound of ln p with
/// the expectation of L_K. se: between the M rows. Source: Rainforth et al. 2018.
/// Throws Error unless M K = size.
Estimate miwae(LogWeights log_w, std::int64_t m, std::int64_t k);

/// CIWAE: beta mean ln w + (1 - beta) L_K. Source: Rainforth et al. 2018. 0 <= beta <= 1.
double ciwae(LogWeights log_w, double beta);

/// JVI-1 = K L_K - (K - 1) mean_i L_{K-1} without weight i. Bias O(1/K^2), no bound; on one set of
/// weights never below L_K (V24). Source: Nowozin 2018. Needs K >= 2.
Estimate jackknife_iwae(LogWeights log_w);
/// mean_i of L_{K-1} without weight i, in O(K). Needs K >= 2. V17: at most L_K.
double leave_one_out_iwae(LogWeights log_w);

// --- Thermodynamic integration on the same weights --------------------------------------------

/// Self-normalised mean of ln w under weights proportional to w^b; nondecreasing in b >= 0.
double tempered_mean(LogWeights log_w, double b);
/// sum_t (b_t - b_{t-1}) tempered_mean(b_{t-1}) resp. (b_t) over a partition 0 = b_0 < ... < b_T
/// = 1. On one set of weights left <= L_K <= right (V20); of ln p only the left one is a bound, in
/// expectation. Source: Masrani et al. 2019. Throws Error for another partition.
double tvo_left(LogWeights log_w, std::span<const double> partition);
double tvo_right(LogWeights log_w, std::span<const double> partition);
/// The integral over b by 32-point Gauss-Legendre: equals L_K to 1e-8 while the finite weights span
/// at most 30 nats (V20).
double tvo_integral(LogWeights log_w);
/// 0, then `intervals` points spaced evenly in ln b from `first` to 1.
std::vector<double> log_spaced_partition(std::int64_t intervals, double first = 1e-2);

// --- How far the weights can be trusted --------------------------------------------------------

/// w~_k = w_k / sum w. These throw Error where every weight is zero.
std::vector<double> normalised_weights(LogWeights log_w);
double effective_sample_size(LogWeights log_w);  ///< Kish: 1 / sum w~^2, in [1, K]
double weight_entropy(LogWeights log_w);         ///< H = -sum w~ ln w~ in [0, ln K], nats
double perplexity(LogWeights log_w);             ///< e^H, at least the ESS
double largest_weight(LogWeights log_w);         ///< max w~
/// sum w~ ln w = L_K + ln K - H(w~) >= L_K (V18): has the gradient of L_K, is not its value.
double surrogate(LogWeights log_w);

}  // namespace elbow
