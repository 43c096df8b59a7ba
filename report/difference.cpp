#include "report/difference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow::report {
namespace {

std::optional<Interval> interval_of(double value, const std::optional<double>& se, double dof) {
  if (!se) return std::nullopt;
  return std::isfinite(dof) ? t_interval(value, *se, dof) : normal_interval(value, *se);
}

/// Satterthwaite: the variance of the difference as a multiple of chi-squared.
double combined_dof(double a, double a_dof, double b, double b_dof) {
  const double denominator = a * a / a_dof + b * b / b_dof;  // a term is 0 for infinite dof
  return denominator > 0.0 ? (a + b) * (a + b) / denominator
                           : std::numeric_limits<double>::infinity();
}

}  // namespace

std::optional<Interval> Measured::interval() const { return interval_of(value, se, dof); }
std::optional<Interval> Difference::interval() const { return interval_of(value, se, dof); }

std::string_view to_string(Test test) {
  switch (test) {
    case Test::unpaired:
      return "unpaired";
    case Test::welch:
      return "welch";
    case Test::prediction:
      return "prediction";
    case Test::none:
      break;
  }
  return "none";
}

Measured measured_once(double value, std::optional<double> se, double dof) {
  if (se && !std::isfinite(*se)) se.reset();
  return {value, se, dof, 1, 0.0, se ? ErrorSource::data : ErrorSource::none};
}

Measured measured_of_series(double value, double se, double dof) {
  Measured m = measured_once(value, se, dof);
  if (m.se) m.source = ErrorSource::series;
  return m;
}

Measured measured_over_seeds(std::span<const Measured> per_seed) {
  if (per_seed.empty()) throw Error("There is no number to average.");
  if (per_seed.size() == 1) return per_seed[0];
  std::vector<double> values;
  for (const Measured& one : per_seed) values.push_back(one.value);
  const double n = static_cast<double>(values.size());
  Measured all;
  all.value = mean(values);
  all.seeds = static_cast<int>(values.size());
  all.dof = n - 1.0;
  all.spread = std::sqrt(sample_variance(values));
  if (std::isfinite(all.spread)) {
    all.se = all.spread / std::sqrt(n);
    all.source = ErrorSource::seeds;
  }
  return all;
}

Difference difference(const Measured& a, const Measured& b) {
  Difference d;
  d.value = b.value - a.value;
  if (!a.se || !b.se || !std::isfinite(d.value)) {
    // One number that is no mean over samples (a probe) can still be held against several seeds.
    const bool predicts = std::isfinite(d.value) && (a.seeds > 1) != (b.seeds > 1);
    if (!predicts) return d;
  }
  if ((a.seeds > 1) != (b.seeds > 1)) {
    const Measured& several = a.seeds > 1 ? a : b;
    if (several.source != ErrorSource::seeds) return d;
    d.se = several.spread * std::sqrt(1.0 + 1.0 / several.seeds);
    d.dof = several.dof;
    d.test = Test::prediction;
  } else {
    const double va = *a.se * *a.se, vb = *b.se * *b.se;
    d.se = std::sqrt(va + vb);
    d.dof = combined_dof(va, a.dof, vb, b.dof);
    d.test = a.seeds > 1 ? Test::welch : Test::unpaired;
  }
  if (!(*d.se > 0.0)) {  // constants: they are equal or they are not
    d.test = Test::none;
    return d;
  }
  const double t = d.value / *d.se;
  d.p = std::isfinite(d.dof) ? student_t_two_sided(t, d.dof) : 2.0 * normal_cdf(-std::fabs(t));
  return d;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(p.size() - i) * p[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

}  // namespace elbow::report
