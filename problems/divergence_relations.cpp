#include "problems/divergence_relations.h"

#include <cmath>
#include <initializer_list>

namespace elbow::problems {

Exact exact_values(const Checks& checks, const std::vector<Finding>& findings) {
  Exact values;
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

void check_relations(const Checks& checks, const Exact& v) {
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

}  // namespace elbow::problems
