// Pairs of known laws in one and two dimensions: every divergence by every route that is known, the
// inequalities between them, and every sample estimator against the exact value.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/estimators/energy.h"
#include "math/estimators/log_ratio.h"
#include "math/estimators/mmd.h"
#include "math/estimators/two_sample.h"
#include "math/threefry.h"
#include "problems/checks.h"

namespace elbow::problems::two_densities {
namespace {

/// Two laws and what is known of their ratio without a sample.
struct Pair {
  std::string name, p, q;
  /// int q⁴/p³ and int p⁴/q³ are finite: for Gaussians 4/Σ_q − 3/Σ_p > 0, and the other way.
  bool forward_fourth = false, backward_fourth = false;
  bool gaussian = false;  ///< ln p/q is quadratic, as the logistic critic is
};

const std::vector<Pair>& pairs() {
  static const std::vector<Pair> all = {
      {"A", "normal(0,1)", "normal(1,1)", true, true, true},
      {"B", "normal(0,1)", "normal(1,2)", false, true, true},
      {"laplace", "laplace(0,1)", "normal(0.5,1.5)", true, false},
      {"mixture", "mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(0,2)", false, true},
      {"uniform", "uniform(0,1)", "uniform(0.25,1.5)"},
      {"plane", "normal([0,0],[[1,0],[0,1]])", "normal([1,0],[[1,0.3],[0.3,1]])", true, false,
       true},
      {"same", "normal(0,1)", "normal(0,1)", true, true, true}};
  return all;
}

using Exact = std::map<std::string, double>;

/// All exact values, one a quantity; two routes to one quantity are compared.
Exact exact_values(const Checks& checks, const std::vector<Finding>& findings) {
  Exact values;
  std::map<std::string, std::string> route;
  for (const Finding& f : findings) {
    const std::string key = f.quantity;
    if (const auto first = values.find(key); first != values.end()) {
      checks.oracle("routes/" + key + "/" + f.estimator, "two routes to one divergence agree",
                    f.estimate.value, first->second, 1e-8);
    } else {
      values[key] = f.estimate.value;
    }
  }
  return values;
}

/// G39 and other inequalities between exact values.
void check_inequalities(const Checks& checks, const Exact& v) {
  const auto has = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      if (v.count(key) == 0) return false;
    return true;
  };
  const auto at = [&](const char* key) { return v.at(key); };
  const double ln2 = std::log(2.0);
  if (has({"jensen_shannon", "le_cam"})) {
    checks.bound("G39/le_cam/lower", "Δ/4 ≤ JSD", 0.25 * at("le_cam"), at("jensen_shannon"), 1e-10);
    checks.bound("G39/le_cam/upper", "JSD ≤ ½ ln 2 · Δ", at("jensen_shannon"),
                 0.5 * ln2 * at("le_cam"), 1e-10);
  }
  if (has({"total_variation", "le_cam"})) {
    checks.bound("G39/tv/lower", "Δ/2 ≤ TV", 0.5 * at("le_cam"), at("total_variation"), 1e-10);
    checks.bound("G39/tv/upper", "TV ≤ √(Δ/2)", at("total_variation"),
                 std::sqrt(0.5 * at("le_cam")), 1e-10);
  }
  if (has({"total_variation", "squared_hellinger"})) {
    const double h = at("squared_hellinger");
    checks.bound("G39/hellinger/lower", "H² ≤ TV", h, at("total_variation"), 1e-10);
    checks.bound("G39/hellinger/upper", "TV ≤ √(H² (2 − H²))", at("total_variation"),
                 std::sqrt(h * (2.0 - h)), 1e-10);
  }
  if (has({"total_variation", "jensen_shannon"}))
    checks.bound("G39/js_tv", "JSD ≤ ln 2 · TV", at("jensen_shannon"), ln2 * at("total_variation"),
                 1e-10);
  if (has({"total_variation", "kl"}))
    checks.bound("G39/pinsker", "TV ≤ √(KL/2)", at("total_variation"), std::sqrt(0.5 * at("kl")),
                 1e-10);
  if (has({"kl", "pearson_chi2"}))
    checks.bound("G39/chi2", "KL ≤ ln(1 + χ²)", at("kl"), std::log1p(at("pearson_chi2")), 1e-10);
  if (has({"kl", "reverse_kl", "jeffreys"}))
    checks.exact("D/jeffreys", "Jeffreys = KL + reverse KL", at("jeffreys"),
                 at("kl") + at("reverse_kl"), 1e-9);
  if (has({"renyi", "squared_hellinger"}))
    checks.exact("D/renyi", "Rényi of order ½ = −2 ln(1 − H²)", at("renyi"),
                 -2.0 * std::log1p(-at("squared_hellinger")), 1e-9);
  if (has({"alpha", "squared_hellinger"}))
    checks.exact("D/alpha", "α-divergence at ½ = 4 H²", at("alpha"), 4.0 * at("squared_hellinger"),
                 1e-9);
  if (has({"wasserstein1", "wasserstein2_squared"}))
    checks.bound("D/wasserstein", "W₁² ≤ W₂²", at("wasserstein1") * at("wasserstein1"),
                 at("wasserstein2_squared"), 1e-9);
}

/// k3 and NWJ average the ratio of the densities: where its fourth power has no expectation, their
/// standard errors have no variance and a z says nothing.
bool heavy_tailed(const std::string& name, const std::string& quantity, const Pair& pair) {
  if (name != "k3" && name != "nwj") return false;
  return (quantity == "kl") == (name == "k3") ? !pair.forward_fourth : !pair.backward_fourth;
}

/// The same, seen in the tail of the samples where the critic is fitted.
bool averages_exponential_without_error(const std::string& name, const Estimate& e) {
  return (name == "donsker_varadhan" || name == "nwj") && !e.se;
}

/// What the bias of an estimator may be from n points of each of these pairs, whose standard
/// deviations add up to at most 4.3; nothing where no allowance is known.
std::optional<double> bias_allowance(const std::string& name, const Pair& pair, double n,
                                     double truth) {
  // Diagonal terms: E‖X − X'‖ ≤ σ√2 of both over n; 4 kernels of 1 at 0 of both over n.
  if (name == "energy_biased") return 7.0 / n;
  if (name == "mmd2_biased") return 8.0 / n;
  // (σ_p² + σ_q²)/n ≤ 9/n from the means, to leading order half of it from the covariances.
  if (name == "frechet" || name == "frechet_extrapolated") return 20.0 / n;
  // Triangle inequality, and E W₁(Pₙ, P) = ∫ E|Fₙ − F| ≤ ∫ √(F (1 − F)) / √n: 6.40 of both for the
  // mixture and N(0, 2²), less for the other pairs.
  if (name == "wasserstein1_exact") return 7.0 / std::sqrt(n);
  // What follows has the right rate in n; its constants are no theorem.
  // E W₂²(Pₙ, P) ≤ c σ² ln n / n of log-concave laws (Bobkov & Ledoux 2019), c = ½ taken.
  if (name == "wasserstein2_squared_exact") {
    const double error = 3.0 * std::sqrt(std::log(n) / n);  // σ √(½ ln n / n) of both
    return 2.0 * std::sqrt(truth) * error + error * error;
  }
  // Neighbours at distances of (k/n)^(1/d), k = 5, worst in the plane.
  const double neighbours = std::sqrt(5.0 / n);
  if (name == "knn_squared_hellinger") return 0.5 * neighbours;
  if (name == "knn_renyi") return neighbours;
  if (name == "knn_alpha") return 2.0 * neighbours;
  // A critic of the right family: what its fitted coefficients, O(1/√n) off, leave out of the se.
  const bool critic = name.starts_with("logistic_") || name == "donsker_varadhan" || name == "nwj";
  if (critic && pair.gaussian) return 3.0 / std::sqrt(n);
  return {};
}

/// An estimate against the truth, as its bias allows. What is not a number fails.
void check_estimate(const Checks& checks, const std::string& id, const Estimate& e, double truth,
                    bool heavy, std::optional<double> allowance) {
  if (std::isnan(e.value) || (std::isfinite(truth) && !std::isfinite(e.value))) {
    checks.oracle(id, "an estimate is a number", e.value, truth, 0.0);
    return;
  }
  if (!std::isfinite(truth)) return;
  const double se = e.se.value_or(0.0);
  if (heavy) {
    checks.optimum(id, "an estimate with heavy tails beside the exact value", e.value, truth);
    return;
  }
  if (e.bias == Bias::lower) {
    checks.bound(id, "an estimate that is low on average ≤ the exact value", e.value, truth, 1e-9,
                 se);
  } else if (e.bias == Bias::upper) {
    checks.bound(id, "the exact value ≤ an estimate that is high on average", truth, e.value, 1e-9,
                 se);
  } else if (e.bias == Bias::none) {
    checks.statistical(id, "an unbiased estimate = the exact value", e.value, truth, se);
  } else if (!allowance) {
    checks.optimum(id, "an estimate beside the exact value", e.value, truth, se);
  }
  if (allowance)
    checks.bound(id + "/near", "|an estimate − the exact value| ≤ the bias it may have",
                 std::abs(e.value - truth), *allowance, 1e-9, se);
}

/// Degenerate at P = Q: not normal, and the variance estimate may be negative.
bool is_u_or_v_statistic(const std::string& name) {
  return name == "energy_unbiased" || name == "mmd2_unbiased" || name == "energy_biased" ||
         name == "mmd2_biased";
}

/// Tests of P = Q on samples of one law. 1e-4 can be reached: 1 / (1 + R) is below it.
void check_permutations(const Checks& checks, const PointsView& x, const PointsView& y,
                        const DivergenceSettings& settings, std::uint64_t seed) {
  constexpr std::int64_t kPoints = 100, kRelabellings = 19999;
  CounterStream random(seed, 63);
  const PointsView a = x.rows(0, kPoints), b = y.rows(0, kPoints);
  const std::string statement = "the permutation test does not reject P = Q: 10⁻⁴ ≤ p";
  checks.bound("samples/energy/energy_unbiased", statement, 1e-4,
               energy_permutation_test(a, b, kRelabellings, random).p_value, 0.0);
  checks.bound(
      "samples/mmd2/mmd2_unbiased", statement, 1e-4,
      mmd_permutation_test(a, b, Kernel::rbf(settings.bandwidths), kRelabellings, random).p_value,
      0.0);
}

std::vector<double> log_ratios(const Density& p, const Density& q, const Points& x) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::span<const double> row(x.row(i), static_cast<std::size_t>(x.dim()));
    values.push_back(p.log_density(row) - q.log_density(row));
  }
  return values;
}

