// KL and bounded divergences from known log-density ratios at samples.
#pragma once

#include <span>

#include "core/estimate.h"

namespace elbow {

/// KL(Q||P) from log_ratio = ln p(x)/q(x) at x ~ Q.
///   k1 = -mean l                   unbiased
///   k2 = mean l^2 / 2              biased: KL only to second order
///   k3 = mean (e^l - 1 - l) >= 0   unbiased where Q covers P; else too low by the mass of P
///   outside
/// se: sd / sqrt(n); that of k3 is not valid where E_Q (p/q)^2 = inf. A sample outside the support
/// of P (l = -inf): k1 and k3 are +inf. Throws Error on NaN, +inf or an empty list. Source:
/// Schulman 2020, "Approximating KL divergence".
Estimate kl_k1(std::span<const double> log_ratio);
Estimate kl_k2(std::span<const double> log_ratio);
Estimate kl_k3(std::span<const double> log_ratio);

/// Divergences of bounded integrand from r = ln p(x)/q(x) at samples of P and of Q, as averages
/// over the balanced mixture M = (P + Q)/2, with D = sigmoid(r):
///   JS = ln 2 - E_M H_b(D)     TV = E_M |tanh(r/2)|
///   Delta = 2 E_M tanh^2(r/2)  H^2 = 1 - E_M sech(r/2)
/// Unbiased; se^2 = (var_P / n + var_Q / m + range^2 / n^2 + range^2 / m^2) / 4, the last two (but
/// where r = 0 throughout) for events too rare to be seen: at saturated samples the variances are 0
/// and the truth is not the maximum. r = -+inf is legal (outside one support).
struct MixtureDivergences {
  Estimate jensen_shannon, total_variation, le_cam, squared_hellinger;
};
MixtureDivergences mixture_divergences(std::span<const double> at_p, std::span<const double> at_q);

}  // namespace elbow
