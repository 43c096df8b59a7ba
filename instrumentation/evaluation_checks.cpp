#include "instrumentation/evaluation_checks.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "math/numeric.h"

namespace elbow {
namespace {

constexpr double kRounding = 1e-5;  // log-likelihoods are sums in float32

const Estimate* find(const std::vector<Measurement>& rows, const std::string& quantity) {
  const auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const Measurement& m) { return m.quantity == quantity; });
  return at == rows.end() ? nullptr : &at->estimate;
}

/// Errors are added as if the two were independent, which allows too much where they vary together.
/// `nested`: the order holds for every draw, so that no noise excuses a violation.
void at_most(const std::string& id, const std::string& low, const Estimate* a,
             const std::string& high, const Estimate* b, std::vector<CheckResult>& results,
             bool nested = false) {
  if (a == nullptr || b == nullptr) return;
  const IdentitySpec identity{.id = id,
                              .kind = IdentityKind::bound,
                              .statement = low + " ≤ " + high,
                              .sides = {},
                              .tolerance = kRounding};
  results.push_back(
      judge(identity, {.lhs = a->value,
                       .rhs = b->value,
                       .se = nested ? 0.0 : std::hypot(a->se.value_or(0.0), b->se.value_or(0.0))}));
}

/// K of "iwae/kK"; the ELBO has 1.
std::int64_t samples_of(const std::string& quantity) {
  return quantity == "elbo" ? 1 : std::stoll(quantity.substr(std::string("iwae/k").size()));
}

std::vector<const Measurement*> importance_bounds(const std::vector<Measurement>& rows) {
  std::vector<const Measurement*> bounds;
  for (const Measurement& row : rows) {
    if (row.quantity == "elbo" || row.quantity.starts_with("iwae/k")) bounds.push_back(&row);
  }
  return bounds;
}

/// What no sample can violate: ranges of statistics, whatever the noise.
void check_ranges(const std::vector<Measurement>& rows, std::vector<CheckResult>& results) {
  const auto number = [](double value) { return Estimate{.value = value, .exact = true}; };
  const auto most = [&](const char* id, const std::string& quantity, double largest,
                        const std::string& text) {
    const Estimate bound = number(largest);
    at_most(id, quantity, find(rows, quantity), text, &bound, results, true);
  };
  const auto least = [&](const char* id, const std::string& quantity, double smallest,
                         const std::string& text) {
    const Estimate bound = number(smallest);
    at_most(id, text, &bound, quantity, find(rows, quantity), results, true);
  };
  for (const char* from : {"", "/training", "/fitted"}) {
    most("G31", std::string("jensen_shannon/lower") + from, kLn2, "ln 2");
    most("G33", std::string("le_cam/lower") + from, 2.0, "2");
    most("G34", std::string("total_variation/lower") + from, 1.0, "1");
  }
  for (const char* share :
       {"precision", "recall", "coverage", "class/total_variation", "critic/auc"}) {
    least("G79", share, 0.0, "0");
    most("G79", share, 1.0, "1");
  }
  for (const char* positive : {"density", "frechet_lenet", "class/kl"}) {
    least("G79", positive, 0.0, "0");
  }
  least("G79", "lenet_score", 1.0, "1");
  // By the log-sum inequality, on one histogram: no noise between the two.
  const std::string missing = "class/kl/missing";
  at_most("G76", missing, find(rows, missing), "class/kl", find(rows, "class/kl"), results, true);
}

}  // namespace

std::vector<CheckResult> evaluation_checks(const std::vector<Measurement>& rows) {
  std::vector<CheckResult> results;
  const Estimate zero{.value = 0.0, .bias = Bias::none, .exact = true};
  const auto order = [&](const char* id, const std::string& low, const std::string& high) {
    at_most(id, low, find(rows, low), high, find(rows, high), results);
  };
  const auto positive = [&](const char* id, const std::string& quantity) {
    at_most(id, "0", &zero, quantity, find(rows, quantity), results);
  };
  const auto bounds = importance_bounds(rows);  // in the order of K
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    // On one set of weights a mean over blocks of K' rises with every K that K' divides.
    const std::int64_t fewer = samples_of(bounds[i - 1]->quantity);
    const std::int64_t more = samples_of(bounds[i]->quantity);
    const std::int64_t all = samples_of(bounds.back()->quantity);
    at_most("V25", bounds[i - 1]->quantity, &bounds[i - 1]->estimate, bounds[i]->quantity,
            &bounds[i]->estimate, results, more % fewer == 0 && all % more == 0);
  }
  order("V45", "bdmc/elbo", "bdmc/lower");
  positive("V45", "ais/above_elbo");
  positive("V45", "bdmc/gap");
  const std::string information = "aggregate/mutual_information";
  positive("V56", information);
  order("V56", information, "aggregate/kl");
  positive("V56", "aggregate/total_correlation");
  positive("V56", "aggregate/dimension_wise_kl");
  positive("V56", "aggregate/marginal_kl");
  order("V58", information + "/batch", information);
  order("V58", information, information + "/leave_one_out");
  for (const char* gain : {"duality_gap", "duality_gap/discriminator", "duality_gap/generator"}) {
    positive("G74", gain);
  }
  check_ranges(rows, results);
  return results;
}

}  // namespace elbow
