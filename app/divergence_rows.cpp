#include "app/divergence_rows.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "core/error.h"
#include "instrumentation/text.h"
#include "math/divergences/enumeration.h"
#include "math/divergences/quantities.h"
#include "math/divergences/supports.h"
#include "math/estimators/sample_metrics.h"
#include "math/estimators/two_sample.h"
#include "math/sample_support.h"

namespace elbow::app {
namespace {

std::vector<double> log_ratios(const Density& p, const Density& q, const Points& points) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    const std::span<const double> x(points.row(i), static_cast<std::size_t>(points.dim()));
    result.push_back(p.log_density(x) - q.log_density(x));
  }
  return result;
}

// In more dimensions than the decision is made for, no standard error is claimed.
RatioTails ratio_tails(const Density& p, const Density& q) {
  if (!divergence_is_decidable(p, q)) return {.forward_infinite = true, .backward_infinite = true};
  const Supports supports = compare_supports(p, q);
  return {.forward_infinite = power_integral_diverges(p, q, -1.0),
          .backward_infinite = power_integral_diverges(p, q, 2.0),
          .q_outside_p = supports.q_outside_p,
          .p_outside_q = supports.p_outside_q};
}

/// Why samples are not independent; empty where they may be.
std::string dependence(const Ties& ties) {
  if (ties.same_sample) return "P and Q are the same points, and it takes them to be independent";
  // Atoms repeat within a sample too.
  const bool continuous = std::max(ties.within_p, ties.within_q) <= kMostTies;
  if (!continuous || ties.across <= kMostTies) return {};
  return significant(100.0 * ties.across, 2) +
         " % of the points are in both files, and it takes them to be independent";
}

std::vector<TwoSampleEstimator> all_estimators(const DivergenceSettings& settings,
                                               std::int64_t dim) {
  const SharedRatio ratio = shared_ratio(dim);
  std::vector<TwoSampleEstimator> all = two_sample_estimators(settings, dim, ratio);
  for (auto& metric : sample_metrics(settings, dim, ratio)) all.push_back(std::move(metric));
  return all;
}

std::vector<std::string> all_quantities() {
  std::vector<std::string> names = divergence_quantities();
  names.insert(names.end(), sample_quantities().begin(), sample_quantities().end());
  return names;
}

/// Exact values and estimates from the known ratio, by quantity.
std::multimap<std::string, Finding> known_rows(const RowSettings& settings, const Distribution& p,
                                               const Distribution& q, const RowEvents& events) {
  std::multimap<std::string, Finding> rows;
  const auto add = [&rows](Finding row) {
    const std::string quantity = row.quantity;
    rows.emplace(quantity, std::move(row));
  };
  std::vector<LeftOut> left_out;
  std::vector<Finding> exact;
  if (p.density && q.density) {
    exact = exact_divergences(*p.density, *q.density, settings.divergences, &left_out);
  } else if (p.discrete && q.discrete) {
    exact = enumerated_divergences(*p.discrete, *q.discrete, settings.divergences, &left_out);
  }
  for (const LeftOut& row : left_out) {
    events.left_out(row.quantity + ", " + row.estimator, row.why);
  }
  for (Finding& row : exact) add(std::move(row));
  if (!p.density || !q.density) return rows;
  for (auto& known : known_ratio_estimates(log_ratios(*p.density, *q.density, p.points),
                                           log_ratios(*p.density, *q.density, q.points),
                                           ratio_tails(*p.density, *q.density))) {
    add({known.quantity, known.name, std::move(known.estimate)});
  }
  return rows;
}

void announce_widths(const RowEvents& events, const std::multimap<std::string, Finding>& known,
                     const std::vector<TwoSampleEstimator>& estimators) {
  int quantity = display_width("quantity"), estimator = display_width("estimator");
  int unit = display_width("unit");
  const auto widen = [&](const std::string& of, const std::string& by) {
    quantity = std::max(quantity, display_width(of));
    estimator = std::max(estimator, display_width(by));
    unit = std::max(unit, display_width(unit_of_quantity(of)));
  };
  for (const auto& [name, row] : known) widen(name, row.estimator);
  for (const TwoSampleEstimator& e : estimators) widen(e.quantity, e.name);
  events.widths(quantity, estimator, unit);
}

/// The files' rows as distances of sets: without an error, which would need independent samples.
void forget_error(Estimate& e, const std::string& why) {
  e.se.reset();
  const auto end = why.find(',');
  e.note += (e.note.empty() ? "" : "; ") + why.substr(0, end) + ": no standard error";
}

}  // namespace

std::size_t find_rows(const RowSettings& settings, Distribution& p, Distribution& q,
                      const RowEvents& events) {
  std::string dependent;
  if (!p.known() && !q.known()) {
    const Ties ties = count_ties(p.points, q.points);
    dependent = dependence(ties);
    if (ties.same_sample) q.points = p.points;  // in one order: the first ones are the same, too
  }
  if (p.known()) p.points = p.draws(settings.samples, settings.seed, 1);
  if (q.known()) q.points = q.draws(settings.samples, settings.seed, 2);
  const auto estimators = all_estimators(settings.divergences, p.dim());
  if (p.known() && q.known()) events.begins("exact values", 0, estimators.size());
  const auto known = known_rows(settings, p, q, events);
  const Points more = p.known() ? p.draws(settings.samples, settings.seed, 5) : Points();
  announce_widths(events, known, estimators);
  std::size_t rows = 0, index = 0;
  for (const std::string& quantity : all_quantities()) {
    const auto [begin, end] = known.equal_range(quantity);
    for (auto row = begin; row != end; ++row, ++rows) events.found(row->second);
    for (const TwoSampleEstimator& estimator : estimators) {
      if (estimator.quantity != quantity) continue;
      const std::string what = estimator.quantity + ", " + estimator.name;
      events.begins(what, index++, estimators.size());
      try {
        if (!dependent.empty() && !estimator.of_sets) throw Error(dependent);
        Estimate estimate = evaluate(estimator, p.points, q.points, settings.seed);
        const std::string floor =
            p.known() ? floor_note(estimator, p.points, q.points, more, settings.seed)
                      : floor_note_of_halves(estimator, p.points, q.points, settings.seed);
        estimate.note += (estimate.note.empty() || floor.empty() ? "" : "; ") + floor;
        if (!dependent.empty()) forget_error(estimate, dependent);
        events.found({estimator.quantity, estimator.name, std::move(estimate)});
        ++rows;
      } catch (const Error& error) {
        events.left_out(what, error.what());
      }
    }
  }
  return rows;
}

}  // namespace elbow::app
