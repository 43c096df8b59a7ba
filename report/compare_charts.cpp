#include "report/compare_charts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/numbers.h"
#include "report/thin.h"

namespace elbow::report {
namespace {

struct Columns {
  std::vector<double> x, y, se;
};

/// The records of one run that have the term, thinned.
Columns columns_of(const Run& run, const std::string& term, const std::string& split, At at,
                   std::size_t points) {
  Columns all;
  const SplitMetrics* metrics = run.split(split);
  for (std::size_t row = 0; metrics != nullptr && row < metrics->rows(); ++row) {
    if (!metrics->logged(term, row)) continue;
    all.x.push_back(position(run, *metrics, row, at));
    all.y.push_back(metrics->at(term, row));
    all.se.push_back(metrics->at(term + ".se", row));
  }
  const Thinning how = thinning(all.y.size(), points);
  if (how.per_point == 1) return all;
  return {thin(all.x, how).mean, thin(all.y, how).mean, thin_errors(all.se, how)};
}

std::string axis_text(At at) {
  return at == At::time ? "seconds of training" : at == At::samples ? "training samples" : "steps";
}

}  // namespace

std::string followed_split(const std::vector<Group>& groups, const std::string& term) {
  return every_run_has(groups, "valid", term) ? "valid" : "train";
}

Curve term_curve(const Group& group, std::size_t color, const std::string& term,
                 const std::string& split, At at, std::size_t points) {
  std::vector<Columns> runs;
  std::size_t rows = std::numeric_limits<std::size_t>::max();
  for (const Run* run : group.runs) {
    runs.push_back(columns_of(*run, term, split, at, points));
    rows = std::min(rows, runs.back().y.size());
  }
  Curve curve{group.letter, color, {}};
  for (std::size_t row = 0; row < rows; ++row) {
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
