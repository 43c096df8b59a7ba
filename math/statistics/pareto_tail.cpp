#include "math/statistics/pareto_tail.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

/// Index of x* in Zhang & Stephens: the floor(n / 4 + 1/2)-th of n.
std::size_t quartile_index(std::size_t n) { return (n + 2) / 4 - 1; }

}  // namespace

ParetoFit fit_generalised_pareto(std::span<const double> ascending) {
  const auto n = static_cast<double>(ascending.size());
  if (ascending.size() < 5) throw Error("A Pareto fit needs at least five exceedances.");
  const double top = ascending.back();
  const double average = mean(ascending);
  const double quartile = ascending[quartile_index(ascending.size())];
  if (!(quartile > 0.0) || !std::isfinite(top)) {
    throw Error("A Pareto fit needs exceedances that are positive, finite and ascending.");
  }
  const auto shape = [&](double b) {  // k of the scale sigma = -k / b; b = 0 is the exponential
    double sum = 0.0;
    for (const double x : ascending) sum += std::log1p(-b * x);
    return sum / n;
  };
  const auto inverse_scale = [&](double b, double k) { return b == 0.0 ? 1.0 / average : -b / k; };
  const auto points = static_cast<std::int64_t>(30.0 + std::floor(std::sqrt(n)));
  std::vector<double> b, profile;  // candidates, and their profile log-likelihood
  for (std::int64_t j = 1; j <= points; ++j) {
    const double root = std::sqrt(static_cast<double>(points) / (static_cast<double>(j) - 0.5));
    const double candidate = 1.0 / top + (1.0 - root) / (3.0 * quartile);
    const double k = shape(candidate);
    b.push_back(candidate);
    profile.push_back(n * (std::log(inverse_scale(candidate, k)) - k - 1.0));
  }
  const double total = logsumexp(profile);
  double chosen = 0.0;
  for (std::size_t j = 0; j < b.size(); ++j) chosen += std::exp(profile[j] - total) * b[j];
  const double k = shape(chosen);
  return {.k = k, .sigma = 1.0 / inverse_scale(chosen, k)};
}

std::optional<ParetoTail> pareto_tail(std::span<const double> log_w) {
  const auto size = static_cast<double>(log_w.size());
  const auto tail =
      static_cast<std::size_t>(std::ceil(std::min(0.2 * size, 3.0 * std::sqrt(size))));
  if (tail < 5) return std::nullopt;
  if (std::any_of(log_w.begin(), log_w.end(), [](double l) { return std::isnan(l); })) {
    throw Error("A Pareto tail needs log-weights that are numbers.");
  }
  std::vector<double> sorted(log_w.begin(), log_w.end());
  std::sort(sorted.begin(), sorted.end());
  const double top = sorted.back();
  if (!std::isfinite(top)) throw Error("The largest log-weight is not finite: there is no tail.");
  const double cut = std::exp(sorted[sorted.size() - tail - 1] - top);
  std::vector<double> excess;
  for (std::size_t i = sorted.size() - tail; i < sorted.size(); ++i) {
    excess.push_back(std::max(0.0, std::exp(sorted[i] - top) - cut));
  }
  // The fit stands ties with the threshold in less than a quarter of the tail.
  if (excess[quartile_index(excess.size())] == 0.0) std::erase(excess, 0.0);
  ParetoTail result;
  result.threshold = std::min(1.0 - 1.0 / std::log10(size), 0.7);
  result.tail = static_cast<std::int64_t>(excess.size());
  if (excess.size() < 5) {
    result.k = result.k_raw = excess.empty() ? -kInfinity : kInfinity;
  } else {
    const ParetoFit fit = fit_generalised_pareto(excess);
    const auto m = static_cast<double>(excess.size());
    result.k_raw = fit.k;
    result.sigma = fit.sigma;
    result.k = (m * fit.k + 5.0) / (m + 10.0);
  }
  const double heavy = std::max(0.0, result.k);
  result.needed_size = heavy >= 1.0 ? kInfinity : std::pow(10.0, 1.0 / (1.0 - heavy));
  return result;
}

Estimate without_error_of_a_heavy_tail(Estimate estimate, std::span<const double> log_w,
                                       const std::string& what) {
  constexpr double kFiniteVariance = 0.5;  // Pareto tails of index 1/k have moments below 1/k
  if (!estimate.se || log_w.empty() ||
      !std::isfinite(*std::max_element(log_w.begin(), log_w.end()))) {
    return estimate;
  }
  const auto tail = pareto_tail(log_w);
  if (!tail || tail->k <= kFiniteVariance) return estimate;
  estimate.se.reset();
  std::array<char, 32> k;
  std::snprintf(k.data(), k.size(), "%.2f", tail->k);
  estimate.note =
      what + " may have no variance (Pareto k̂ = " + std::string(k.data()) + "): no standard error";
  return estimate;
}

}  // namespace elbow
