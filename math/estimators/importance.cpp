#include "math/estimators/importance.h"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/error.h"
#include "math/numeric.h"
#include "math/statistics/mean_estimate.h"

namespace elbow {
namespace {

void require_weights(LogWeights log_w) {
  if (log_w.empty()) throw Error("Importance weights: the set is empty.");
  for (std::size_t k = 0; k < log_w.size(); ++k) {
    if (std::isnan(log_w[k]) || log_w[k] == kInfinity) {
      throw Error("Importance weights: log-weight " + std::to_string(k) + " is " +
                  (std::isnan(log_w[k]) ? "not a number." : "infinite."));
    }
  }
}

double count(LogWeights log_w) { return static_cast<double>(log_w.size()); }

double largest(LogWeights log_w) { return *std::max_element(log_w.begin(), log_w.end()); }

/// sum_k v_k l_k with v proportional to e^(b l): zero weights count for nothing.
double tempered_mean_unchecked(LogWeights log_w, double b) {
  const double top = largest(log_w);
  if (b == 0.0 || top == -kInfinity) {
    return std::accumulate(log_w.begin(), log_w.end(), 0.0) / count(log_w);
  }
  double weights = 0.0, sum = 0.0;
  for (const double l : log_w) {
    if (l == -kInfinity) continue;
    const double v = std::exp(b * (l - top));
    weights += v;
    sum += v * (l - top);
  }
  return top + sum / weights;
}

void require_partition(std::span<const double> partition) {
  bool good = partition.size() >= 2 && partition.front() == 0.0 && partition.back() == 1.0;
  for (std::size_t t = 1; good && t < partition.size(); ++t) good = partition[t] > partition[t - 1];
  if (!good) throw Error("A partition for the TVO ascends strictly from 0 to 1.");
}

double riemann_sum(LogWeights log_w, std::span<const double> partition, std::size_t side) {
  require_weights(log_w);
  require_partition(partition);
  double sum = 0.0;
  for (std::size_t t = 1; t < partition.size(); ++t) {
    sum +=
        (partition[t] - partition[t - 1]) * tempered_mean_unchecked(log_w, partition[t - 1 + side]);
  }
  return sum;
}

}  // namespace

Estimate mean_log_weight(LogWeights log_w) {
  require_weights(log_w);
  return mean_estimate(log_w);
}

double iwae_value(LogWeights log_w) {
  require_weights(log_w);
  return log_mean_exp(log_w);
}

double delta_method_se(LogWeights log_w) {
  // Rounding can leave -1e-17 where all weights are equal.
  return std::sqrt(std::max(0.0, 1.0 / effective_sample_size(log_w) - 1.0 / count(log_w)));
}

Estimate iwae(LogWeights log_w) {
  Estimate estimate{.value = iwae_value(log_w), .bias = Bias::lower};
  if (log_w.size() > 1 && std::isfinite(estimate.value)) estimate.se = delta_method_se(log_w);
  return estimate;
}

double renyi_bound(LogWeights log_w, double alpha) {
  require_weights(log_w);
  if (std::isnan(alpha)) throw Error("The order of a Rényi bound is not a number.");
  const double t = 1.0 - alpha;
  const double low = *std::min_element(log_w.begin(), log_w.end()), top = largest(log_w);
  if (t == kInfinity || low == top) return top;
  if (t == -kInfinity || (t <= 0.0 && low == -kInfinity)) return low;
  if (t == 0.0) return tempered_mean_unchecked(log_w, 0.0);
  const double shift = t > 0.0 ? top : low;  // largest exponent 0
  if (std::fabs(t) * (top - low) < 0.5) {    // ln of the mean would cancel against the mean's 1
    double sum = 0.0;
    for (const double l : log_w) sum += std::expm1(t * (l - shift));
    return shift + std::log1p(sum / count(log_w)) / t;
  }
  double sum = 0.0;
  for (const double l : log_w) sum += std::exp(t * (l - shift));
  return shift + std::log(sum / count(log_w)) / t;
}

double chi_upper_bound(LogWeights log_w, double n) {
  if (n == 0.0) throw Error("CUBO has no order 0; its limit is the ELBO.");
  return renyi_bound(log_w, 1.0 - n);
}

Estimate miwae(LogWeights log_w, std::int64_t m, std::int64_t k) {
  require_weights(log_w);
  if (m < 1 || k < 1 || m * k != static_cast<std::int64_t>(log_w.size())) {
    throw Error("MIWAE(" + std::to_string(m) + ", " + std::to_string(k) + ") needs " +
                std::to_string(m) + " x " + std::to_string(k) + " log-weights; there are " +
                std::to_string(log_w.size()) + ".");
  }
  std::vector<double> rows;
  const auto width = static_cast<std::size_t>(k);
  for (std::size_t begin = 0; begin < log_w.size(); begin += width) {
    rows.push_back(log_mean_exp(log_w.subspan(begin, width)));
  }
  Estimate estimate = mean_estimate(rows);
  estimate.bias = Bias::lower;
  return estimate;
}

double ciwae(LogWeights log_w, double beta) {
  if (!(beta >= 0.0 && beta <= 1.0)) throw Error("CIWAE needs 0 <= beta <= 1.");
  require_weights(log_w);
  if (beta == 0.0) return iwae_value(log_w);  // 0 * -inf
  if (beta == 1.0) return tempered_mean_unchecked(log_w, 0.0);
  return beta * tempered_mean_unchecked(log_w, 0.0) + (1.0 - beta) * iwae_value(log_w);
}

double leave_one_out_iwae(LogWeights log_w) {
  require_weights(log_w);
  const std::size_t n = log_w.size();
  if (n < 2) throw Error("Leaving one weight out needs at least two.");
  // Sums before and after i: subtracting w_i from the total would cancel where it dominates.
  std::vector<double> after(n + 1, -kInfinity);
  for (std::size_t i = n; i-- > 0;) after[i] = log_add_exp(after[i + 1], log_w[i]);
  double before = -kInfinity, sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += log_add_exp(before, after[i + 1]);
    before = log_add_exp(before, log_w[i]);
  }
  return sum / count(log_w) - std::log(count(log_w) - 1.0);
}

