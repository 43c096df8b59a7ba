#include "math/log_integral.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

constexpr std::size_t kAlways = 8;  // largest cells that are refined in any case
constexpr double kNear = 3.0;       // scales around the expected peak

/// Cells of one size with the values at their centres.
struct Level {
  std::vector<double> width;  // [d]
  Points centre;
  std::vector<double> value;
};

Level first_level(const std::vector<double>& low, const std::vector<double>& high,
                  std::int64_t cells) {
  const auto d = static_cast<std::int64_t>(low.size());
  Level level;
  for (std::size_t j = 0; j < low.size(); ++j)
    level.width.push_back((high[j] - low[j]) / static_cast<double>(cells));
  level.centre = Points(d == 1 ? cells : cells * cells, d);
  for (std::int64_t i = 0; i < level.centre.size(); ++i) {
    const std::int64_t index[2] = {i % cells, i / cells};
    for (std::size_t j = 0; j < low.size(); ++j)
      level.centre.row(i)[j] = low[j] + (static_cast<double>(index[j]) + 0.5) * level.width[j];
  }
  return level;
}

bool near(const Level& level, const double* centre, const ExpectedPeak& peak) {
  for (std::size_t j = 0; j < level.width.size(); ++j) {
    if (std::abs(centre[j] - peak.location[j]) > kNear * peak.scale[j] + level.width[j])
      return false;
  }
  return true;
}

bool resolves(const Level& level, const ExpectedPeak& peak) {
  for (std::size_t j = 0; j < level.width.size(); ++j)
    if (level.width[j] > peak.scale[j]) return false;
  return true;
}

/// The value above which a cell is refined.
double threshold(const std::vector<double>& value, double negligible) {
  std::vector<double> largest(std::min(value.size(), kAlways));
  std::partial_sort_copy(value.begin(), value.end(), largest.begin(), largest.end(),
                         [](double a, double b) { return a > b; });
  return std::min(largest.front() - negligible, largest.back());
}

double log_volume(const Level& level) {
  double sum = 0.0;
  for (const double width : level.width) sum += std::log(width);
  return sum;
}

/// The children of the cells that matter; what the others hold is added to `rest`.
Level refine(const Level& level, const ExpectedPeak& peak, double negligible,
             StreamingLogSumExp& rest) {
  const std::size_t d = level.width.size(), children = std::size_t{1} << d;
  const double least = threshold(level.value, negligible), volume = log_volume(level);
  Level finer;
  for (const double width : level.width) finer.width.push_back(0.5 * width);
  std::vector<double> centres;
  for (std::size_t i = 0; i < level.value.size(); ++i) {
    const double* centre = level.centre.row(static_cast<std::int64_t>(i));
    const bool matters = level.value[i] >= least && level.value[i] > -kInfinity;
    if (!matters && !near(level, centre, peak)) {
      rest.add(level.value[i] + volume);
      continue;
    }
    for (std::size_t child = 0; child < children; ++child) {
      for (std::size_t j = 0; j < d; ++j) {
        const double side = ((child >> j) & 1) != 0 ? 0.5 : -0.5;
        centres.push_back(centre[j] + side * finer.width[j]);
      }
    }
  }
  finer.centre = Points(std::move(centres), static_cast<std::int64_t>(d));
  return finer;
}

double total(const Level& level, StreamingLogSumExp rest) {
  const double volume = log_volume(level);
  for (const double value : level.value) rest.add(value + volume);
  return rest.value();
}

}  // namespace

LogIntegral log_integral(const LogIntegrand& f, const std::vector<double>& low,
                         const std::vector<double>& high, const ExpectedPeak& expected,
                         const LogIntegralSettings& settings) {
  if (low.empty() || low.size() > 2 || high.size() != low.size())
    throw Error("log_integral: the box has one or two dimensions.");
  for (std::size_t j = 0; j < low.size(); ++j)
    if (!(high[j] > low[j])) throw Error("log_integral: the box is empty.");
  Level level = first_level(low, high, settings.cells);
  level.value = f(level.centre);
  StreamingLogSumExp rest;
  LogIntegral result{total(level, rest), kInfinity, level.centre.size()};
  while (true) {
    Level finer = refine(level, expected, settings.negligible, rest);
    if (result.points + finer.centre.size() > settings.most_points) return result;
    finer.value = f(finer.centre);
    level = std::move(finer);
    const double value = total(level, rest);
    result.error = value == result.value ? 0.0 : std::abs(value - result.value);
    result.value = value;
    result.points += level.centre.size();
    if (result.error <= settings.tolerance && resolves(level, expected)) return result;
  }
}

}  // namespace elbow