/// k3 is a mean of a skewed variable: the means of many blocks are nearly normal, and so is theirs.
void check_k3(const Checks& checks, const std::string& quantity, const Density& from,
              const Density& to, std::int64_t n, double truth, std::uint64_t seed) {
  constexpr std::uint64_t kBlocks = 64;
  std::vector<double> means;
  for (std::uint64_t block = 0; block < kBlocks; ++block)
    means.push_back(kl_k3(log_ratios(to, from, draw(from, n, seed, 100 + block))).value);
  double mean = 0.0, squares = 0.0;
  for (const double value : means) mean += value / static_cast<double>(kBlocks);
  for (const double value : means) squares += (value - mean) * (value - mean);
  checks.statistical("ratios/" + quantity + "/k3", "mean of 64 blocks of k3 = the exact value",
                     mean, truth,
                     std::sqrt(squares / static_cast<double>(kBlocks * (kBlocks - 1))));
}

void check_pair(const ProblemContext& context, const Checks& checks, const Pair& pair) {
  const DensityPtr p = parse_density(pair.p), q = parse_density(pair.q);
  const DivergenceSettings settings;
  const Exact exact = exact_values(checks, exact_divergences(*p, *q, settings));
  check_inequalities(checks, exact);
  const std::int64_t n = context.full ? 10000 : 1000;
  const Points x = draw(*p, n, context.seed, 61), y = draw(*q, n, context.seed, 62);
  for (const TwoSampleEstimator& estimator : two_sample_estimators(settings, p->dim())) {
    const auto truth = exact.find(estimator.quantity);
    if (truth == exact.end()) continue;
    if (pair.p == pair.q && is_u_or_v_statistic(estimator.name)) continue;
    const std::int64_t used = estimator.most_points > 0 ? std::min(n, estimator.most_points) : n;
    const Estimate estimate = evaluate(estimator, x, y, context.seed);
    const bool heavy = heavy_tailed(estimator.name, estimator.quantity, pair) ||
                       averages_exponential_without_error(estimator.name, estimate);
    check_estimate(checks, "samples/" + estimator.quantity + "/" + estimator.name, estimate,
                   truth->second, heavy,
                   bias_allowance(estimator.name, pair, static_cast<double>(used), truth->second));
  }
  if (pair.p == pair.q) check_permutations(checks, x, y, settings, context.seed);
  const auto infinite = [&](const char* quantity) {
    const auto found = exact.find(quantity);
    return found == exact.end() || std::isinf(found->second);
  };
  if (infinite("kl") || infinite("reverse_kl")) return;
  const RatioTails tails{.forward_infinite = infinite("neyman_chi2"),
                         .backward_infinite = infinite("pearson_chi2")};
  for (const KnownRatioEstimate& e :
       known_ratio_estimates(log_ratios(*p, *q, x), log_ratios(*p, *q, y), tails)) {
    const auto truth = exact.find(e.quantity);
    if (truth == exact.end()) continue;
    const bool heavy = heavy_tailed(e.name, e.quantity, pair), forward = e.quantity == "kl";
    if (e.name == "k3" && !heavy)
      check_k3(checks, e.quantity, forward ? *p : *q, forward ? *q : *p, n, truth->second,
               context.seed);
    else
      check_estimate(checks, "ratios/" + e.quantity + "/" + e.name, e.estimate, truth->second,
                     heavy, {});
  }
}

void run(const ProblemContext& context, const Emit& emit) {
  const Checks checks(emit);
  for (const Pair& pair : pairs()) {
    context.progress(pair.p + " against " + pair.q);
    check_pair(context, checks.under(pair.name), pair);
  }
}

}  // namespace

Problem entry() {
  return {.name = "two_densities",
          .summary =
              "known laws on the line and in the plane: divergences by every route and "
              "estimator",
          .truth = "closed form, quadrature",
          .reference = "Tsybakov 2009, chapter 2; the references of the estimators",
          .run = run};
}

}  // namespace elbow::problems::two_densities