Estimate jackknife_iwae(LogWeights log_w) {
  const double without = leave_one_out_iwae(log_w), all = iwae_value(log_w);
  Estimate estimate{.bias = Bias::unknown};
  // K L_K - (K - 1) L_{K-1} as a correction of L_K, which loses no digits to K.
  estimate.value = all == -kInfinity ? all : all + (count(log_w) - 1.0) * (all - without);
  estimate.note = "bias O(1/K²); no bound";
  return estimate;
}

double tempered_mean(LogWeights log_w, double b) {
  require_weights(log_w);
  if (!(b >= 0.0 && std::isfinite(b))) throw Error("Weights are tempered with b >= 0, finite.");
  return tempered_mean_unchecked(log_w, b);
}

double tvo_left(LogWeights log_w, std::span<const double> partition) {
  return riemann_sum(log_w, partition, 0);
}

double tvo_right(LogWeights log_w, std::span<const double> partition) {
  return riemann_sum(log_w, partition, 1);
}

double tvo_integral(LogWeights log_w) {
  require_weights(log_w);
  const auto integrand = [&](double b) { return tempered_mean_unchecked(log_w, b); };
  return boost::math::quadrature::gauss<double, 32>::integrate(integrand, 0.0, 1.0);
}

std::vector<double> log_spaced_partition(std::int64_t intervals, double first) {
  if (intervals < 1 || !(first > 0.0 && first < 1.0)) {
    throw Error("A log-spaced partition needs an interval or more and a first point in (0, 1).");
  }
  std::vector<double> partition{0.0};
  for (std::int64_t t = 1; t < intervals; ++t) {
    const double left = static_cast<double>(intervals - t) / static_cast<double>(intervals - 1);
    partition.push_back(std::pow(first, left));
  }
  partition.push_back(1.0);
  return partition;
}

std::vector<double> normalised_weights(LogWeights log_w) {
  require_weights(log_w);
  const double total = logsumexp(log_w);
  if (total == -kInfinity) throw Error("Importance weights: all are zero; none is normalised.");
  std::vector<double> weights;
  weights.reserve(log_w.size());
  for (const double l : log_w) weights.push_back(std::exp(l - total));
  return weights;
}

