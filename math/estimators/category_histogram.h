// What a histogram of predicted classes says about samples: modes, divergences, "MNIST score".
#pragma once

#include <cstdint>
#include <span>

#include "core/estimate.h"
#include "math/points.h"

namespace elbow {

/// All take the number of samples in each of K categories and throw Error for none, negative ones
/// or an empty sample.
using Counts = std::span<const std::int64_t>;

/// Categories with at least one sample. Never more than the law has: a lower bound.
Estimate mode_count(Counts counts);

/// -sum h ln h of the frequencies h. Too low by about (K - 1)/(2n). Source: Miller 1955.
Estimate histogram_entropy(Counts counts);

/// KL(h || reference): +inf where a category outside the reference occurs. Too high by about
/// `histogram_kl_bias`. se^2 = Var(ln h/r)/n to second order, also right at h = r, where the
/// distribution is that of chi^2/(2n): no normal interval there. Reference: probabilities that sum
/// to 1; {} for uniform. Source: Harris 1975.
Estimate histogram_kl(Counts counts, std::span<const double> reference = {});
/// (K - 1)/(2n), of histogram_kl; its standard deviation at equality is sqrt(2 (K - 1))/(2n).
double histogram_kl_bias(std::int64_t categories, std::int64_t n);

/// KL(reference || h) with `smoothing` added to each count. No valid error.
Estimate histogram_reverse_kl(Counts counts, std::span<const double> reference = {},
                              double smoothing = 0.5);

/// 1/2 sum |h - reference|: too high, most at equality, where it is not smooth. No valid error.
Estimate histogram_total_variation(Counts counts, std::span<const double> reference = {});

/// exp(mean KL(p_i || mean p)) of n rows of class probabilities, in [1, K]. Its logarithm is too
/// low, by KL(mean p || its expectation): (K - 1)/(2n) for certain rows, less for others; the
/// exponential adds half its variance. se: delta method. Throws Error for rows that are not
/// probabilities. Source: Salimans et al. 2016 ("inception score"), here with a classifier of
/// digits.
Estimate class_score(const PointsView& probabilities);

}  // namespace elbow
