#include "report/aligned.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include "math/statistics/blocking.h"
#include "report/numbers.h"

namespace elbow::report {
namespace {

constexpr std::int64_t kSeries = 8;
// Clocks meet nowhere: a record a little after the moment stands for it better than one long
// before.
constexpr double kLater = 0.05;

}  // namespace

std::string_view to_string(At at) {
  return at == At::end ? "end" : at == At::steps ? "steps" : at == At::samples ? "samples" : "time";
}

double samples_at(const Run& run, double steps) {
  // As Session::batches_per_step: each turn of the discriminator draws a batch of data.
  return steps * run.number("optimizer.batch_size", 1) *
         run.number("dynamics.discriminator_steps", 1);
}

double position(const Run& run, const SplitMetrics& metrics, std::size_t row, At at) {
  if (at == At::time) return metrics.wall[row];
  const double steps = static_cast<double>(metrics.steps[row]);
  return at == At::samples ? samples_at(run, steps) : steps;
}

double common_position(const std::vector<Group>& groups, At at) {
  double limit = std::numeric_limits<double>::infinity();
  for (const Group& group : groups) {
    for (const Run* run : group.runs) {
      double reached = 0.0;
      for (const auto& [split, metrics] : run->metrics) {
        if (split == "test") continue;
        for (std::size_t row = 0; row < metrics.rows(); ++row) {
          reached = std::max(reached, position(*run, metrics, row, at));
        }
      }
      limit = std::min(limit, reached);
    }
  }
  return limit;
}

std::optional<std::size_t> row_at(const Run& run, const SplitMetrics& metrics, At at,
                                  double limit) {
  std::optional<std::size_t> found;
  for (std::size_t row = 0; row < metrics.rows(); ++row) {
    const double there = at == At::end ? 0.0 : position(run, metrics, row, at);
    if (at == At::time) {
      const auto distance = [&](std::size_t r) {
        return std::fabs(position(run, metrics, r, at) - limit);
      };
      if (there <= limit * (1.0 + kLater) && (!found || distance(row) <= distance(*found)))
        found = row;
    } else if (at == At::end || there <= limit * (1 + 1e-12)) {
      found = row;
    }
  }
  return found;
}

std::optional<Measured> value_at(const SplitMetrics& metrics, const std::string& split,
                                 const std::string& term, std::size_t row) {
  if (split != "train") {
    if (!metrics.logged(term, row)) return std::nullopt;
    const std::string se = term + ".se";
    return measured_once(metrics.at(term, row), metrics.logged(se, row)
                                                    ? std::optional(metrics.at(se, row))
                                                    : std::nullopt);
  }
  const double last = static_cast<double>(metrics.steps[row]);
  Blocking series;
  for (std::size_t r = 0; r <= row; ++r) {
    if (static_cast<double>(metrics.steps[r]) > 0.9 * last && metrics.logged(term, r)) {
      series.add(metrics.at(term, r));
    }
  }
  if (series.count() == 0) {  // a probe that ran before the last tenth
    for (std::size_t r = row + 1; r-- > 0;) {
      if (metrics.logged(term, r)) return measured_once(metrics.at(term, r), std::nullopt);
    }
    return std::nullopt;
  }
  if (series.count() < kSeries) return measured_once(series.mean(), std::nullopt);
  bool converged = false;
  const SeriesMean mean = series.estimate(&converged);
  // Blocks no longer than the correlation claim an error that is too small: then there is none.
  if (!converged) return measured_once(mean.mean, std::nullopt);
  return measured_of_series(mean.mean, mean.se, mean.dof);
}

std::optional<Measured> group_value(const Group& group, const std::string& split,
                                    const std::string& term, At at, double limit) {
  std::vector<Measured> per_seed;
  for (const Run* run : group.runs) {
    const SplitMetrics* metrics = run->split(split);
    const auto row = metrics == nullptr ? std::nullopt : row_at(*run, *metrics, at, limit);
    const auto value = row ? value_at(*metrics, split, term, *row) : std::nullopt;
    if (!value) return std::nullopt;
    per_seed.push_back(*value);
  }
  return measured_over_seeds(per_seed);
}

std::string place_text(const Group& group, const std::string& split, At at, double limit) {
  std::set<std::int64_t> steps;
  double least = std::numeric_limits<double>::infinity(), most = 0.0, epoch = 0.0;
  for (const Run* run : group.runs) {
    const SplitMetrics* metrics = run->split(split);
    const auto row = metrics == nullptr ? std::nullopt : row_at(*run, *metrics, at, limit);
    if (!row) return "no record so early";
    steps.insert(metrics->steps[*row]);
    epoch = metrics->epochs[*row];
    least = std::min(least, metrics->wall[*row]);
    most = std::max(most, metrics->wall[*row]);
  }
  std::string text = steps.size() == 1 ? "step " + std::to_string(*steps.begin())
                                       : "steps " + std::to_string(*steps.begin()) + " to " +
                                             std::to_string(*steps.rbegin());
  if (steps.size() == 1) {
    char number[32];
    std::snprintf(number, sizeof number, ", epoch %.3g", epoch);
    text += number;
  }
  const std::string seconds = fixed(least, 1);
  return text + ", " + (fixed(most, 1) == seconds ? seconds : seconds + " to " + fixed(most, 1)) +
         " s";
}

}  // namespace elbow::report
