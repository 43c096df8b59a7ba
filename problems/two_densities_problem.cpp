// Pairs of known laws in one and two dimensions: every divergence by every route that is known, the
// inequalities between them, and every sample estimator against the exact value.
#include <cmath>
#include <map>

#include "math/densities/expression.h"
#include "math/divergences/exact.h"
#include "math/estimators/two_sample.h"
#include "problems/checks.h"

namespace elbow::problems::two_densities {
namespace {

struct Pair {
  std::string name, p, q;
};

const std::vector<Pair>& pairs() {
  static const std::vector<Pair> all = {
      {"A", "normal(0,1)", "normal(1,1)"},
      {"B", "normal(0,1)", "normal(1,2)"},
      {"laplace", "laplace(0,1)", "normal(0.5,1.5)"},
      {"mixture", "mixture(0.5*normal(-2,1),0.5*normal(2,1))", "normal(0,2)"},
      {"uniform", "uniform(0,1)", "uniform(0.25,1.5)"},
      {"plane", "normal([0,0],[[1,0],[0,1]])", "normal([1,0],[[1,0.3],[0.3,1]])"},
      {"same", "normal(0,1)", "normal(0,1)"}};
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

/// k3 and NWJ average the ratio of the densities: where its square has no expectation, a
/// chi-squared divergence being infinite, they have no standard error that means anything.
bool without_variance(const std::string& name, const std::string& quantity, const Exact& exact) {
  if (name != "k3" && name != "nwj") return false;
  const auto found =
      exact.find((quantity == "kl") == (name == "k3") ? "neyman_chi2" : "pearson_chi2");
  return found != exact.end() && std::isinf(found->second);
}

/// An estimate against the truth, as its bias allows.
void check_estimate(const Checks& checks, const std::string& id, const Estimate& e, double truth,
                    bool no_variance) {
  if (!std::isfinite(truth) || !std::isfinite(e.value)) return;
  const double se = e.se.value_or(0.0);
  if (no_variance) {
    checks.optimum(id, "an estimate without a variance beside the exact value", e.value, truth);
    return;
  }
  if (e.bias == Bias::lower) {
    checks.bound(id, "an estimate that is low on average ≤ the exact value", e.value, truth, 1e-9,
                 se);
  } else if (e.bias == Bias::upper) {
    checks.bound(id, "the exact value ≤ an estimate that is high on average", truth, e.value, 1e-9,
                 se);
  } else if (e.bias == Bias::none && se > 0.0) {
    checks.statistical(id, "an unbiased estimate = the exact value", e.value, truth, se);
  } else {
    checks.optimum(id, "an estimate beside the exact value", e.value, truth, se);
  }
}

std::vector<double> log_ratios(const Density& p, const Density& q, const Points& x) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::span<const double> row(x.row(i), static_cast<std::size_t>(x.dim()));
    values.push_back(p.log_density(row) - q.log_density(row));
  }
  return values;
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
    check_estimate(checks, "samples/" + estimator.quantity + "/" + estimator.name,
                   evaluate(estimator, x, y, context.seed), truth->second,
                   without_variance(estimator.name, estimator.quantity, exact));
  }
  const std::vector<double> at_p = log_ratios(*p, *q, x), at_q = log_ratios(*p, *q, y);
  for (const double ratio : at_p)
    if (!std::isfinite(ratio)) return;
  for (const double ratio : at_q)
    if (!std::isfinite(ratio)) return;
  const auto infinite = [&](const char* quantity) {
    const auto found = exact.find(quantity);
    return found == exact.end() || std::isinf(found->second);
  };
  const RatioTails tails{.forward_infinite = infinite("neyman_chi2"),
                         .backward_infinite = infinite("pearson_chi2")};
  for (const KnownRatioEstimate& e : known_ratio_estimates(at_p, at_q, tails))
    if (const auto truth = exact.find(e.quantity); truth != exact.end())
      check_estimate(checks, "ratios/" + e.quantity + "/" + e.name, e.estimate, truth->second,
                     without_variance(e.name, e.quantity, exact));
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
