#include "report/thin.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbow::report {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Calls `take` with the finite numbers of each point in turn.
template <typename Take>
void each_point(std::span<const double> column, const Thinning& how, const Take& take) {
  std::vector<double> numbers;
  for (std::size_t point = 0; point < how.points(); ++point) {
    const std::size_t begin = point * how.per_point;
    const std::size_t end = std::min(begin + how.per_point, column.size());
    numbers.clear();
    for (std::size_t row = begin; row < end; ++row) {
      if (std::isfinite(column[row])) numbers.push_back(column[row]);
    }
    take(numbers);
  }
}

}  // namespace

Thinning thinning(std::size_t rows, std::size_t points) {
  Thinning how{.rows = rows, .per_point = 1};
  if (points > 0 && rows > points) how.per_point = (rows + points - 1) / points;
  return how;
}

ThinColumn thin(std::span<const double> column, const Thinning& how) {
  ThinColumn out;
  each_point(column, how, [&](const std::vector<double>& numbers) {
    if (numbers.empty()) {
      for (auto* values : {&out.mean, &out.least, &out.largest}) values->push_back(kNaN);
      return;
    }
    double sum = 0.0;
    for (const double number : numbers) sum += number;
    const auto [least, largest] = std::minmax_element(numbers.begin(), numbers.end());
    out.mean.push_back(sum / static_cast<double>(numbers.size()));
    out.least.push_back(*least);
    out.largest.push_back(*largest);
  });
  return out;
}

std::vector<double> thin_errors(std::span<const double> column, const Thinning& how) {
  std::vector<double> out;
  each_point(column, how, [&](const std::vector<double>& numbers) {
    double squares = 0.0;
    for (const double number : numbers) squares += number * number;
    out.push_back(numbers.empty() ? kNaN
                                  : std::sqrt(squares / static_cast<double>(numbers.size())));
  });
  return out;
}

}  // namespace elbow::report
