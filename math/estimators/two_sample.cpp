#include "math/estimators/two_sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/error.h"
#include "math/estimators/energy.h"
#include "math/estimators/frechet.h"
#include "math/estimators/kde.h"
#include "math/estimators/knn_divergence.h"
#include "math/estimators/log_ratio.h"
#include "math/estimators/mmd.h"
#include "math/estimators/ulsif.h"
#include "math/estimators/wasserstein.h"
#include "math/numeric.h"
#include "math/remembered.h"
#include "math/statistics/pareto_tail.h"

namespace elbow {
namespace {

// O(n²) and O(n³) estimators stop growing here.
constexpr std::int64_t kMostNeighbours = 10000;
constexpr std::int64_t kMostPairs = 4000;
constexpr std::int64_t kMostAssigned = 700;
constexpr std::int64_t kMostFitted = 20000;
constexpr std::int64_t kRelabellings = 199;

using Table = std::vector<TwoSampleEstimator>;

Estimate given(Estimate e) {
  if (std::isnan(e.value)) throw Error(e.note);
  return e;
}

/// A bound on what is never negative that lies below 0 says so. It stays: without the low ones the
/// others would be no bound in expectation.
Estimate with_worth(Estimate e) {
  // Donsker and Varadhan's is above its expectation by half the squared error of its second term.
  if (e.bias == Bias::unknown) e.bias = Bias::lower;
  if (e.value < 0.0)
    e.note += (e.note.empty() ? "" : "; ") + std::string("below 0: it says nothing");
  return e;
}

/// Without the standard error of an estimate that is off by what no error of its kind can see.
Estimate without_error(Estimate e, const std::string& why) {
  if (e.se) e.note += (e.note.empty() ? "" : "; ") + why + ": no standard error";
  e.se.reset();
  return e;
}

/// A mean of ln p/q in a form that was assumed.
Estimate of_assumed_form(Estimate e) {
  return without_error(std::move(e), "what that costs is not known");
}

/// One member of the fitted ratio.
auto part_of(const SharedRatio& ratio, Estimate RatioDivergences::*part) {
  return [ratio, part](const PointsView& p, const PointsView& q, std::uint64_t seed) {
    return given(ratio(p, q, seed).*part);
  };
}

void add_kl(Table& table, const std::string& quantity, bool forward, std::int64_t k,
            const SharedRatio& ratio) {
  const auto ordered = [forward](auto estimate) {
    return [forward, estimate](const PointsView& p, const PointsView& q, std::uint64_t seed) {
      return forward ? estimate(p, q, seed) : estimate(q, p, seed);
    };
  };
  table.push_back({.quantity = quantity,
                   .name = "knn_kl",
                   .most_points = kMostNeighbours,
                   .estimate = ordered([k](const auto& p, const auto& q, std::uint64_t seed) {
                     return knn_kl(p, q, {.k = k, .seed = seed});
                   })});
  table.push_back({.quantity = quantity,
                   .name = "kde_kl",
                   .most_points = kMostPairs,
                   .most_dim = 3,
                   .estimate = ordered([](const auto& p, const auto& q, std::uint64_t) {
                     return without_error(kde_kl(p, q), "what smoothing costs is not known");
                   })});
  const auto bound = [&](const char* name, auto there, auto back) {
    table.push_back({.quantity = quantity,
                     .name = name,
                     .note = "critic: logistic regression",
                     .most_points = kMostFitted,
                     .estimate = [part = part_of(ratio, forward ? there : back)](
                                     const auto& p, const auto& q, std::uint64_t seed) {
                       return with_worth(part(p, q, seed));
                     }});
  };
  using Ratio = RatioDivergences;
  table.push_back({.quantity = quantity,
                   .name = "logistic_kl",
                   .most_points = kMostFitted,
                   .estimate = [part = part_of(ratio, forward ? &Ratio::kl : &Ratio::reverse_kl)](
                                   const auto& p, const auto& q, std::uint64_t seed) {
                     return of_assumed_form(part(p, q, seed));
                   }});
  bound("donsker_varadhan", &Ratio::donsker_varadhan, &Ratio::reverse_donsker_varadhan);
  bound("nwj", &Ratio::nwj, &Ratio::reverse_nwj);
}

void add_bounded(Table& table, std::int64_t k, const SharedRatio& ratio) {
  const auto bound = [&](const char* quantity, const char* name, auto member) {
    table.push_back({.quantity = quantity,
                     .name = name,
                     .most_points = kMostFitted,
                     .estimate = [part = part_of(ratio, member)](const auto& p, const auto& q,
                                                                 std::uint64_t seed) {
                       return with_worth(part(p, q, seed));
                     }});
  };
  table.push_back({.quantity = "jeffreys",
                   .name = "logistic_jeffreys",
                   .most_points = kMostFitted,
                   .estimate = [part = part_of(ratio, &RatioDivergences::jeffreys)](
                                   const auto& p, const auto& q, std::uint64_t seed) {
                     return of_assumed_form(part(p, q, seed));
                   }});
  bound("jensen_shannon", "logistic_jensen_shannon", &RatioDivergences::jensen_shannon);
  bound("total_variation", "logistic_total_variation", &RatioDivergences::total_variation);
  table.push_back({.quantity = "squared_hellinger",
                   .name = "knn_squared_hellinger",
                   .most_points = kMostNeighbours,
                   .estimate = [k](const auto& p, const auto& q, std::uint64_t seed) {
                     return knn_squared_hellinger(p, q, {.k = k, .seed = seed});
                   }});
}

void add_chi2(Table& table) {
  table.push_back({.quantity = "pearson_chi2",
                   .name = "ulsif_pearson_chi2",
                   .most_points = kMostPairs,
                   .estimate = [](const auto& p, const auto& q, std::uint64_t seed) {
                     return ulsif_pearson_chi2(p, q, {.seed = seed}).linear;
                   }});
  table.push_back({.quantity = "neyman_chi2",
                   .name = "ulsif_pearson_chi2",
                   .note = "P and Q swapped",
                   .most_points = kMostPairs,
                   .estimate = [](const auto& p, const auto& q, std::uint64_t seed) {
                     return ulsif_pearson_chi2(q, p, {.seed = seed}).linear;
                   }});
}

// (integral - 1) / (a (a - 1)).
Estimate knn_alpha(const PointsView& p, const PointsView& q, double a, const KnnOptions& options) {
  Estimate result = knn_alpha_integral(p, q, a, options);
  const double scale = a * (a - 1.0);
  result.value = (result.value - 1.0) / scale;
  if (result.se) *result.se /= std::fabs(scale);
  return result;
}

void add_orders(Table& table, const std::vector<double>& orders, std::int64_t k) {
  for (const bool is_renyi : {true, false}) {
    for (const double a : orders) {
      if (a == 0.0 || a == 1.0 || std::fabs(1.0 - a) >= static_cast<double>(k)) continue;
      if (is_renyi && a < 0.0) continue;
      table.push_back(
          {.quantity = is_renyi ? "renyi" : "alpha",
           .name = is_renyi ? "knn_renyi" : "knn_alpha",
           .note = order_note(a),
           .most_points = kMostNeighbours,
           .estimate = [a, k, is_renyi](const auto& p, const auto& q, std::uint64_t seed) {
             const KnnOptions options{.k = k, .seed = seed};
             return is_renyi ? knn_renyi(p, q, a, options) : knn_alpha(p, q, a, options);
           }});
    }
  }
}

void add_transport(Table& table, std::int64_t dim) {
  const bool line = dim == 1;
  const std::int64_t most = line ? 0 : kMostAssigned;
  table.push_back(
      {.quantity = "wasserstein1",
       .name = "wasserstein1_exact",
       .most_points = most,
       .equal_sizes = !line,
       .has_floor = true,
       .of_sets = true,
       .estimate = [](const auto& p, const auto& q, std::uint64_t) { return wasserstein1(p, q); }});
  table.push_back({.quantity = "wasserstein2_squared",
                   .name = "wasserstein2_squared_exact",
                   .most_points = most,
                   .equal_sizes = !line,
                   .has_floor = true,
                   .of_sets = true,
                   .estimate = [](const auto& p, const auto& q, std::uint64_t) {
                     return wasserstein2_squared(p, q);
                   }});
}

void add_kernels(Table& table, std::int64_t dim, const std::vector<double>& bandwidths) {
  const std::int64_t most = dim == 1 ? 0 : kMostRelabelledPairs;
  table.push_back({.quantity = "energy",
                   .name = "energy_unbiased",
                   .most_points = most,
                   .has_floor = true,
                   .estimate = [](const auto& p, const auto& q,
                                  std::uint64_t) { return energy_unbiased(p, q); },
                   .test =
                       [](const auto& p, const auto& q, std::uint64_t seed) {
                         return permutation_test_of(p, q, Kernel::negative_distance(), seed);
                       }});
  table.push_back({.quantity = "energy",
                   .name = "energy_biased",
                   .most_points = most,
                   .has_floor = true,
                   .of_sets = true,
                   .estimate = [](const auto& p, const auto& q, std::uint64_t) {
                     return energy_biased(p, q);
                   }});
  const std::string note = bandwidth_note(bandwidths);
  const auto mmd = [&](std::string name, std::int64_t most_points, auto estimate) {
    table.push_back(
        {.quantity = "mmd2",
         .name = std::move(name),
         .note = note,
         .most_points = most_points,
         .has_floor = true,
         .estimate = [bandwidths, estimate](const auto& p, const auto& q, std::uint64_t) {
           return estimate(p, q, Kernel::rbf(bandwidths));
         }});
  };
  mmd("mmd2_unbiased", kMostRelabelledPairs, mmd2_unbiased);
  table.back().test = [bandwidths](const auto& p, const auto& q, std::uint64_t seed) {
    return permutation_test_of(p, q, Kernel::rbf(bandwidths), seed);
  };
  mmd("mmd2_biased", kMostRelabelledPairs, mmd2_biased);
  table.back().of_sets = true;
  mmd("mmd2_linear", 0, mmd2_linear);
}

void add_frechet(Table& table) {
  table.push_back(
      {.quantity = "frechet",
       .name = "frechet",
       .has_floor = true,
       .of_sets = true,
       .estimate = [](const auto& p, const auto& q, std::uint64_t) { return frechet(p, q); }});
  table.push_back({.quantity = "frechet",
                   .name = "frechet_extrapolated",
                   .estimate = [](const auto& p, const auto& q, std::uint64_t) {
                     return frechet_extrapolated(p, q);
                   }});
}

std::vector<double> negated(std::vector<double> x) {
  for (double& v : x) v = -v;
  return x;
}

// Of a mean of |l|^power.
Estimate without_doubtful_error(Estimate e, const std::vector<double>& log_ratio, double power) {
  std::vector<double> logs;
  for (const double l : log_ratio) logs.push_back(power * std::log(std::fabs(l)));
  const bool flat = std::all_of(logs.begin(), logs.end(), [](double l) { return l == -kInfinity; });
  return flat ? e : without_error_of_a_heavy_tail(std::move(e), logs, "the log-ratio");
}

Estimate k3_of(const std::vector<double>& log_ratio, bool infinite, bool outside,
               const std::string& other, const std::string& sampled) {
  Estimate result =
      without_error_of_a_heavy_tail(kl_k3(log_ratio), log_ratio, "the ratio of the densities");
  if (outside) {
    result.bias = Bias::lower;
    result.note += (result.note.empty() ? "too low by the mass of " : "; too low by the mass of ") +
                   other + " outside the support of " + sampled;
  } else if (infinite) {
    result.se.reset();
    result.note = "variance infinite, or not known to be finite: no standard error";
  }
  return result;
}

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

/// Points that the estimator takes of n and m.
std::pair<std::int64_t, std::int64_t> sizes_of(const TwoSampleEstimator& estimator, std::int64_t n,
                                               std::int64_t m) {
  if (estimator.most_points > 0) {
    n = std::min(n, estimator.most_points);
    m = std::min(m, estimator.most_points);
  }
  if (estimator.equal_sizes) n = m = std::min(n, m);
  return {n, m};
}

std::string two_digits(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.2g", value);
  return text.data();
}

std::string sizes_text(std::int64_t n, std::int64_t m) {
  return std::to_string(n) + (n == m ? " points each" : " and " + std::to_string(m) + " points");
}

}  // namespace

SharedRatio shared_ratio(std::int64_t dim) {
  // Squares and products are exact for two Gaussians; too many of them overfit.
  const LogisticOptions options{.quadratic = dim <= 10};
  return remembered([options](const PointsView& p, const PointsView& q, std::uint64_t seed) {
    return logistic_divergences(p, q, seed, options);
  });
}

std::vector<TwoSampleEstimator> two_sample_estimators(const DivergenceSettings& settings,
                                                      std::int64_t dim, const SharedRatio& ratio) {
  Table table;
  add_kl(table, "kl", true, settings.neighbours, ratio);
  add_kl(table, "reverse_kl", false, settings.neighbours, ratio);
  add_bounded(table, settings.neighbours, ratio);
  add_chi2(table);
  add_orders(table, settings.orders, settings.neighbours);
  add_transport(table, dim);
  add_kernels(table, dim, settings.bandwidths);
  add_frechet(table);
  std::erase_if(table,
                [dim](const TwoSampleEstimator& e) { return e.most_dim > 0 && dim > e.most_dim; });
  return table;
}

std::vector<TwoSampleEstimator> two_sample_estimators(const DivergenceSettings& settings,
                                                      std::int64_t dim) {
  return two_sample_estimators(settings, dim, shared_ratio(dim));
}

Estimate evaluate(const TwoSampleEstimator& estimator, const PointsView& p, const PointsView& q,
                  std::uint64_t seed) {
  const auto [n, m] = sizes_of(estimator, p.size(), q.size());
  Estimate result = estimator.estimate(p.rows(0, n), q.rows(0, m), seed);
  const std::string sizes = n < p.size() || m < q.size() ? "from " + sizes_text(n, m) : "";
  result.note = joined(joined(estimator.note, result.note), sizes);
  if (estimator.test) {
    const TwoSampleTest test = estimator.test(p.rows(0, n), q.rows(0, m), seed);
    result.note = joined(result.note, test.text);
    if (result.se) result.se = std::hypot(*result.se, test.spread);
  }
  return result;
}

std::string floor_note(const TwoSampleEstimator& estimator, const PointsView& p,
                       const PointsView& q, const PointsView& more, std::uint64_t seed) {
  if (!estimator.has_floor) return {};
  const auto [n, m] = sizes_of(estimator, p.size(), std::min(q.size(), more.size()));
  const double floor = estimator.estimate(p.rows(0, n), more.rows(0, m), seed).value;
  return "floor " + two_digits(floor) + " (two samples of P, " + sizes_text(n, m) + ")";
}

std::string floor_note_of_halves(const TwoSampleEstimator& estimator, const PointsView& p,
                                 const PointsView& q, std::uint64_t seed) {
  if (!estimator.has_floor) return {};
  const std::int64_t half = p.size() / 2;
  const PointsView first = p.rows(0, half), second = p.rows(half, p.size());
  const std::string floor = floor_note(estimator, first, q, second, seed);
  const auto whole = sizes_of(estimator, p.size(), q.size());
  const auto [n, m] = sizes_of(estimator, half, std::min(q.size(), second.size()));
  if (whole == std::pair(n, m)) return floor;
  const double there = estimator.estimate(p.rows(0, n), q.rows(0, m), seed).value;
  return floor + ", " + two_digits(there) + " between as many of P and Q";
}

TwoSampleTest permutation_test_of(const PointsView& p, const PointsView& q, const Kernel& kernel,
                                  std::uint64_t seed) {
  CounterStream random(seed, 7);
  const auto test = mmd_permutation_test(p, q, kernel, kRelabellings, random);
  return {
      "p = " + two_digits(test.p_value) + " (" + std::to_string(kRelabellings) + " relabellings)",
      std::sqrt(sample_variance(test.null_values))};
}

std::vector<KnownRatioEstimate> known_ratio_estimates(const std::vector<double>& at_p,
                                                      const std::vector<double>& at_q,
                                                      const RatioTails& tails) {
  // k1, k2, k3 take ln of the other density over the one that was sampled.
  const auto of_p = negated(at_p);
  const MixtureDivergences mixture = mixture_divergences(at_p, at_q);
  return {{"kl", "k1", without_doubtful_error(kl_k1(of_p), of_p, 1.0)},
          {"kl", "k2", without_doubtful_error(kl_k2(of_p), of_p, 2.0)},
          {"kl", "k3", k3_of(of_p, tails.forward_infinite, tails.q_outside_p, "Q", "P")},
          {"reverse_kl", "k1", without_doubtful_error(kl_k1(at_q), at_q, 1.0)},
          {"reverse_kl", "k2", without_doubtful_error(kl_k2(at_q), at_q, 2.0)},
          {"reverse_kl", "k3", k3_of(at_q, tails.backward_infinite, tails.p_outside_q, "P", "Q")},
          {"jensen_shannon", "jensen_shannon_known_ratio", mixture.jensen_shannon},
          {"total_variation", "total_variation_known_ratio", mixture.total_variation},
          {"squared_hellinger", "squared_hellinger_known_ratio", mixture.squared_hellinger},
          {"le_cam", "le_cam_known_ratio", mixture.le_cam}};
}

namespace estimators::two_sample {

std::vector<EstimatorSpec> specs() {
  return {
      {.name = "knn_alpha",
       .quantity = "alpha",
       .summary = "Alpha divergence from distances to nearest neighbours",
       .equation = R"(\frac{\hat I_a-1}{a(a-1)},\quad \hat I_a\approx\int p^aq^{1-a})",
       .unicode = "D_a ≈ (Î − 1) / (a (a − 1)), Î the neighbours' estimate of ∫ p^a q^(1−a)",
       .unit = "1",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note = "that of the integral's estimate: vanishing with n, large in many dimensions",
       .standard_error = "subsampling without replacement",
       .cost = "O(n (n + m) d)",
       .confused_with = "Rényi's divergence, a logarithm of the same integral",
       .reference = "Póczos & Schneider 2011; Cressie & Read 1984"},
      {.name = "logistic_jeffreys",
       .quantity = "jeffreys",
       .summary = "Sum of both KLs from one fitted log-ratio on held-out samples",
       .equation = R"(\overline T_P-\overline T_Q,\quad T=\ln\frac{\hat p}{\hat q})",
       .unicode = "J ≈ mean_P T − mean_Q T, T = ln p̂/q̂ by logistic regression",
       .unit = "nats",
       .minimum = 0.0,
       .bias = Bias::unknown,
       .bias_note =
           "that of the form of the fit: linear or quadratic in x, or in principal components",
       .standard_error = "delete-group jackknife of fit and evaluation",
       .cost = "O((n + m) f²) per Newton step, f features",
       .confused_with = "a lower bound: it is none",
       .reference = "Sugiyama et al. 2012, chapter 4"}};
}

}  // namespace estimators::two_sample
}  // namespace elbow
