#include "problems/image_evidence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>

#include "math/estimators/importance.h"
#include "math/statistics/mean_estimate.h"
#include "math/statistics/pareto_tail.h"

namespace elbow::problems {
namespace {

/// Weights whose tail has a shape above one quarter have no fourth moment: the standard error of
/// their mean has no variance, most often it is too small, and there is no z-score.
constexpr double kFourthMoment = 0.25;

/// Of a mean: at most this for a z-score of 4 to be as rare as it is for a normal one, within a
/// factor of three (Edgeworth).
constexpr double kSkewness = 0.25;

/// Mean of w / e^shift.
Estimate mean_ratio(std::span<const double> log_w, double shift) {
  std::vector<double> ratios;
  for (const double w : log_w) ratios.push_back(std::exp(w - shift));
  return mean_estimate(ratios);
}

/// Mean over groups of K of the K-sample bound.
Estimate mean_bound(const ImportanceBound& bound, std::span<const double> log_w, std::size_t k) {
  std::vector<double> groups;
  for (std::size_t i = 0; i + k <= log_w.size(); i += k)
    groups.push_back(bound(log_w.subspan(i, k)));
  return mean_estimate(groups);
}

}  // namespace

void check_image(const Checks& checks, const ImageTruth& truth, const PosteriorGaps& gaps,
                 double kl) {
  checks.oracle("V53", "elbo/kl in closed form = KL(q‖p) by quadrature", kl, truth.kl, 1e-9);
  checks.oracle("V26", "ln p(x) − elbo = KL(q‖posterior)",
                truth.log_p - (truth.reconstruction - kl), gaps.forward, 1e-9);
  checks.bound("V31/lower", "elbo ≤ ln p(x)", truth.elbo(), truth.log_p, 1e-12);
  checks.bound("V31/upper", "ln p(x) ≤ eubo", truth.log_p, truth.eubo, 1e-12);
  checks.oracle("V31", "eubo − elbo = KL(q‖posterior) + KL(posterior‖q)", truth.eubo - truth.elbo(),
                gaps.forward + gaps.reverse, 1e-9);
}

double importance_bound(std::span<const double> log_w) { return iwae_value(log_w); }

void check_sampled_bounds(const Checks& checks, const ImageTruth& truth, const Moments& elbo,
                          std::span<const double> log_w, bool finite_fourth_moment,
                          const ImportanceBound& bound) {
  checks.statistical("V26/sampled", "E of the sampled elbo = ln p(x) − KL(q‖posterior)", elbo.mean,
                     truth.log_p - truth.gap, elbo.se);
  const Estimate ratio = mean_ratio(log_w, truth.log_p);
  if (finite_fourth_moment) {
    checks.statistical("V30", "E_q w = p(x), as a ratio to p(x)", ratio.value, 1.0,
                       ratio.se.value_or(0.0));
  } else {
    checks.optimum("V30", "E_q w = p(x), as a ratio to p(x); its error has no variance",
                   ratio.value, 1.0);
  }
  double last = mean_bound(bound, log_w, 1).value;
  for (const std::size_t k : {5, 50}) {
    const Estimate l_k = mean_bound(bound, log_w, k);
    checks.bound("V25/iwae" + std::to_string(k), "L_K ≤ ln p(x)", l_k.value, truth.log_p, 1e-12,
                 l_k.se.value_or(0.0));
    checks.bound("V25/step" + std::to_string(k), "L_K grows with K on the same weights", last,
                 l_k.value, 1e-12);
    last = l_k.value;
  }
}

void check_every_image(const Checks& checks, const std::vector<double>& log_p,
                       const std::vector<double>& counts) {
  const double sum = std::accumulate(log_p.begin(), log_p.end(), 0.0,
                                     [](double s, double v) { return s + std::exp(v); });
  checks.oracle("V85", "Σ_x p(x) = 1 over all " + std::to_string(log_p.size()) + " images", sum,
                1.0, 1e-10);
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double mean = 0.0, entropy = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double share = counts[i] / total;
    if (share == 0.0) continue;
    mean += share * log_p[i];
    entropy -= share * std::log(share);
  }
  checks.bound("V33", "mean ln p(x) of the data ≤ −their entropy", mean, -entropy, 1e-12);
}

void check_quadrature(const Checks& checks, double log_p, double refined,
                      const std::vector<double>& log_w) {
  checks.oracle("V86/refined", "ln p(x) does not change with a finer grid", log_p, refined, 2e-5);
  const Estimate elbo = mean_log_weight(log_w), bound = iwae(log_w);
  checks.bound("V25/elbo", "elbo ≤ ln p(x)", elbo.value, log_p, 1e-6, elbo.se.value_or(0.0));
  checks.bound("V25/iwae", "IWAE with K = " + std::to_string(log_w.size()) + " ≤ ln p(x)",
               bound.value, log_p, 1e-6, bound.se.value_or(0.0));
  const Estimate ratio = mean_ratio(log_w, log_p);
  const std::optional<ParetoTail> tail = pareto_tail(log_w);
  if (tail && tail->k < kFourthMoment) {
    checks.statistical("V86/iwae", "E_q w = p(x), as a ratio, where the weights have four moments",
                       ratio.value, 1.0, ratio.se.value_or(0.0));
  } else {
    checks.optimum("V86/iwae", "mean w / p(x) where the weights may not have four moments",
                   ratio.value, 1.0, ratio.se.value_or(0.0));
  }
}

void check_reach(const Checks& checks, double log_p, const std::vector<double>& log_w,
                 std::int64_t draws, const Reach& reach) {
  const double most = std::log(static_cast<double>(draws));
  const double n = static_cast<double>(log_w.size()), expected = 1.0 - reach.unreached;
  double sum = 0.0;
  for (const double w : log_w) sum += w - log_p > most ? 0.0 : std::exp(w - log_p);
  const double variance = reach.second - expected * expected;
  const double third =
      reach.third - 3.0 * expected * reach.second + 2.0 * expected * expected * expected;
  const double skewness = third / (std::pow(variance, 1.5) * std::sqrt(n));
  const std::string statement = "E_q w/p(x) 1[w ≤ n p(x)] = P(w ≤ n p(x)) under the posterior";
  if (variance > 0.0 && std::abs(skewness) <= kSkewness)
    checks.statistical("V30/reach", statement, sum / n, expected, std::sqrt(variance / n));
  else
    checks.optimum("V30/reach", statement + "; too few draws carry it", sum / n, expected);
}

}  // namespace elbow::problems
