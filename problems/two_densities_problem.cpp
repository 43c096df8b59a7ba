// Pairs of known laws in one and two dimensions: every divergence by every route that is known, the
// inequalities between them, and every sample estimator against the exact value.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/estimators/energy.h"
#include "math/estimators/log_ratio.h"
#include "math/estimators/mmd.h"
#include "math/estimators/two_sample.h"
#include "math/threefry.h"
#include "problems/checks.h"
#include "problems/divergence_relations.h"
#include "problems/sample_estimates.h"

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

/// Degenerate at P = Q: not normal, and the variance estimate may be negative.
bool is_u_or_v_statistic(const std::string& name) {
  return name == "energy_unbiased" || name == "mmd2_unbiased" || name == "energy_biased" ||
         name == "mmd2_biased";
}

std::vector<double> log_ratios(const Density& p, const Density& q, const Points& x) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::span<const double> row(x.row(i), static_cast<std::size_t>(x.dim()));
    values.push_back(p.log_density(row) - q.log_density(row));
  }
  return values;
}

void check_permutations(const Checks& checks, const PointsView& x, const PointsView& y,
                        const DivergenceSettings& settings, std::uint64_t seed) {
  constexpr std::int64_t kPoints = 100, kRelabellings = 19999;
  CounterStream random(seed, 63);
  const PointsView a = x.rows(0, kPoints), b = y.rows(0, kPoints);
  check_permutation(checks, "samples/energy/energy_unbiased",
                    energy_permutation_test(a, b, kRelabellings, random).p_value);
  check_permutation(
      checks, "samples/mmd2/mmd2_unbiased",
      mmd_permutation_test(a, b, Kernel::rbf(settings.bandwidths), kRelabellings, random).p_value);
}

/// k3 is a mean of a skewed variable.
void check_k3(const Checks& checks, const std::string& quantity, const Density& from,
              const Density& to, std::int64_t n, double truth, std::uint64_t seed) {
  std::vector<double> means;
  for (std::uint64_t block = 0; block < 64; ++block)
    means.push_back(kl_k3(log_ratios(to, from, draw(from, n, seed, 100 + block))).value);
  check_blocks(checks, "ratios/" + quantity + "/k3", means, truth);
}

void check_samples(const ProblemContext& context, const Checks& checks, const Pair& pair,
                   const Density& p, const Density& q, const Exact& exact, const Points& x,
                   const Points& y) {
  const DivergenceSettings settings;
  const std::int64_t n = x.size();
  for (const TwoSampleEstimator& estimator : two_sample_estimators(settings, p.dim())) {
    const auto truth = exact.find(estimator.quantity);
    if (truth == exact.end()) continue;
    if (pair.p == pair.q && is_u_or_v_statistic(estimator.name)) continue;
    const std::int64_t used = estimator.most_points > 0 ? std::min(n, estimator.most_points) : n;
    const Estimate estimate = evaluate(estimator, x, y, context.seed);
    const bool heavy = heavy_tailed(estimator.name, estimator.quantity, pair) ||
                       averages_exponential_without_error(estimator.name, estimate);
    const std::string id = "samples/" + estimator.quantity + "/" + estimator.name;
    check_estimate(checks, id, estimate, truth->second, heavy,
                   bias_allowance(estimator.name, pair.gaussian, static_cast<double>(used)));
    const int order = estimator.name == "wasserstein1_exact"           ? 1
                      : estimator.name == "wasserstein2_squared_exact" ? 2
                                                                       : 0;
    if (order == 0) continue;
    // On a line by sorting; in the plane by assignment, O(n³).
    const std::int64_t points = p.dim() == 1 ? n : 200;
    check_repeats(checks, id, repeat_transport(estimator, p, q, order, points, 16, context.seed),
                  std::pow(truth->second, 1.0 / order));
  }
  if (pair.p == pair.q) check_permutations(checks, x, y, settings, context.seed);
}

void check_pair(const ProblemContext& context, const Checks& checks, const Pair& pair) {
  const DensityPtr p = parse_density(pair.p), q = parse_density(pair.q);
  const Exact exact = exact_values(checks, exact_divergences(*p, *q, {}));
  check_relations(checks, exact);
  const std::int64_t n = context.full ? 10000 : 1000;
  const Points x = draw(*p, n, context.seed, 61), y = draw(*q, n, context.seed, 62);
  check_samples(context, checks, pair, *p, *q, exact, x, y);
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
