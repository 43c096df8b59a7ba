#include "problems/sample_estimates.h"

#include <cmath>
#include <cstddef>

#include "math/statistics/mean_estimate.h"

namespace elbow::problems {

std::optional<Allowance> bias_allowance(const std::string& estimator, bool gaussian, double n) {
  // Diagonal terms: E‖X − X'‖ ≤ σ√2 of both over n; 4 kernels of 1 at 0 of both over n.
  if (estimator == "energy_biased") return Allowance{7.0 / n, true};
  if (estimator == "mmd2_biased") return Allowance{8.0 / n, true};
  // (σ_p² + σ_q²)/n ≤ 9/n from the means; to leading order half of it from the covariances.
  if (estimator == "frechet" || estimator == "frechet_extrapolated")
    return Allowance{20.0 / n, false};
  // Neighbours at distances of (k/n)^(1/d), k = 5, worst in the plane.
  const double neighbours = std::sqrt(5.0 / n);
  if (estimator == "knn_squared_hellinger") return Allowance{0.5 * neighbours, false};
  if (estimator == "knn_renyi") return Allowance{neighbours, false};
  if (estimator == "knn_alpha") return Allowance{2.0 * neighbours, false};
  // A critic of the right family: what its fitted coefficients, O(1/√n) off, leave out of the se.
  const bool critic =
      estimator.starts_with("logistic_") || estimator == "donsker_varadhan" || estimator == "nwj";
  if (critic && gaussian) return Allowance{3.0 / std::sqrt(n), false};
  return {};
}

void check_estimate(const Checks& checks, const std::string& id, const Estimate& e, double truth,
                    bool heavy, std::optional<Allowance> allowance) {
  if (std::isnan(e.value) || (std::isfinite(truth) && !std::isfinite(e.value))) {
    checks.oracle(id + "/number", "an estimate is a number", e.value, truth, 0.0);
    return;
  }
  if (!std::isfinite(truth)) return;
  const double se = e.se.value_or(0.0);
  // An estimate of a mean that claims no error says nothing of how near it is.
  const bool claims_nothing = !e.se && (e.bias == Bias::none || e.bias == Bias::unknown);
  if (heavy || claims_nothing) {
    checks.optimum(id, "an estimate with heavy tails beside the exact value", e.value, truth);
    return;
  }
  if (e.bias == Bias::lower) {
    checks.bound(id + "/lower", "an estimate that is low on average ≤ the exact value", e.value,
                 truth, 1e-9, se);
  } else if (e.bias == Bias::upper) {
    checks.bound(id + "/upper", "the exact value ≤ an estimate that is high on average", truth,
                 e.value, 1e-9, se);
  } else if (e.bias == Bias::none) {
    checks.statistical(id + "/unbiased", "an unbiased estimate = the exact value", e.value, truth,
                       se);
  } else if (!allowance) {
    checks.optimum(id, "an estimate beside the exact value", e.value, truth, se);
  }
  if (!allowance) return;
  const double distance = std::abs(e.value - truth);
  if (allowance->proven)
    checks.bound(id + "/near", "|an estimate − the exact value| ≤ the bias that it may have",
                 distance, allowance->most, 1e-9, se);
  else
    checks.bound(id + "/rough",
                 "|an estimate − the exact value| ≤ a rough allowance for its bias: the rate in n "
                 "is known, the constant is a guess",
                 distance, allowance->most, 1e-9, se);
}

void check_permutation(const Checks& checks, const std::string& id, double p_value) {
  checks.bound(id + "/permutations", "the permutation test does not reject P = Q: 10⁻⁴ ≤ p", 1e-4,
               p_value, 0.0);
}

void check_blocks(const Checks& checks, const std::string& id, const std::vector<double>& means,
                  double truth) {
  const Estimate mean = mean_estimate(means);
  checks.statistical(id + "/blocks",
                     "mean of " + std::to_string(means.size()) + " blocks = the exact value",
                     mean.value, truth, mean.se.value_or(0.0));
}

TransportRepeats repeat_transport(const TwoSampleEstimator& estimator, const Density& p,
                                  const Density& q, int order, std::int64_t n,
                                  std::int64_t repetitions, std::uint64_t seed) {
  TransportRepeats repeats{.order = order, .pq = {}, .pp = {}, .qq = {}};
  std::uint64_t stream = 1000;
  for (std::int64_t i = 0; i < repetitions; ++i) {
    const Points x = draw(p, n, seed, stream++), other_x = draw(p, n, seed, stream++);
    const Points y = draw(q, n, seed, stream++), other_y = draw(q, n, seed, stream++);
    repeats.pq.push_back(estimator.estimate(x, y, seed).value);
    repeats.pp.push_back(estimator.estimate(x, other_x, seed).value);
    repeats.qq.push_back(estimator.estimate(y, other_y, seed).value);
  }
  return repeats;
}

void check_repeats(const Checks& checks, const std::string& id, const TransportRepeats& repeats,
                   double truth) {
  const double power = 1.0 / repeats.order;
  const double pp = mean_estimate(repeats.pp).value, qq = mean_estimate(repeats.qq).value;
  // Of the mean of W − (mean pp)^power − (mean qq)^power, to first order.
  std::vector<double> distance, difference;
  for (std::size_t i = 0; i < repeats.pq.size(); ++i) {
    distance.push_back(std::pow(repeats.pq[i], power));
    difference.push_back(distance.back() - power * (std::pow(pp, power - 1.0) * repeats.pp[i] +
                                                    std::pow(qq, power - 1.0) * repeats.qq[i]));
  }
  checks.bound(id + "/repeated",
               "mean over independent samples ≤ the exact value + what sampling P and Q adds, the "
               "same between two samples of each",
               mean_estimate(distance).value, truth + std::pow(pp, power) + std::pow(qq, power),
               1e-9, mean_estimate(difference).se.value_or(0.0));
}

}  // namespace elbow::problems
