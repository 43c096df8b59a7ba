#include "report/compare_charts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "report/numbers.h"
#include "report/thin.h"

namespace elbow::report {
namespace {

struct Columns {
  std::vector<double> x, y, se;
};

/// Of one run: step and row of each record that has the term; of a step logged twice the last one.
std::map<std::int64_t, std::size_t> rows_by_step(const Run& run, const std::string& term,
                                                 const std::string& split) {
  std::map<std::int64_t, std::size_t> rows;
  const SplitMetrics* metrics = run.split(split);
  for (std::size_t row = 0; metrics != nullptr && row < metrics->rows(); ++row) {
    if (metrics->logged(term, row)) rows[metrics->steps[row]] = row;
  }
  return rows;
}

/// Per run of the group the records of the steps that all of them have, all thinned alike: what is
/// averaged over seeds is of the same steps.
std::vector<Columns> columns_of(const Group& group, const std::string& term,
                                const std::string& split, At at, std::size_t points) {
  std::vector<std::map<std::int64_t, std::size_t>> rows;
  for (const Run* run : group.runs) rows.push_back(rows_by_step(*run, term, split));
  std::vector<Columns> all(rows.size());
  for (const auto& [step, unused] : rows.front()) {
    const bool everywhere =
        std::all_of(rows.begin(), rows.end(),
                    [at_step = step](const auto& run) { return run.contains(at_step); });
    if (!everywhere) continue;
    bool finite = true;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const SplitMetrics& metrics = *group.runs[r]->split(split);
      const std::size_t row = rows[r].at(step);
      all[r].x.push_back(position(*group.runs[r], metrics, row, at));
      all[r].y.push_back(metrics.at(term, row));
      all[r].se.push_back(metrics.at(term + ".se", row));
      finite = finite && std::isfinite(all[r].y.back());
    }
    // Thinning passes over what is no number: of all seeds at once, or their steps would differ.
    for (Columns& run : all) {
      if (!finite) run.y.back() = std::numeric_limits<double>::quiet_NaN();
    }
  }
  const Thinning how = thinning(all.front().y.size(), points);
  if (how.per_point == 1) return all;
  for (Columns& run : all) {
    run = {thin(run.x, how).mean, thin(run.y, how).mean, thin_errors(run.se, how)};
  }
  return all;
}

std::string axis_text(At at) {
  return at == At::time ? "seconds of training" : at == At::samples ? "training samples" : "steps";
}

}  // namespace

std::string followed_split(const std::vector<Group>& groups, const std::string& term) {
  if (!every_run_has(groups, "valid", term)) return "train";
  if (!every_run_has(groups, "train", term)) return "valid";
  // Two passes over validation images are no curve where training has thirty records.
  constexpr std::size_t kCurve = 5;
  std::size_t fewest = std::numeric_limits<std::size_t>::max(), training = fewest;
  for (const Group& group : groups) {
    for (const Run* run : group.runs) {
      fewest = std::min(fewest, rows_by_step(*run, term, "valid").size());
      training = std::min(training, rows_by_step(*run, term, "train").size());
    }
  }
  return fewest < kCurve && training > fewest ? "train" : "valid";
}

Curve term_curve(const Group& group, std::size_t color, const std::string& term,
                 const std::string& split, At at, std::size_t points) {
  const std::vector<Columns> runs = columns_of(group, term, split, at, points);
  Curve curve{group.letter, color, {}};
  for (std::size_t row = 0; row < runs.front().y.size(); ++row) {
    std::vector<Measured> per_seed;
    double x = 0.0;
    for (const Columns& run : runs) {
      const double se = run.se[row];
      per_seed.push_back(
          measured_once(run.y[row], std::isfinite(se) ? std::optional(se) : std::nullopt));
      x += run.x[row];
    }
    const Measured m = measured_over_seeds(per_seed);
    curve.points.push_back({x / static_cast<double>(runs.size()), m.value, m.se.value_or(0.0)});
  }
  return curve;
}

std::string term_chart(const Comparison& c, const Row& row, At at) {
  const std::string split = followed_split(c.groups, row.term);
  Chart chart{.title = row.term,
              .x = axis_text(at),
              .y = row.unit.empty() ? split : row.unit + ", " + split,
              .curves = {},
              .guides = {},
              .levels = {}};
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    chart.curves.push_back(term_curve(c.groups[g], g, row.term, split, at));
  }
  const TermInfo* info = c.groups[c.baseline].first().terms.find(row.term);
  if (info != nullptr && info->equilibrium && !row.theory.empty())
    chart.levels.push_back(*info->equilibrium);
  return line_chart(chart);
}

std::string rate_distortion_chart(const Comparison& c) {
  const std::string split = followed_split(c.groups, "elbo/kl");
  Chart chart{.title = "rate and distortion",
              .x = "rate: KL(q(z|x)‖p(z)) [nats], " + split,
              .y = "distortion: −E ln p(x|z) [nats]",
              .curves = {},
              .guides = {},
              .levels = {}};
  const double infinity = std::numeric_limits<double>::infinity();
  double low = infinity, high = -infinity, top = 0.0;
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const Curve rate = term_curve(c.groups[g], g, "elbo/kl", split, At::steps);
    const Curve fit = term_curve(c.groups[g], g, "elbo/reconstruction", split, At::steps);
    if (rate.points.empty() || rate.points.size() != fit.points.size()) return "";
    Curve curve{c.groups[g].letter, g, {}};
    for (std::size_t i = 0; i < rate.points.size(); ++i) {
      const double r = rate.points[i].y, d = -fit.points[i].y;
      if (!std::isfinite(r) || !std::isfinite(d)) continue;
      curve.points.push_back({r, d, 0.0});
      low = std::min(low, r + d);
      high = std::max(high, r + d);
      top = std::max(top, r);
    }
    chart.curves.push_back(std::move(curve));
  }
  for (const double cost : ticks(low, high, 5)) {
    // Beyond the points, for the air around them.
    chart.guides.push_back({{-top, cost + top, 0}, {2 * top, cost - 2 * top, 0}, fixed(cost, 0)});
  }
  return line_chart(chart);
}

}  // namespace elbow::report