double effective_sample_size(LogWeights log_w) {
  double squares = 0.0;
  for (const double w : normalised_weights(log_w)) squares += w * w;
  return 1.0 / squares;  // not clamped: that it lies in [1, K] is checked
}

double weight_entropy(LogWeights log_w) {
  double sum = 0.0;
  for (const double w : normalised_weights(log_w)) sum -= x_log_x(w);
  return sum;
}

double perplexity(LogWeights log_w) { return std::exp(weight_entropy(log_w)); }

double largest_weight(LogWeights log_w) {
  const auto weights = normalised_weights(log_w);
  return *std::max_element(weights.begin(), weights.end());
}

double surrogate(LogWeights log_w) {
  require_weights(log_w);
  return tempered_mean_unchecked(log_w, 1.0);
}

namespace estimators::importance {

std::vector<EstimatorSpec> specs() {
  const std::string between = "delta method within a set; between images over a data set";
  const std::string linear = "O(K) beside K decoder passes";
  return {
      {.name = "mean_log_weight",
       .quantity = "elbo",
       .summary = "mean of the log-weights: the evidence lower bound by Monte Carlo",
       .equation = "\\frac1K\\sum_k\\ln w_k,\\quad w_k=\\frac{p(x,z_k)}{q(z_k\\mid x)}",
       .unicode = "(1/K) Σₖ ln wₖ,  wₖ = p(x, zₖ) / q(zₖ|x)",
       .unit = "nats",
       .bias = Bias::none,
       .bias_note = "unbiased for the ELBO, which is below ln p(x) by KL(q(z|x)‖p(z|x))",
       .standard_error = "sd / √K within a set; between images over a data set",
       .cost = linear,
       .confused_with = "the bound at z = μ, which is no bound",
       .reference = "Kingma & Welling 2013, eq. 6"},
      {.name = "iwae",
       .quantity = "log_likelihood",
       .summary = "logarithm of the mean of K importance weights",
       .equation = "\\mathcal L_K=\\ln\\frac1K\\sum_kw_k",
       .unicode = "L_K = ln (1/K) Σₖ wₖ",
       .unit = "nats",
       .bias = Bias::lower,
       .bias_note = "ln p − E L_K ≈ Var w / (2 K p²); rises with K",
       .standard_error = between,
       .cost = linear,
       .confused_with = "Σ w̃ₖ ln wₖ, which has its gradient and is too high by ln K − H(w̃)",
       .reference = "Burda, Grosse & Salakhutdinov 2016, eq. 8"},
      {.name = "miwae",
       .quantity = "log_likelihood",
       .summary = "mean of M bounds of K weights each",
       .equation = "\\frac1M\\sum_m\\ln\\frac1K\\sum_kw_{mk}",
       .unicode = "(1/M) Σₘ ln (1/K) Σₖ wₘₖ",
       .unit = "nats",
       .bias = Bias::lower,
       .bias_note = "has the expectation of L_K",
       .standard_error = "sd / √M between the rows",
       .cost = "O(M K) beside M K decoder passes",
       .confused_with = "the same weights with M and K exchanged",
       .reference = "Rainforth et al. 2018"},
      {.name = "ciwae",
       .quantity = "log_likelihood",
       .summary = "convex combination of the ELBO and L_K",
       .equation = "\\beta\\,\\overline{\\ln w}+(1-\\beta)\\mathcal L_K",
       .unicode = "β mean ln w + (1 − β) L_K",
       .unit = "nats",
       .bias = Bias::lower,
       .bias_note = "between the ELBO and E L_K",
       .standard_error = "between images",
       .cost = linear,
       .reference = "Rainforth et al. 2018"},
      {.name = "renyi_bound",
       .quantity = "log_likelihood",
       .summary = "Rényi variational bound of any order",
       .equation = "\\mathcal L_\\alpha=\\frac1{1-\\alpha}\\ln\\frac1K\\sum_kw_k^{1-\\alpha}",
       .unicode = "L_α = 1/(1−α) · ln (1/K) Σₖ wₖ^(1−α)",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "lower for 0 ≤ α ≤ 1; for α < 0 the exact value is an upper bound, this "
                    "estimate of it is biased low and bounds nothing",
       .standard_error = "between images",
       .cost = linear,
       .confused_with = "the Rényi divergence",
       .reference = "Li & Turner 2016, eq. 4 and 5"},
      {.name = "cubo",
       .quantity = "log_likelihood",
       .summary = "χ upper bound of order n",
       .equation = "\\frac1n\\ln\\frac1K\\sum_kw_k^n",
       .unicode = "(1/n) ln (1/K) Σₖ wₖⁿ",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "the exact value is at least ln p; the estimate of it is biased low and may "
                    "fall below ln p",
       .standard_error = "between images",
       .cost = linear,
       .confused_with = "an upper bound at finite K",
       .reference = "Dieng et al. 2017"},
      {.name = "jackknife_iwae",
       .quantity = "log_likelihood",
       .summary = "L_K with its bias of order 1/K removed (JVI-1)",
       .equation = "K\\mathcal L_K-(K-1)\\,\\overline{\\mathcal L_{K-1}^{(-i)}}",
       .unicode = "K L_K − (K − 1) mean over i of L_{K−1} without weight i",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "O(1/K²), either sign",
       .standard_error = "between images",
       .cost = linear,
       .confused_with = "a lower bound",
       .reference = "Nowozin 2018"},
      {.name = "tvo",
       .quantity = "log_likelihood",
       .summary =
           "thermodynamic integral over tempered weights: left, right and Gauss-Legendre sums",
       .equation = "\\int_0^1\\frac{\\sum_kw_k^b\\ln w_k}{\\sum_kw_k^b}\\,db=\\mathcal L_K",
       .unicode = "∫₀¹ Σ wₖᵇ ln wₖ / Σ wₖᵇ db = L_K",
       .unit = "nats",
       .bias = Bias::unknown,
       .bias_note = "left sum: lower. The right sum is above L_K on the same weights, but no upper "
                    "bound of ln p",
       .standard_error = "between images",
       .cost = "O(K T) for T points",
       .confused_with = "the sums with exact intermediate laws, of which the right one is an upper "
                        "bound",
       .reference = "Masrani, Le & Wood 2019"},
      {.name = "effective_sample_size",
       .quantity = "ess",
       .summary = "number of equal weights with the same variance of the mean",
       .equation = "\\frac{(\\sum w)^2}{\\sum w^2}",
       .unicode = "(Σ w)² / Σ w²",
       .unit = "1",
       .minimum = 1.0,
       .bias = Bias::unknown,
       .bias_note = "blind to modes that no sample met",
       .standard_error = "between images",
       .cost = "O(K)",
       .confused_with = "the perplexity exp(H(w̃)), never smaller",
       .reference = "Kish 1965; Owen 2013, section 9.3"},
      {.name = "perplexity",
       .quantity = "weight_perplexity",
       .summary = "exponential of the entropy of the normalised weights",
       .equation = "e^{-\\sum\\tilde w_k\\ln\\tilde w_k}",
       .unicode = "exp(−Σ w̃ₖ ln w̃ₖ)",
       .unit = "1",
       .minimum = 1.0,
       .bias = Bias::unknown,
       .bias_note = "blind to modes that no sample met",
       .standard_error = "between images",
       .cost = "O(K)",
       .confused_with = "the effective sample size, never larger",
       .reference = "Cappé et al. 2008"},
      {.name = "pareto_k",
       .quantity = "pareto_k",
       .summary = "shape of a generalised Pareto law fitted to the largest weights",
       .equation = "\\hat k",
       .unicode = "k̂ of the largest min(K/5, 3√K) weights, shrunk towards ½",
       .unit = "1",
       .bias = Bias::unknown,
       .bias_note = "reliable below min(1 − 1/log₁₀ K, 0.7); above 0.7 the bound is far from its "
                    "limit, above 1 the weights may have no mean",
       .standard_error = "between images",
       .cost = "O(K log K)",
       .confused_with = "the effective sample size, which looks at the weights that were seen only",
       .reference = "Vehtari et al. 2024; Zhang & Stephens 2009"}};
}

}  // namespace estimators::importance
}  // namespace elbow
