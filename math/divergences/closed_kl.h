// Closed-form Kullback-Leibler divergences KL(p||q) between members of one family, in nats. The
// Gaussian ones with full covariances are in gaussian.h.
#pragma once

#include <span>

namespace elbow {

/// Sum over coordinates of ½ (r - 1 - ln r) + ½ (d / s_q)², r = s_p² / s_q², from means and
/// log-variances. Spans of one length; throws Error otherwise.
double diagonal_gaussian_kl(std::span<const double> mean_p, std::span<const double> log_var_p,
                            std::span<const double> mean_q, std::span<const double> log_var_q);
/// The same to N(0, I): ½ sum (m² + e^v - 1 - v).
double standard_gaussian_kl(std::span<const double> mean, std::span<const double> log_var);

/// ln(b_q/b_p) + |d|/b_q + (b_p/b_q) e^(-|d|/b_p) - 1.
double laplace_kl(double location_p, double scale_p, double location_q, double scale_q);
/// ln(rate_p/rate_q) + rate_q/rate_p - 1.
double exponential_kl(double rate_p, double rate_q);
/// ln of the ratio of lengths; +inf where [low_p, high_p] is not inside [low_q, high_q].
double uniform_kl(double low_p, double high_p, double low_q, double high_q);

}  // namespace elbow
