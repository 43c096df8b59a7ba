// Pareto k-hat: how heavy the tail of a set of importance weights is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/estimate.h"

namespace elbow {

/// Generalised Pareto fit to the largest weights.
struct ParetoTail {
  double k = 0.0;            ///< k-hat, shrunk towards 0.5 with the weight of 10 observations
  double k_raw = 0.0;        ///< before shrinkage
  double sigma = 0.0;        ///< scale, relative to the largest weight
  std::int64_t tail = 0;     ///< weights in the tail
  double threshold = 0.7;    ///< reliable below min(1 - 1/log10 K, 0.7)
  double needed_size = 1.0;  ///< K >= 10^(1 / (1 - max(0, k))): inf for k >= 1
  bool reliable() const { return k < threshold; }
};

/// Of the M = ceil(min(0.2 K, 3 sqrt K)) largest weights, exceedances over the largest excluded one
/// are fitted by `fit_generalised_pareto`, then k <- (M k + 5) / (M + 10). Nothing for K <= 20 (M <
/// 5). Where fewer than 5 weights exceed it: k = -inf if none does (equal weights have no tail),
/// +inf if the others vanish beside these few. Source: Vehtari et al. 2024.
std::optional<ParetoTail> pareto_tail(std::span<const double> log_w);

/// The estimate as it is, or without its standard error and with a note where the terms e^log_w
/// that it averages may have no variance (k-hat above 1/2): that of the sample at hand then
/// estimates nothing. `what` names the terms. Infinite log_w are left as they are.
Estimate without_error_of_a_heavy_tail(Estimate estimate, std::span<const double> log_w,
                                       const std::string& what);

struct ParetoFit {
  double k = 0.0, sigma = 0.0;
};
/// Zhang & Stephens (2009) fit of a generalised Pareto law with shape k and scale sigma to positive
/// ascending exceedances, without shrinkage. Needs at least 5, zeros in less than a quarter of
/// them.
ParetoFit fit_generalised_pareto(std::span<const double> ascending);

}  // namespace elbow
