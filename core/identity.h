// Identities: statements that must hold between logged terms, and the verdict on one evaluation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elbow {

/// exact        algebra on the same tensors: relative residual within a rounding tolerance
/// bound        inequality lhs <= rhs on every batch, with the same tolerance
/// statistical  equality in expectation: z = (lhs - rhs) / se, flagged at |z| > 4
/// optimum      true at a stationary point only: reported as residual / se, never a failure
/// oracle       comparison with a known value
enum class IdentityKind { exact, bound, statistical, optimum, oracle };
enum class Verdict { holds, fails, inconclusive };

std::string_view to_string(IdentityKind kind);
std::string_view to_string(Verdict verdict);

/// Mean of one quantity over the samples of a record, with its standard error (0 when it is not a
/// mean over samples), both accumulated in float64.
struct Moments {
  double mean = 0.0;
  double se = 0.0;
  std::int64_t count = 1;
};

/// The numbers of one record by key, and the weight with which each term enters the loss of its
/// phase. Keys: term names; "loss/<phase>" (or "loss" for a single phase) is the scalar that was
/// back-propagated.
class Values {
 public:
  void set(const std::string& key, Moments moments) { moments_[key] = moments; }
  void set(const std::string& key, double value) { moments_[key] = {value, 0.0, 1}; }
  void set_weight(const std::string& phase, const std::string& key, double weight) {
    weights_[phase].emplace_back(key, weight);
  }
  bool contains(std::string_view key) const { return moments_.find(key) != moments_.end(); }
  /// Throws Error naming the key when it is absent.
  const Moments& at(std::string_view key) const;
  double operator[](std::string_view key) const { return at(key).mean; }
  const std::map<std::string, Moments, std::less<>>& all() const { return moments_; }
  /// (term, weight) pairs of a phase; empty when it was not evaluated in this record.
  const std::vector<std::pair<std::string, double>>& weights(const std::string& phase) const;
  /// The phases that were evaluated in this record, with their weights.
  const std::map<std::string, std::vector<std::pair<std::string, double>>>& phases() const {
    return weights_;
  }

 private:
  std::map<std::string, Moments, std::less<>> moments_;
  std::map<std::string, std::vector<std::pair<std::string, double>>> weights_;
};

/// Left and right side of a statement on one record; `se` is that of lhs - rhs (statistical,
/// optimum, bounds in expectation). `scale`: largest magnitude that entered either side before
/// cancellation.
struct Sides {
  double lhs = 0.0;
  double rhs = 0.0;
  double se = 0.0;
  double scale = 1.0;
};

/// A statement. `sides` returns nothing when the record lacks what it needs.
struct IdentitySpec {
  std::string id;  ///< "V1", "G5": stable, as in docs/conventions.md
  IdentityKind kind = IdentityKind::exact;
  std::string statement;  ///< Unicode: "Σ weight·term = loss that was back-propagated"
  std::function<std::optional<Sides>(const Values&)> sides;
  double tolerance = 2e-5;  ///< relative, float32; see `judge`
};

/// One evaluation, as written to checks.jsonl. `tolerance` is absolute: what `residual` = lhs - rhs
/// was held against (4 se for statistical). z = residual / se, 0 without a standard error.
struct CheckResult {
  std::string id;
  IdentityKind kind = IdentityKind::exact;
  std::string statement;
  double lhs = 0.0, rhs = 0.0, residual = 0.0, se = 0.0, tolerance = 0.0, z = 0.0;
  Verdict verdict = Verdict::holds;
};

/// Verdict on one pair of sides.
///   exact, oracle  |lhs - rhs| <= tolerance * max(1, |lhs|, |rhs|, scale)
///   bound          lhs - rhs   <= the same, plus 4 se where there is one (a bound in expectation)
///   statistical    |z| <= 4, or equal within rounding, holds; without a standard error
///                  inconclusive; otherwise fails
///   optimum        always inconclusive; z is a convergence meter
/// A non-finite side fails (exact, bound, oracle) or is inconclusive (statistical, optimum).
CheckResult judge(const IdentitySpec& identity, const Sides& sides);

}  // namespace elbow
