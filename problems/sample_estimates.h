// Estimates from samples against exact values, each as its bias and its standard error allow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/estimate.h"
#include "math/densities/density.h"
#include "math/estimators/two_sample.h"
#include "problems/checks.h"

namespace elbow::problems {

/// How far from the truth the bias of an estimator may take it in expectation. Where it is not
/// `proven`, its rate in the number of points is known, but its constant is a guess.
struct Allowance {
  double most = 0.0;
  bool proven = false;
};

/// For n points of each of two laws whose standard deviations add up to at most 4.3; nothing where
/// no rate is known, and for transport, which check_repeats is for. `gaussian`: ln p/q is
/// quadratic, as the logistic critic is.
std::optional<Allowance> bias_allowance(const std::string& estimator, bool gaussian, double n);

/// An estimate against the truth. What is not a number fails; a `heavy` one, whose standard error
/// says nothing, is a meter. An unknown bias is held to its allowance.
void check_estimate(const Checks& checks, const std::string& id, const Estimate& e, double truth,
                    bool heavy, std::optional<Allowance> allowance);

/// A test of P = Q on samples of one law, with more than 10⁴ relabellings.
void check_permutation(const Checks& checks, const std::string& id, double p_value);

/// Means of blocks of a skewed variable: they are nearly normal, and so is their mean.
void check_blocks(const Checks& checks, const std::string& id, const std::vector<double>& means,
                  double truth);

/// W_k^k, k = `order`, between n points of P and of Q, and between two independent samples of each,
/// once for every repetition.
struct TransportRepeats {
  int order = 1;
  std::vector<double> pq, pp, qq;
};
TransportRepeats repeat_transport(const TwoSampleEstimator& estimator, const Density& p,
                                  const Density& q, int order, std::int64_t n,
                                  std::int64_t repetitions, std::uint64_t seed);

/// W_k(Pₙ, Qₙ) − W_k(P, Q) ≤ W_k(Pₙ, P) + W_k(Qₙ, Q) by the triangle inequality, and
/// E W_k(Pₙ, P)^k ≤ E W_k(Pₙ, P′ₙ)^k of an independent sample, because transport is convex in a law
/// (Jensen): what sampling may add is measured, with a standard error, and no constant is guessed.
/// `truth`: W_k of the laws.
void check_repeats(const Checks& checks, const std::string& id, const TransportRepeats& repeats,
                   double truth);

}  // namespace elbow::problems
