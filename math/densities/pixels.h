// Likelihoods of pixels as scalar functions in float64: the plain reference beside the fused
// kernels, and what exact problems enumerate.
#pragma once

namespace elbow {

/// ln P(x) of a binary x in {0, 1} with logit l: x l - softplus(l). On a grey x in [0, 1] the same
/// formula is minus a cross entropy, no likelihood. Source: conventions of the program.
double log_bernoulli(double x, double logit);
/// KL(Bern(sigmoid(a)) || Bern(sigmoid(b))) in nats.
double bernoulli_kl(double logit_p, double logit_q);

/// ln C of the continuous Bernoulli on [0, 1]: C = l / tanh(l / 2), l the logit; ln 2 at l = 0.
/// Source: Loaiza-Ganem & Cunningham 2019, eq. 8.
double log_continuous_bernoulli_normaliser(double logit);
/// ln p(x) = x l - softplus(l) + ln C.
double log_continuous_bernoulli(double x, double logit);
/// E x = 1 / (1 - e^-l) - 1/l, not sigmoid(l).
double continuous_bernoulli_mean(double logit);

/// ln P(k) of the grey level k = 0, ..., 255 under a logistic with this mean and scale > 0 on the
/// scale of k / 255, integrated over the bin (k ± 1/2) / 255; the two end bins take the tails, so
/// that the sum is 1. Throws Error for other k. Source: Salimans et al. 2017, eq. 2.
double log_discretised_logistic(int k, double mean, double scale);

}  // namespace elbow
