#include "math/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "math/numeric.h"

namespace elbow {
namespace {

// Autocovariances R(0), ..., R(lags), with the 1/n divisor.
std::vector<double> autocovariances(std::span<const double> series, std::size_t lags) {
  const double centre = mean(series);
  std::vector<double> r(lags + 1, 0.0);
  for (std::size_t k = 0; k <= lags; ++k) {
    for (std::size_t i = k; i < series.size(); ++i) {
      r[k] += (series[i] - centre) * (series[i - k] - centre);
    }
    r[k] /= static_cast<double>(series.size());
  }
  return r;
}

// The lag after which `run` autocorrelations in a row are insignificant.
std::size_t last_significant_lag(const std::vector<double>& r, std::size_t run, double threshold) {
  std::size_t quiet = 0;
  for (std::size_t k = 1; k < r.size(); ++k) {
    quiet = std::fabs(r[k]) < threshold * r[0] ? quiet + 1 : 0;
    if (quiet == run) return k - run;
  }
  return r.size() - 1;
}

double flat_top(double t) { return t <= 0.5 ? 1.0 : t <= 1.0 ? 2.0 * (1.0 - t) : 0.0; }

}  // namespace

Interval Bootstrap::interval(double level) const {
  const double tail = 0.5 * (1.0 - level);
  return {2.0 * value - sorted_quantile(resampled, 1.0 - tail),
          2.0 * value - sorted_quantile(resampled, tail)};
}

double stationary_block_length(std::span<const double> series) {
  if (series.size() < 10) throw Error("The block length needs a series of at least 10 numbers.");
  const double n = static_cast<double>(series.size()), log_n = std::log10(n);
  const auto run = static_cast<std::size_t>(std::max(5.0, std::ceil(std::sqrt(log_n))));
  const std::size_t most =
      std::min(static_cast<std::size_t>(std::ceil(std::sqrt(n))) + run, series.size() - 1);
  const std::vector<double> r = autocovariances(series, most);
  if (r[0] == 0.0) return 1.0;
  const std::size_t significant = last_significant_lag(r, run, 2.0 * std::sqrt(log_n / n));
  const std::size_t width = std::min(2 * std::max<std::size_t>(significant, 1), most);
  double spectrum = r[0], slope = 0.0;
  for (std::size_t k = 1; k <= width; ++k) {
    const double lag = static_cast<double>(k);
    const double term = 2.0 * flat_top(lag / static_cast<double>(width)) * r[k];
    spectrum += term;
    slope += lag * term;
  }
  if (spectrum <= 0.0) return 1.0;
  const double length = std::cbrt(slope * slope / (spectrum * spectrum) * n);
  return std::clamp(length, 1.0, std::ceil(std::min(3.0 * std::sqrt(n), n / 3.0)));
}

Bootstrap stationary_bootstrap(std::span<const double> series,
                               const std::function<double(std::span<const double>)>& statistic,
                               CounterStream& random, std::size_t repeats, double mean_length) {
  if (repeats < 2) throw Error("A bootstrap needs at least two resamples.");
  const double length = mean_length > 0.0 ? mean_length : stationary_block_length(series);
  const auto n = static_cast<std::uint32_t>(series.size());
  Bootstrap result{.value = statistic(series)};
  std::vector<double> sample(series.size());
  for (std::size_t b = 0; b < repeats; ++b) {
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const bool fresh = i == 0 || random.uniform() * length < 1.0;
      at = fresh ? random.below(n) : (at + 1) % n;
      sample[i] = series[at];
    }
    result.resampled.push_back(statistic(sample));
  }
  std::sort(result.resampled.begin(), result.resampled.end());
  result.se = std::sqrt(sample_variance(result.resampled));
  result.bias = mean(result.resampled) - result.value;
  return result;
}

}  // namespace elbow
